"""What tests of reports share."""

import pytest

from .made import SMALL, page_of, written


@pytest.fixture(scope="session")
def small(tmp_path_factory):
    """A directory in which an experiment ran whose page has all that an experiment's can have."""
    directory = tmp_path_factory.mktemp("small")
    written(directory, {**SMALL, "figures": {}})
    return directory


@pytest.fixture(scope="session")
def page(small):
    """Its page."""
    return page_of(small, "small")
