"""Training that was killed goes on, and ends as if nothing had happened."""

from __future__ import annotations

import logging
import subprocess
import sys
import time
from pathlib import Path

import numpy as np
import pytest
import xarray as xr

from tausweep import store
from tausweep.execution import Execution
from tausweep.job import Job
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
        if state.attrs["epoch"] == epochs:
            raise KilledError

    monkeypatch.setattr(Checkpoint, "save", dying)


@pytest.mark.parametrize("engine", ["eager", "fused"])
@pytest.mark.parametrize("method", ["sparse_tf", "truncated"])
@pytest.mark.parametrize("epoch", [1, 5, 11])
def test_resumed_training_ends_bit_identical(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, engine: str, method: str, epoch: int
) -> None:
    whole = run(cell(method), signal(), execution=Execution(engine=engine))
    how = Execution(engine=engine, checkpoint=tmp_path / "state.nc", every=0.0)
    with monkeypatch.context() as patch:
        killed_after(patch, epoch)
        with pytest.raises(KilledError):
            run(cell(method), signal(), execution=how)
    resumed = run(cell(method), signal(), execution=how)
    xr.testing.assert_identical(resumed, whole)


def test_going_on_is_said_and_what_is_done_is_not_done_again(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    how = Execution(checkpoint=tmp_path / "state.nc", every=0.0)
    with monkeypatch.context() as patch:
        killed_after(patch, 9)
        with pytest.raises(KilledError):
            run(cell(), signal(), execution=how)
    with caplog.at_level(logging.INFO):
        run(cell(), signal(), execution=how)
    assert "going on after epoch 9" in caplog.text


def test_a_damaged_checkpoint_is_said_and_training_begins_again(
    tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    whole = run(cell(), signal())
    how = Execution(checkpoint=tmp_path / "state.nc", every=0.0)
    run(cell(), signal(), execution=how)
    content = (tmp_path / "state.nc").read_bytes()
    (tmp_path / "state.nc").write_bytes(content[: len(content) // 2])
    again = run(cell(), signal(), execution=how)
    xr.testing.assert_identical(again, whole)
    assert "training begins again" in caplog.text


def test_without_room_for_a_checkpoint_training_goes_on(
    tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    (tmp_path / "file").touch()
    how = Execution(checkpoint=tmp_path / "file" / "state.nc", every=0.0)
    xr.testing.assert_identical(run(cell(), signal(), execution=how), run(cell(), signal()))
    assert "no checkpoint" in caplog.text


@pytest.mark.slow
def test_killed_at_ten_random_moments_a_job_ends_bit_identical(tmp_path: Path) -> None:
    """The real command, and SIGKILL; nothing is left in results/state when it is done."""
    job = Job("train", cell(epochs=20_000, cell="lstm"), {"signal": "signal/" + "0" * 16})
    results = tmp_path / "results"
    attrs = {"dt": 1.0, "time_unit": "1", "title": "Signal"}
    (results / "signal").mkdir(parents=True)
    store.write(
        signal().assign_attrs(attrs), results / "signal" / ("0" * 16 + ".nc"),
        stage="signal", key="0" * 16, provenance={},
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
