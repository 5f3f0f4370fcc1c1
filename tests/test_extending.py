"""docs/extending.md does what it says: what is new is its files and its registration, applied to a
copy of the package.
"""

from __future__ import annotations

import os
import re
import shutil
import subprocess
import sys
from pathlib import Path

import pytest
from conftest import REPOSITORY

PAGE = (REPOSITORY / "docs" / "extending.md").read_text()
PACKAGE = REPOSITORY / "src" / "tausweep"

SECTIONS = {
    # section: its files, where they are registered, what is printed
    "A model": (
        ["models/autoregression.py"],
        ["models/settings.py"],
        r"AR by least_squares: -0\.\d+ .*NGRC by ridge: (0\.[89]|1\.0)\d nats",
    ),
    "A recurrent cell": (
        ["models/rnn/leaky.py"],
        ["models/rnn/kinds.py"],
        r"Parameters: leaky trained by sparse_tf on eager loss [0-9.]+ to 0\.[0-4]",
    ),
    "A step of a signal": (
        ["signal/steps/despike.py"],
        ["signal/settings.py", "signal/stage.py"],
        r"spikes of \[ 9\d\. 100\. 10\d\.\]",
    ),
    "A training method": (
        ["training/methods/alternating.py"],
        ["training/methods/registry.py"],
        "8 training jobs",
    ),
    "A metric": (
        ["metrics/spread.py"],
        ["metrics/settings.py"],
        r"0\.0\d+, floor 0\.0\d+, ceiling [12]\.\d+ standard deviations",
    ),
    "A figure": (
        ["figures/losses.py"],
        ["figures/settings.py"],
        r"losses on \"lorenz\".*RNN by sparse.*20 members.*\[0\.1 0\.3\] \d+ bytes",
    ),
    "A command": (["commands/keys.py"], ["cli.py"], "series/.*signal/.*lyapunov/.*truth/"),
    "A stage": (["energy/settings.py", "energy/stage.py"], ["stages.py"], r"\[1\.00\d* 1\.00"),
}


def patched(text: str, diff: str) -> str:
    """The text with a diff applied, whose hunks are separated by @@ and fit in one place each."""
    for hunk in diff.split("@@\n"):
        lines = hunk.splitlines(keepends=True)
        before = "".join(line[1:] for line in lines if line[0] in " -")
        after = "".join(line[1:] for line in lines if line[0] in " +")
        assert text.count(before) == 1, f"the page is no longer up to date:\n{hunk}"
        text = text.replace(before, after)
    return text


@pytest.mark.parametrize("section", SECTIONS)
def test_what_is_new_is_its_files_and_one_registration(section: str, tmp_path: Path) -> None:
    files, registries, printed = SECTIONS[section]
    text = PAGE.split(f"## {section}\n")[1].split("\n## ")[0]
    *modules, used = re.findall(r"```python\n(.*?)```", text, re.DOTALL)
    registrations = re.findall(r"```diff\n(.*?)```", text, re.DOTALL)
    copy = tmp_path / "tausweep"
    shutil.copytree(PACKAGE, copy, ignore=shutil.ignore_patterns("*.so", "__pycache__"))
    for file, module in zip(files, modules, strict=True):
        assert f"`{file}`" in text
        (copy / file).parent.mkdir(exist_ok=True)
        (copy / file).write_text(module)
    for registry, registration in zip(registries, registrations, strict=True):
        assert f"`{registry.rpartition('/')[2]}`" in text or f"`{registry}`" in text
        (copy / registry).write_text(patched((copy / registry).read_text(), registration))
    done = subprocess.run(
        [sys.executable, "-c", used],
        env={**os.environ, "PYTHONPATH": str(tmp_path)},
        cwd=tmp_path,
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stderr
    assert re.search(printed, done.stdout, re.DOTALL), done.stdout


@pytest.mark.slow  # compiles the engine
def test_the_cell_of_the_page_about_the_engine_is_compiled_and_right(tmp_path: Path) -> None:
    """A row and two functions make it run on `fused`, with the gradients of `eager`."""
    cell = PAGE.split("## A recurrent cell\n")[1].split("\n## ")[0]
    text = (REPOSITORY / "docs" / "training-engine.md").read_text()
    text = text.split("## A cell of your own\n")[1].split("\n## ")[0]
    for name in ("pyproject.toml", "README.md", "LICENSE"):
        shutil.copy(REPOSITORY / name, tmp_path)
    shutil.copytree(
        REPOSITORY / "src", tmp_path / "src", ignore=shutil.ignore_patterns("*.so", "__pycache__")
    )
    fused = tmp_path / "src" / "tausweep" / "engines" / "fused"
    (row,) = re.findall(r"```diff\n(.*?)```", text, re.DOTALL)
    (functions,) = re.findall(r"```c\n(.*?)```", text, re.DOTALL)
    (fused / "cells.h").write_text(patched((fused / "cells.h").read_text(), row))
    with (fused / "elementwise.h").open("a") as elementwise:
        elementwise.write(functions)
    settings = (tmp_path / "pyproject.toml").read_text()
    (tmp_path / "pyproject.toml").write_text(settings.replace('"-O3"', '"-O1"'))
    module, *_ = re.findall(r"```python\n(.*?)```", cell, re.DOTALL)
    (tmp_path / "src" / "tausweep" / "models" / "rnn" / "leaky.py").write_text(module)
    (tmp_path / "compare.py").write_text(COMPARE)
    build = "from setuptools import setup; setup()"
    for command in (["-c", build, "--quiet", "build_ext", "--inplace"], ["compare.py"]):
        done = subprocess.run(
            [sys.executable, "-W", "ignore", *command],
            env={**os.environ, "PYTHONPATH": str(tmp_path / "src")},
            cwd=tmp_path,
            capture_output=True,
            text=True,
            check=False,
        )
        assert done.returncode == 0, done.stderr
    assert done.stdout.startswith("equal on fused")


COMPARE = """
import numpy as np

from tausweep.engines.eager import Eager
from tausweep.engines.fused.engine import Fused
from tausweep.engines.windows import Data, cut
from tausweep.models.rnn.initial import initial_parameters
from tausweep.models.rnn.layout import Layout
from tausweep.models.rnn.leaky import LeakyRNN

layout = Layout(LeakyRNN(), 7, 2, 1)
rng = np.random.default_rng(0)
drawn = initial_parameters(layout.cell, 7, 2, rng, channels=1)
theta = layout.pack({name: value[None] for name, value in drawn.items()})
x, s, starts = rng.normal(size=(50, 2)), rng.normal(size=(50, 1)), np.array([[0, 10, 29]])
found = []
for engine in (Eager(layout), Fused(layout)):
    data = Data(engine.array(x), engine.array(s))
    gradient = engine.gradient(engine.array(theta), data, engine.array(starts), cut(20, 7), 0.3)[1]
    found.append(engine.numpy(gradient))
np.testing.assert_allclose(*found, rtol=1e-7, atol=1e-9)
assert np.abs(found[0]).max() > 0
print("equal on", engine.name)
"""
