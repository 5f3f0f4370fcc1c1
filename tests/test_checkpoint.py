"""Training that was killed goes on, and ends as if nothing had happened."""

from __future__ import annotations

import logging
import os
import subprocess
import sys
import time
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import netCDF4
import numpy as np
import pytest
import xarray as xr

from tausweep import store
from tausweep.execution import Execution
from tausweep.job import Job, canonical, key_of
from tausweep.models.rnn.settings import Recurrent
from tausweep.training.methods.sparse_tf import SparseTF
from tausweep.training.methods.truncated import Truncated
from tausweep.training.settings import Train, Training
from tausweep.training.stage import run

EPOCHS = 12


def signal() -> xr.Dataset:
    x = np.random.default_rng(0).standard_normal((400, 2)).cumsum(axis=0)
    return xr.Dataset(
        {"x": (("time", "variable"), (x - x.mean(0)) / x.std(0)), "train_steps": 300},
        coords={"variable": ["u", "v"]},
    )


def cell(method: str = "sparse_tf", epochs: int = EPOCHS, cell: str = "gru") -> Train:
    kind = {"sparse_tf": SparseTF, "truncated": Truncated}[method]
    return Train(
        model=Recurrent(cell=cell, latent=6),
        method=kind(method=method, tau=[7]),
        training=Training(epochs=epochs, batches=3, batch_size=4, sequence_length=20),
        first_member=0,
        members=2,
    )


class KilledError(Exception):
    """Stands for a job's end in mid-air."""


def killed_after(monkeypatch: pytest.MonkeyPatch, epochs: int) -> None:
    """Every epoch is saved, and the job dies right after this one."""
    from tausweep.training.checkpoint import Checkpoint

    save = Checkpoint.save

    def dying(self: Checkpoint, state: xr.Dataset) -> None:
        save(self, state)
        if state.sizes["epoch"] == epochs:
            raise KilledError

    monkeypatch.setattr(Checkpoint, "save", dying)


def keeping(tmp_path: Path, engine: str = "eager", **settings: str) -> Execution:
    """How a job runs that keeps its state after every epoch."""
    job = Job("train", cell(**settings), {"signal": "signal/" + "0" * 16})
    return Execution(engine, checkpoint=tmp_path / f"{job.key}.nc", every=0.0, job=job.json)


@pytest.mark.parametrize("engine", ["eager", "fused"])
@pytest.mark.parametrize("method", ["sparse_tf", "truncated"])
@pytest.mark.parametrize("epoch", [1, 5, 11])
def test_resumed_training_ends_bit_identical(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, engine: str, method: str, epoch: int
) -> None:
    whole = run(cell(method), signal(), execution=Execution(engine=engine))
    how = keeping(tmp_path, engine, method=method)
    with monkeypatch.context() as patch:
        killed_after(patch, epoch)
        with pytest.raises(KilledError):
            run(cell(method), signal(), execution=how)
    resumed = run(cell(method), signal(), execution=how)
    xr.testing.assert_identical(resumed, whole)


@pytest.fixture
def kept(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Execution:
    """A job that was killed after its ninth epoch of twelve."""
    how = keeping(tmp_path)
    with monkeypatch.context() as patch:
        killed_after(patch, 9)
        with pytest.raises(KilledError):
            run(cell(), signal(), execution=how)
    return how


def test_going_on_is_said_and_what_is_done_is_not_done_again(
    kept: Execution, caplog: pytest.LogCaptureFixture
) -> None:
    with caplog.at_level(logging.INFO):
        run(cell(), signal(), execution=kept)
    assert "going on after epoch 9" in caplog.text


def truncated(path: Path) -> None:
    path.write_bytes(path.read_bytes()[:-1000])


def cut_in_half(path: Path) -> None:
    path.write_bytes(path.read_bytes()[: path.stat().st_size // 2])


def edited(path: Path) -> None:
    with netCDF4.Dataset(path, "r+") as file:
        file.engine = "fused"


def members_swapped(path: Path) -> None:
    with netCDF4.Dataset(path, "r+") as file:
        file["theta"][:] = file["theta"][::-1]


def of_another_job(path: Path) -> None:
    other = keeping(path.parent, method="truncated")
    run(cell("truncated"), signal(), execution=other)
    assert other.checkpoint is not None
    other.checkpoint.replace(path)


def a_directory(path: Path) -> None:
    path.unlink()
    path.mkdir()


def a_broken_link(path: Path) -> None:
    path.unlink()
    path.symlink_to("nowhere")


def a_pipe(path: Path) -> None:
    path.unlink()
    os.mkfifo(path)


@pytest.mark.parametrize(
    "spoil",
    [
        truncated,
        cut_in_half,
        edited,
        members_swapped,
        of_another_job,
        a_directory,
        a_broken_link,
        a_pipe,
    ],
)
def test_with_a_spoilt_checkpoint_training_begins_again(
    kept: Execution, caplog: pytest.LogCaptureFixture, spoil: Callable[[Path], None]
) -> None:
    assert kept.checkpoint is not None
    spoil(kept.checkpoint)
    caplog.clear()
    again = run(cell(), signal(), execution=kept)
    xr.testing.assert_identical(again, run(cell(), signal(), execution=Execution("eager")))
    (said,) = [message for message in caplog.messages if "training begins again" in message]
    assert said.startswith(str(kept.checkpoint))
    assert "\n" not in said


def test_a_state_that_does_not_fit_is_not_gone_on_from(
    kept: Execution, caplog: pytest.LogCaptureFixture
) -> None:
    """Whole and sealed, as other code would have kept it."""
    assert kept.checkpoint is not None
    path, whole = kept.checkpoint, run(cell(), signal(), execution=Execution("eager"))
    state = store.without_bookkeeping(store.read(path)).assign_attrs(engine="eager")
    more = state.isel(epoch=[0] * 1_000)
    for other in (
        state.assign_attrs(engine="fused"),
        state.isel(epoch=slice(0)),
        more,
        state.drop_vars("m"),
        state.assign(n=state["m"]),
        state.rename(theta="weights"),
        state.rename(epoch="time"),
        state.isel(member=[0]),
        state.isel(parameter=slice(5)),
        state.assign(theta=state["theta"].T),
        state.assign(theta=state["theta"].astype(np.float64)),
        state.assign(steps=state["steps"] * np.nan),
        state.assign(steps=-state["steps"]),
        state.drop_vars("records"),
        xr.Dataset(),
    ):
        store.write(other, path, stage="checkpoint", key=path.stem, job=kept.job, provenance={})
        caplog.clear()
        again = run(cell(), signal(), execution=replace(kept, every=60.0))
        xr.testing.assert_identical(again, whole)
        assert "another engine or version of tausweep: training begins again" in caplog.text


def test_without_room_for_a_checkpoint_training_goes_on(
    tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    (tmp_path / "file").touch()
    how = keeping(tmp_path / "file")
    xr.testing.assert_identical(
        run(cell(), signal(), execution=how), run(cell(), signal(), execution=Execution("eager"))
    )
    assert "no checkpoint" in caplog.text


@pytest.mark.slow
def test_killed_at_ten_random_moments_a_job_ends_bit_identical(tmp_path: Path) -> None:
    """The real command, and SIGKILL; nothing is left in results/state when it is done."""
    made_by = canonical({"stage": "signal"})
    key = key_of(made_by)
    job = Job("train", cell(epochs=20_000, cell="lstm"), {"signal": f"signal/{key}"})
    results = tmp_path / "results"
    attrs = {"dt": 1.0, "time_unit": "1", "subject": "test"}
    (results / "signal").mkdir(parents=True)
    store.write(
        signal().assign_attrs(attrs), results / "signal" / f"{key}.nc",
        stage="signal", key=key, job=made_by, provenance={},
    )  # fmt: skip

    def command(where: Path) -> list[str]:
        return [
            *(sys.executable, "-m", "tausweep.cli", "stage", "train", "--job", job.json),
            *("--output", str(where), "--checkpoint-every", "0.05"),
        ]

    out = results / "train" / f"{job.key}.nc"
    subprocess.run(command(out), check=True)
    whole = store.read(out)
    out.unlink()
    rng = np.random.default_rng(0)
    state = results / "state" / f"{job.key}.nc"
    for _ in range(10):
        seen = state.stat().st_mtime_ns if state.exists() else 0
        process = subprocess.Popen(command(out), stderr=subprocess.DEVNULL)
        while process.poll() is None and (not state.exists() or state.stat().st_mtime_ns == seen):
            time.sleep(0.005)
        time.sleep(rng.uniform(0, 0.15))
        assert process.poll() is None, "the job was done before it could be killed ten times"
        process.kill()
        process.wait()
    subprocess.run(command(out), check=True)
    assert not state.exists()
    assert store.read(out).attrs["data_sha256"] == whole.attrs["data_sha256"]
