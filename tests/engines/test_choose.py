"""Which engine is chosen, and what is loaded to find out."""

from __future__ import annotations

import ctypes
import subprocess
import sys
from types import SimpleNamespace

import pytest

from tausweep.engines import choose
from tausweep.models.rnn.cells import CELLS
from tausweep.models.rnn.layout import Layout

LAYOUT = Layout(CELLS["rnn"], 3, 2)

WITHOUT_TORCH = """
import sys
sys.modules["torch"] = None  # whoever imports it fails
import numpy as np
import xarray as xr
from tausweep.models.rnn.cells import CELLS
from tausweep.models.rnn.settings import Recurrent
from tausweep.orbit import stage as orbit
from tausweep.orbit.settings import OrbitAlong
from tausweep.training import stage as training
from tausweep.training.methods.sparse_tf import SparseTF
from tausweep.training.settings import Train, Training

rng = np.random.default_rng(0)
signal = xr.Dataset(
    {
        "x": (("time", "variable"), rng.standard_normal((60, 2))),
        "input": (("time", "channel"), rng.standard_normal((60, 1))),
        "train_steps": 50,
    },
    coords={"variable": ["u", "v"]},
    attrs={"dt": 1.0, "time_unit": "1"},
)
for cell in CELLS:
    job = Train(
        model=Recurrent(cell=cell, latent=4),
        method=SparseTF(method="sparse_tf", tau=[3], clip={"norm": 1.0}),
        training=Training(epochs=2, batches=2, batch_size=2, sequence_length=10, whiten=True),
        first_member=0,
        members=2,
    )
    trained = training.run(job, signal)
    x = orbit.run(OrbitAlong(part="held_out", steps=9, transient=2), trained, signal).x
    assert np.isfinite(x).all()
    print(trained.engine)
"""


def test_networks_train_and_run_without_torch() -> None:
    """On a machine without a GPU, every cell on `fused`: as where there were no torch at all."""
    if choose.may_have_gpu():
        pytest.skip("here torch is asked for a GPU")
    done = subprocess.run(
        [sys.executable, "-c", WITHOUT_TORCH], capture_output=True, text=True, check=False
    )
    assert done.returncode == 0, done.stderr
    assert [line.split()[0] for line in done.stdout.splitlines()] == ["fused"] * len(CELLS)


class Driver:
    """What `ctypes.CDLL` gives where there is a driver, or raises where there is none."""

    def __init__(self, answer: int | None) -> None:
        self.answer, self.asked_for = answer, ""

    def __call__(self, name: str) -> SimpleNamespace:
        self.asked_for = name
        if self.answer is None:
            raise OSError(f"{name}: cannot open shared object file")
        return SimpleNamespace(cuInit=lambda flags: self.answer)


@pytest.mark.parametrize(
    ("answer", "may_have"),
    [
        pytest.param(None, False, id="no driver"),
        pytest.param(100, False, id="a driver without a device"),
        pytest.param(0, True, id="a driver with one"),
    ],
)
def test_a_gpu_is_known_from_its_driver(
    monkeypatch: pytest.MonkeyPatch, answer: int | None, may_have: bool
) -> None:
    driver = Driver(answer)
    monkeypatch.setattr(ctypes, "CDLL", driver)
    monkeypatch.setattr("os.path.exists", lambda path: False)
    assert choose.may_have_gpu() == may_have
    assert driver.asked_for == "libcuda.so.1"


def test_amds_gpus_are_known_from_their_device_file(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(ctypes, "CDLL", Driver(None))
    monkeypatch.setattr("os.path.exists", lambda path: path == "/dev/kfd")
    assert choose.may_have_gpu()


@pytest.mark.parametrize("there_is_one", [False, True])
def test_where_there_may_be_a_gpu_torch_is_asked(
    monkeypatch: pytest.MonkeyPatch, there_is_one: bool
) -> None:
    monkeypatch.setattr(choose, "may_have_gpu", lambda: True)
    monkeypatch.setattr("torch.cuda.is_available", lambda: there_is_one)
    monkeypatch.setattr("torch.cuda.current_device", lambda: 0)
    monkeypatch.setattr("torch.cuda.get_device_name", lambda: "a GPU")
    assert choose.choose("auto", LAYOUT).name.split()[0] == ("cuda" if there_is_one else "fused")
    assert choose.choose("auto", LAYOUT, gpu=False).name.startswith("fused")
