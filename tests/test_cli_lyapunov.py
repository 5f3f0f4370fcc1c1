"""`tausweep lyapunov FILE`: the stages' numbers, in plain words, without a workflow."""

from __future__ import annotations

import json
import os
import re
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import xarray as xr

from tausweep.cli import main
from tausweep.lyapunov import stage as lyapunov
from tausweep.lyapunov.settings import Lyapunov
from tausweep.series import stage as series
from tausweep.series.settings import File
from tausweep.signal import stage as signal
from tausweep.signal.settings import Signal

Run = Callable[..., tuple[int, str, str]]


@pytest.fixture
def command(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> Run:
    """Run the command in an empty directory: exit code, standard output, standard error."""
    monkeypatch.chdir(tmp_path)

    def run(*arguments: str | float) -> tuple[int, str, str]:
        code = main(["lyapunov", *map(str, arguments)])
        return code, *capsys.readouterr()

    return run


@pytest.fixture(scope="module")
def henon() -> np.ndarray:
    """Samples of the Hénon map, whose λ_max is 0.419 per step."""
    orbit, (x, y) = [], (0.1, 0.1)
    for _ in range(5_100):
        x, y = 1 - 1.4 * x**2 + y, 0.3 * x
        orbit.append((x, y))
    return np.array(orbit[100:])


def csv(samples: np.ndarray, names: str, path: str = "own.csv") -> str:
    np.savetxt(path, samples, delimiter=",", header=names, comments="", fmt="%.12g")
    return path


def test_it_prints_what_the_stages_find_and_draws_it(command: Run, henon: np.ndarray) -> None:
    path = csv(henon, "x,y")
    code, out, err = command(path, "--columns", "x", "--dt", 0.5, "--time-unit", "s", "--json")
    assert (code, err) == (0, "")
    found = json.loads(out)

    own = File.model_validate(
        {"system": "file", "path": path, "columns": ["x"], "dt": 0.5, "time_unit": "s"}
    )
    prepared = signal.run(Signal(held_out=0.0), series.run(own, series.read(own, [path])))
    stage = lyapunov.run(Lyapunov(), prepared)
    assert prepared.sizes["time"] == found["samples"] == 5_000
    for name in ("lambda_max", "tau_pred"):
        assert found[name]["value"] == stage[name].item()
        assert found[name]["interval"] == stage[f"{name}_interval"].values.tolist()
    for name in ("maps", "rosenstein", "kantz"):
        estimate = found["estimates"][name if name == "maps" else name.capitalize()]
        assert estimate["value"] == stage[f"lambda_max_{name}"].item()

    assert found["verdict"] == "chaotic"
    lower, upper = found["lambda_max"]["interval"]
    assert lower < 0.419 < upper
    assert found["lambda_max_per_time"]["value"] == 2 * found["lambda_max"]["value"]
    assert found["tau_pred_time"]["value"] == pytest.approx(np.log(2) / 0.419 / 2, rel=0.05)
    assert found["figures"] == ["own_lyapunov.pdf", "own_lyapunov.png"]
    assert Path("own_lyapunov.png").read_bytes().startswith(b"\x89PNG")
    assert Path("own_lyapunov.pdf").read_bytes().startswith(b"%PDF")


def test_it_says_in_words_what_it_found(command: Run, henon: np.ndarray) -> None:
    np.save("own.npy", henon)
    code, out, err = command("own.npy", "--output", "figures/λ.svg")
    assert (code, err) == (0, "")
    read, first, second, third, rate, time, *estimates, last = out.splitlines()
    assert read == (
        "own.npy: 5000 rows; variables x0, x1; no column of time, dt 1; no missing values"
    )
    assert first == "own.npy: 5000 samples × 2 variables (x0, x1), dt 1, mean period 3.06 steps"
    assert second == "embedding: dimension 1, delay 1 step, Theiler window 3 steps"
    assert third == "chaotic, by quadratic maps that leave < 0.1 % unexplained"
    assert rate.startswith("λ_max   0.4")
    assert rate.endswith("per unit of time")
    assert time.startswith("τ_pred  1.6")
    assert estimates[0] == "λ_max per step by estimator [95 % intervals]:"
    assert [line.split()[0] for line in estimates[1:]] == ["maps", "Rosenstein", "Kantz"]
    assert last == "figure: figures/λ.svg"
    assert Path("figures/λ.svg").exists()


def test_an_estimate_alone_says_that_nothing_was_tested_and_a_part_of_the_state_that_it_is_one(
    command: Run, henon: np.ndarray
) -> None:
    both = csv(henon, "x,y", "both.csv")
    one = csv(henon[:, :1], "x", "one.csv")
    said = command(both, "--dt", 1, "--no-interval")[1]
    assert "unexplained; whether it is above zero was not tested" in said
    assert "not to be the whole state" not in said
    said = command(one, "--dt", 1)[1]
    assert "was not tested" not in said
    dimension, delay = re.search(r"embedding: dimension (\d+), delay (\d+) step", said).groups()
    assert int(dimension) > 1
    assert f"{{steps: [{{step: embed, dimension: {dimension}, delay: {delay}}}]}}" in said


def test_time_stamps_and_one_variable_of_a_netcdf_file(command: Run, henon: np.ndarray) -> None:
    time = 10 + 0.25 * np.arange(len(henon))
    own = xr.Dataset({"a": ("t", henon[:, 0]), "b": ("t", henon[:, 1])}, coords={"t": time})
    own.to_netcdf("own.nc")
    code, out, _ = command(
        "own.nc", "--variable", "b", "--time", "t", "--json", "--output", "f.png"
    )
    found = json.loads(out)
    assert code == 0
    assert (found["variables"], found["dt"]) == (["b"], 0.25)
    assert found["lambda_max_per_time"]["value"] == 4 * found["lambda_max"]["value"]


def test_noise_is_a_result_and_no_error(command: Run) -> None:
    np.save("noise.npy", np.random.default_rng(0).normal(size=2_000))
    code, out, err = command("noise.npy", "--surrogates", 19, "--output", "n.png")
    assert (code, err) == (0, "")
    lines = out.splitlines()
    assert lines[3].startswith("no scaling range: maps leave")
    assert not any(line.startswith(("λ_max  ", "τ_pred")) for line in lines)
    assert "do not predict: " in out
    assert "surrogates: 19, p = " in out
    assert "warning: its divergence cannot be told from that of linear noise" in out
    assert lines[-1] == "figure: n.png"
    found = json.loads(command("noise.npy", "--json", "--output", "n.png")[1])
    assert found["lambda_max"] == {"value": None, "interval": [None, None]}


def test_settings_of_the_estimate_and_a_trend(command: Run, henon: np.ndarray) -> None:
    drifting = henon[:2_000, :1] + 0.001 * np.arange(2_000)[:, None]
    path = csv(drifting, "x")
    options = ("--detrend", 1, "--fit-range", 1, 9, "--dimension", 3, "--delay", 2, "--seed", 4)
    code, out, err = command(path, *options, "--confidence", 0.5, "--json", "--output", "f.png")
    assert (code, err) == (0, "")
    found = json.loads(out)
    assert found["embedding"] == {"dimension": 3, "delay": 2}
    assert found["estimated_by"] == "curves"
    assert found["confidence"] == 0.5
    trend = json.loads(command(path, *options[2:], "--json", "--output", "f.png")[1])
    assert trend["lambda_max"] != found["lambda_max"]


def test_the_first_line_says_what_was_taken_for_what(command: Run, henon: np.ndarray) -> None:
    rows = [f"{i};{0.5 * i};{a};{b}".replace(".", ",") for i, (a, b) in enumerate(henon[:1_200])]
    Path("data").mkdir()
    Path("data/own.csv").write_text("\n".join([";t (s);x;y", *rows]))
    code, out, err = command("data/own.csv", "--missing", henon[3, 0], "--fill", "longest")
    assert (code, err) == (0, "")
    assert out.splitlines()[0] == (
        "data/own.csv: 1200 rows; variables x, y; time t (s), dt 0.5 s; 1 missing value; "
        "column 0 left out: it numbers the rows; separator ';'; decimal ','"
    )
    figures = "data/own_lyapunov.pdf, data/own_lyapunov.png"
    beside = " (beside the file: name another place by --output)"
    assert out.splitlines()[-1] == f"figure: {figures}{beside}"
    found = json.loads(command("data/own.csv", "--dt", 2, "--json", "--output", "f.png")[1])
    assert found["figures"] == ["f.png"]
    assert (found["read"]["dt"], found["read"]["time"], found["read"]["rows"]) == (2.0, None, 1200)
    assert found["read"]["left_out"]["t (s)"] == "dt is set"
    assert found["read"]["separator"] == "';'"


def test_what_was_filled_is_said(command: Run, henon: np.ndarray) -> None:
    gaps = henon[:1_500, :1].copy()
    gaps[[100, 700], 0] = -9999
    path = csv(gaps, "x")
    options = ("--missing", -9999, "--fill", "interpolate", "--max-gap", 2, "--output", "f.png")
    code, out, _ = command(path, *options)
    assert code == 0
    assert "warning: 2 missing values were interpolated\n" in out


WRONG: list[tuple[list[Any], str]] = [
    (["own.csv", "--column", "z"], r"own\.csv: columns names 'z', but the columns are x, y"),
    (["none.csv"], r"none\.csv: no such file"),
    (["gap.csv"], r"gap\.csv: found 1 missing value, in sample 7 of variable 'x'"),
    (["three.npy"], r"three\.npy: found 3 samples: give at least 100"),
    (["own.csv", "--dt", 1, "--time", "x"], "give either dt or time"),
    (["own.csv", "--dt", 0], "--dt: must be greater than 0, found 0"),
    (["own.csv", "--delay", 0], "--delay: must be greater than 0, found 0"),
    (["own.csv", "--fill", "mean"], "--fill: must be 'interpolate' or 'longest', found 'mean'"),
    (["own.csv", "--detrend", 9], "--detrend: must be less than or equal to 3, found 9"),
    (["own.csv", "--confidence", 1], "--confidence: must be less than 1, found 1"),
    (["own.csv", "--max-lag", 4000], r"own\.csv: --max-lag is 4000 steps"),
    (["own.csv", "--fit-range", 2, 900], r"own\.csv: --fit-range must end within"),
    (["own.csv", "--output", "f.jpg"], r"--output: found 'f\.jpg': .* \.pdf, \.png, \.svg"),
    (["own.csv", "--output", "three.npy/f.png"], r"--output: three\.npy: cannot be written to"),
]


@pytest.mark.parametrize(("arguments", "message"), WRONG)
def test_what_cannot_be_done_is_one_line(
    command: Run, henon: np.ndarray, arguments: list[Any], message: str
) -> None:
    csv(henon[:1_200], "x,y")
    csv(np.where(np.arange(1_200) == 7, np.nan, henon[:1_200, 0]), "x", "gap.csv")
    np.save("three.npy", np.array([1.0, 4.0, 2.0]))
    np.save("short.npy", henon[:500, 0])
    code, out, err = command(*arguments)
    assert code == 1
    assert out == "" or re.fullmatch(rf"{arguments[0]}: \d+ rows; variable.*\n", out)
    assert err.count("\n") == 1
    assert err.startswith("tausweep: error: ")
    assert re.search(message, err), err


def test_a_directory_that_cannot_be_written_to_is_told_before_anything_is_measured(
    command: Run, monkeypatch: pytest.MonkeyPatch
) -> None:
    Path("sealed").mkdir(mode=0o500)
    monkeypatch.setattr(os, "access", lambda path, mode: str(path) != "sealed")  # root may write
    code, out, err = command("none.csv", "--output", "sealed")
    assert (code, out) == (1, "")
    assert err == ("tausweep: error: --output: sealed: cannot be written to: permission denied\n")
