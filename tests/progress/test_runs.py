"""What a person sees while the real workflow runs, on a terminal and in a log."""

from __future__ import annotations

import os
import pty
import re
import shutil
import signal
import subprocess
import sys
import termios
import time
from pathlib import Path
from typing import Any

import pytest
import yaml
from conftest import REPOSITORY, TINY, Snakemake

from tausweep.cost.estimate import needed
from tausweep.experiment import load
from tausweep.plan import Plan

pytestmark = pytest.mark.xdist_group("workflow")

PLAN = Plan(load(TINY))
OTHER = """
rule all:
    input: "a"
rule a:
    output: "a"
    shell: "touch {output}"
"""
"""A workflow that does not tell what it plans."""


@pytest.fixture
def undrawn(finished: Path, tmp_path: Path) -> Path:
    """A directory in which all is done but the figures."""
    shutil.copytree(finished / "results", tmp_path / "results")
    shutil.rmtree(tmp_path / "results/figures")
    return tmp_path


def command(directory: Path, *arguments: str) -> list[str]:
    (directory / "experiment.yaml").write_text(yaml.safe_dump(TINY))
    return [
        *(sys.executable, "-m", "snakemake", "--snakefile", str(REPOSITORY / "Snakefile")),
        *("--directory", str(directory), "--configfile", str(directory / "experiment.yaml")),
        *("--cores", "1", *arguments),
    ]


def on_terminal(command: list[str]) -> str:
    """All that is written to a terminal of 24 lines of 80 characters."""
    ours, theirs = pty.openpty()
    termios.tcsetwinsize(theirs, (24, 80))
    done = subprocess.Popen(command, stdout=theirs, stderr=theirs, stdin=subprocess.DEVNULL)
    os.close(theirs)
    text = b""
    try:
        while part := os.read(ours, 10_000):
            text += part
    except OSError:  # how the end of a terminal reads on Linux
        pass
    os.close(ours)
    assert done.wait() == 0, text
    return text.decode().replace("\r", "")


def screen(written: str) -> list[str]:
    """The lines that stay of what is written with `up n lines, erase to the end` in it."""
    first, *parts = re.split(r"\x1b\[(\d+)F\x1b\[J", written)
    lines = first.split("\n")
    for up, part in zip(parts[::2], parts[1::2], strict=True):
        lines = [*lines[: -1 - int(up)], *part.split("\n")]
    return lines


def test_a_log_tells_what_is_to_be_done_and_that_it_is(snakemake: Snakemake, undrawn: Path) -> None:
    run = snakemake(undrawn, TINY, "lyapunov")
    assert run.returncode == 0, run.stderr
    *_, first, drawn, last = run.stderr.splitlines()
    assert drawn == "drawn: results/figures/tiny/lyapunov_lorenz.png"
    assert re.fullmatch(r"1 job to be done, about \d+ s: figure 1", first)
    assert re.fullmatch(r"\d\d:\d\d:\d\d  1 of 1 job done in \d+ s", last)
    assert "tausweep stage" not in run.stderr
    again = snakemake(undrawn, TINY, "lyapunov")
    assert "Nothing to be done" in again.stderr
    assert "done in" not in again.stderr


def test_what_can_be_looked_at_is_drawn_before_the_rest_trains(
    snakemake: Snakemake, undrawn: Path
) -> None:
    said = snakemake(undrawn, {**TINY, "members": 2}).stderr
    assert "drawn: results/figures/tiny/lyapunov_lorenz.png\n" in said
    assert said.count("drawn: ") == 1  # all other figures show what was trained


def test_what_snakemake_shows_is_shown_where_it_is_asked_for(
    snakemake: Snakemake, finished: Path
) -> None:
    assert "Snakemake version:" not in snakemake(finished, TINY).stderr
    assert "Snakemake version:" in snakemake(finished, TINY, "--logger-tausweep-off").stderr
    assert "Snakemake version:" in snakemake(finished, TINY, "-p").stderr
    dry = snakemake(finished, TINY, "-n", "--forceall").stdout
    assert "Job stats:" in dry
    assert "This was a dry-run" in dry
    assert "DAG" not in snakemake(finished, TINY, "--quiet", "all").stderr


@pytest.mark.slow
def test_a_terminal_shows_what_runs_and_keeps_what_became_of_it(undrawn: Path) -> None:
    written = on_terminal(command(undrawn, "lyapunov"))
    drawn = [line for line in written.splitlines() if line.startswith("[")]
    assert all(re.match(r"\[=* *\] 0 of 1 job, \d+% of the work, \d+ s left", d) for d in drawn)
    assert re.search(r"^figure 0 of 1, \d+ s left: tiny/lyapunov_lorenz$", written, re.MULTILINE)
    stays = screen(written)
    assert stays[-1] == ""
    assert stays[-2].endswith("1 of 1 job done in " + stays[-2].split(" in ")[1])
    assert not any(line.startswith("[") for line in stays)


@pytest.mark.slow
def test_a_failed_job_is_one_line_and_tells_why_each_time(
    snakemake: Snakemake, undrawn: Path
) -> None:
    (lyapunov,) = (undrawn / "results/lyapunov").iterdir()
    lyapunov.write_bytes(lyapunov.read_bytes()[:1000])
    run = snakemake(undrawn, TINY, "lyapunov", "--retries", "1")
    assert run.returncode != 0
    failed = [line for line in run.stderr.splitlines() if line.startswith("failed: ")]
    assert len(failed) == 2
    assert failed[0].startswith(
        f"failed: figure tiny/lyapunov_lorenz: results/lyapunov/{lyapunov.name}: damaged"
    )
    assert failed[0].endswith("(results/logs/figures/tiny/lyapunov_lorenz.log)")
    assert run.stderr.count("again: figure tiny/lyapunov_lorenz\n") == 1
    assert "0 of 1 job done" in run.stderr
    assert "; 1 failed; " in run.stderr
    assert "tausweep stage" not in run.stderr  # the command
    (log,) = (undrawn / ".snakemake/log").iterdir()
    assert "tausweep stage" in log.read_text()


@pytest.mark.slow
def test_of_a_group_the_job_that_failed_is_told_and_no_other(
    snakemake: Snakemake, undrawn: Path
) -> None:
    for stage in ("orbit", "metrics", "best"):
        shutil.rmtree(undrawn / "results" / stage)
    trained, *_ = (undrawn / "results/train").iterdir()
    trained.write_bytes(trained.read_bytes()[:1000])
    grouped = [f"{rule}=sweep" for rule in ("run_orbit", "list_members", "measure", "find_best")]
    run = snakemake(undrawn, TINY, "best", "--retries", "1", "--groups", *grouped)
    assert run.returncode != 0
    failed = [line for line in run.stderr.splitlines() if line.startswith("failed: ")]
    assert len(failed) == 2, run.stderr
    assert all(f": results/train/{trained.name}: damaged" in line for line in failed)
    assert all(re.search(r"\(results/logs/orbit/\w+\.log\)$", line) for line in failed)
    assert run.stderr.count("again: ") == 1
    assert "tausweep stage" not in run.stderr


@pytest.mark.slow
def test_a_run_that_was_killed_goes_on_counting_what_is_left(
    snakemake: Snakemake, undrawn: Path
) -> None:
    drawn = undrawn / "results/figures/tiny/.drawn"
    output = {"stdout": subprocess.DEVNULL, "stderr": subprocess.DEVNULL}
    process: Any = subprocess.Popen(command(undrawn), start_new_session=True, **output)
    deadline = time.monotonic() + 120
    while not list(drawn.glob("[!.]*")) and time.monotonic() < deadline:
        time.sleep(0.05)
    os.killpg(process.pid, signal.SIGKILL)
    process.wait()
    left = len(needed(PLAN, undrawn))
    assert 0 < left < len(PLAN.rendered)
    assert snakemake(undrawn, TINY, "--unlock").returncode == 0
    run = snakemake(undrawn, TINY)
    assert run.returncode == 0, run.stderr
    assert f"{left} job" in run.stderr
    assert f"{left} of {left} job" in run.stderr.splitlines()[-1]


def other(directory: Path) -> list[str]:
    (directory / "Snakefile").write_text(OTHER)
    return [*(sys.executable, "-m", "snakemake", "--cores", "1"), *("--logger", "tausweep")]


def test_where_progress_cannot_be_shown_one_line_says_so_and_the_run_goes_on(
    tmp_path: Path,
) -> None:
    run = subprocess.run(other(tmp_path), cwd=tmp_path, capture_output=True, text=True, check=False)
    assert run.returncode == 0, run.stderr
    assert run.stderr.count("progress is not shown: ") == 1
    assert "Finished jobid: 0 (Rule: all)" in run.stderr.split("progress is not shown: ")[1]
    assert (tmp_path / "a").exists()


def test_a_run_needs_nobody_who_reads(tmp_path: Path) -> None:
    """Neither a reader who stops, nor a stream at all."""
    read, write = os.pipe()
    os.close(read)
    assert subprocess.run(other(tmp_path), cwd=tmp_path, stderr=write, check=False).returncode == 0
    os.close(write)
    (tmp_path / "a").unlink()
    closed = ["bash", "-c", 'exec "$@" 2>&-', "bash", *other(tmp_path)]
    assert subprocess.run(closed, cwd=tmp_path, check=False).returncode == 0
    assert (tmp_path / "a").exists()
