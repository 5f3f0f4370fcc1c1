"""Stage `train`, from a signal to the parameters of a block of members: recurrent networks are
trained, all other models are fitted in one go.
"""

from __future__ import annotations

import numpy as np
import xarray as xr

from tausweep.execution import PLAIN, Execution
from tausweep.models.dynamics import Fitted
from tausweep.training.settings import Fit, TrainJob

__all__ = ["fit", "run"]


def run(
    settings: TrainJob,
    signal: xr.Dataset,
    lyapunov: xr.Dataset | None = None,
    best: xr.Dataset | None = None,
    *,
    execution: Execution = PLAIN,
) -> xr.Dataset:
    """Fit one block of members to the training part of a signal.

    Returns parameters and whether a member `diverged`, that is, holds one that is not finite, with
    a leading `member` dimension; see `recurrent.train` and `fit`.
    """
    if isinstance(settings, Fit):
        return fit(settings, signal)
    from tausweep.training.recurrent import train  # here: what is fitted needs none of it

    return train(settings, signal, lyapunov, best, execution)


def fit(settings: Fit, signal: xr.Dataset) -> xr.Dataset:
    """What the model's own `fit` gives, labelled.

    Raises
    ------
    ValueError
        The model cannot be fitted to these data.
    """
    model = settings.model
    assert isinstance(model, Fitted)
    members = range(settings.first_member, settings.first_member + settings.members)
    out = model.fit(signal, members)
    replicate = ("member", np.array(members), {"long_name": "replicate", "units": "1"})
    out = out.assign_coords(member=replicate, variable=signal.variable)
    owned = [v.transpose("member", ...) for v in out.data_vars.values() if "member" in v.dims]
    finite = [all(np.isfinite(v.values[m]).all() for v in owned) for m in range(len(members))]
    whether = {"long_name": "whether a parameter is not finite", "units": "1"}
    out["diverged"] = ("member", 1 - np.array(finite, np.int8), whether)
    subject = f"{model.model} fitted by {model.by}"
    return out.assign_attrs({**signal.attrs, "subject": subject, "model": model.model})
