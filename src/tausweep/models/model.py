"""Fitted models from the files that hold them, whatever kind they are."""

from __future__ import annotations

import xarray as xr

from tausweep.execution import PLAIN, Execution
from tausweep.models.dynamics import Dynamics
from tausweep.models.settings import FITTED

__all__ = ["Dynamics", "load"]


def load(train: xr.Dataset, execution: Execution = PLAIN) -> Dynamics:
    """The models that a training job left.

    Parameters
    ----------
    train
        Output of stage `train`. Its attribute `model` says of which kind the models are; recurrent
        ones have none.
    execution
        What runs recurrent models.

    Raises
    ------
    ValueError
        There is no such kind, or the engine asked for cannot run here.
    """
    kind = train.attrs.get("model", "recurrent")
    if kind == "recurrent":
        from tausweep.models.rnn.dynamics import RecurrentDynamics

        return RecurrentDynamics(train, execution)
    if kind not in FITTED:
        raise ValueError(
            f"models of kind {kind!r} are not known, only recurrent ones and {', '.join(FITTED)}"
        )
    return FITTED[kind].load(train)
