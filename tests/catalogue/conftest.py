"""What tests of the catalogue share: a finished run that can be spoilt, and the command in it."""

from __future__ import annotations

import shutil
from collections.abc import Callable
from pathlib import Path
from typing import NamedTuple

import pytest
import yaml
from conftest import TINY

from tausweep.cli import main


class Said(NamedTuple):
    status: int
    out: str
    err: str


Command = Callable[..., Said]


@pytest.fixture
def run(finished: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A copy of the directory in which the tiny experiment has run; tests stand in it."""
    directory = shutil.copytree(finished, tmp_path / "run", symlinks=True)
    (directory / "tiny.yaml").write_text(yaml.safe_dump(TINY))
    monkeypatch.chdir(directory)
    return directory


@pytest.fixture
def tausweep(capsys: pytest.CaptureFixture[str]) -> Command:
    """The command, and what it says."""

    def call(*arguments: object) -> Said:
        status = main([str(argument) for argument in arguments])
        return Said(status, *capsys.readouterr())

    return call
