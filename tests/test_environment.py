"""The pinned environment is one, and the tests run in it."""

from __future__ import annotations

import importlib.metadata
import re
import tomllib

import pytest
import yaml
from conftest import REPOSITORY
from packaging.requirements import Requirement

PINNED = {
    requirement.name.lower().replace("_", "-"): requirement
    for line in (REPOSITORY / "envs/requirements.txt").read_text().splitlines()
    if not line.startswith("#")
    for requirement in [Requirement(line)]
}


def test_conda_environment_holds_the_same_versions() -> None:
    environment = yaml.safe_load((REPOSITORY / "envs/environment.yaml").read_text())
    pip = next(entry["pip"] for entry in environment["dependencies"] if isinstance(entry, dict))
    assert sorted(pip) == sorted(str(requirement) for requirement in PINNED.values())


def test_what_is_installed_is_what_is_pinned() -> None:
    for requirement in PINNED.values():
        version = importlib.metadata.version(requirement.name).split("+")[0]
        assert requirement.specifier.contains(version), (requirement, version)


def test_what_the_package_needs_is_pinned() -> None:
    project = tomllib.loads((REPOSITORY / "pyproject.toml").read_text())["project"]
    for needed in map(Requirement, project["dependencies"]):
        pin = next(iter(PINNED[needed.name.lower()].specifier))
        assert pin.operator == "=="
        assert needed.specifier.contains(pin.version), needed


def test_the_version_stands_in_one_place_and_the_others_say_the_same() -> None:
    project = tomllib.loads((REPOSITORY / "pyproject.toml").read_text())["project"]
    cited = yaml.safe_load((REPOSITORY / "CITATION.cff").read_text())
    changes = re.findall(r"^## (\S+),", (REPOSITORY / "CHANGELOG.md").read_text(), re.MULTILINE)
    assert str(cited["version"]) == changes[0] == project["version"]


@pytest.mark.xdist_group("kept together")
def test_tests_of_a_group_stay_on_one_worker(request: pytest.FixtureRequest) -> None:
    """pytest-xdist goes by the names of tests; not every pytest lets it change them."""
    if request.config.getoption("loadgroup", default=False):
        assert request.node.nodeid.endswith("@kept together")
