"""Training: stage `train`, from a signal to the parameters of a block of members."""

from __future__ import annotations

from functools import partial

import numpy as np
import xarray as xr

from tausweep.config import RelativeTau, Tau, TrainCell
from tausweep.models import CELLS, dimensions
from tausweep.training.forcing import sparse_tf_loss
from tausweep.training.trainer import train

__all__ = ["run", "sparse_tf_loss", "steps_of", "train"]


def run(cell: TrainCell, signal: xr.Dataset, lyapunov: xr.Dataset | None = None) -> xr.Dataset:
    """Train one block of members at one τ on the training part of a signal.

    `lyapunov` is read where τ is relative. Returns parameters, losses and gradient norms, all
    with a leading `member` dimension.

    Raises
    ------
    ValueError
        τ is relative and the signal has no τ_pred; τ exceeds the sequence length; the signal is
        shorter than a sequence.
    """
    settings = cell.training
    tau = steps_of(cell.tau, settings.sequence_length, lyapunov)
    x = signal.x.transpose("time", "variable").values[: int(signal.train_steps)]
    members = range(cell.first_member, cell.first_member + cell.members)
    kind = CELLS[cell.model.cell]
    trained = train(
        kind, cell.model.latent, x, partial(sparse_tf_loss, kind, tau=tau), settings, members
    )
    axes = dimensions(kind)
    out = xr.Dataset(
        {
            name: (("member", *axes[name]), value, {"long_name": f"parameter {name}", "units": "1"})
            for name, value in trained.parameters.items()
        },
        coords={
            "member": ("member", np.array(members), {"long_name": "replicate", "units": "1"}),
            "epoch": (
                "epoch",
                np.arange(1, settings.epochs + 1),
                {"long_name": "epoch", "units": "1"},
            ),
            "variable": signal.variable,
        },
        attrs={
            **signal.attrs,
            "title": f"Parameters: {cell.model.cell} trained by {cell.method} at tau = {tau}",
            "recurrent_cell": cell.model.cell,
        },
    )
    relative = cell.tau.of_tau_pred if isinstance(cell.tau, RelativeTau) else np.nan
    out["of_tau_pred"] = ((), relative, {"long_name": "tau as asked for", "units": "tau_pred"})
    out["tau"] = ((), tau, {"long_name": "learning interval", "units": "step"})
    records = {
        "loss": (trained.loss, "mean squared error of predictions, mean over batches"),
        "gradient_norm": (trained.gradient_norm, "Euclidean norm of the loss gradient"),
    }
    for name, (values, long_name) in records.items():
        out[name] = (("member", "epoch"), values, {"long_name": long_name, "units": "1"})
    out["diverged"] = (
        "member",
        trained.diverged.astype(np.int8),
        {"long_name": "whether training left a parameter that is not finite", "units": "1"},
    )
    return out


def steps_of(tau: Tau, longest: int, lyapunov: xr.Dataset | None) -> int:
    """τ in steps; a relative one is resolved by the signal's τ_pred and rounded, at least 1."""
    if not isinstance(tau, RelativeTau):
        return tau
    if lyapunov is None or not np.isfinite(float(lyapunov.tau_pred)):
        verdict = "unknown" if lyapunov is None else lyapunov.attrs["verdict"]
        raise ValueError(
            f"methods.tau of_tau_pred {tau.of_tau_pred:g} needs a predictability time, but the "
            f"verdict on the signal is {verdict!r}: give τ in steps"
        )
    steps = max(1, round(tau.of_tau_pred * float(lyapunov.tau_pred)))
    if steps > longest:
        raise ValueError(
            f"methods.tau of_tau_pred {tau.of_tau_pred:g} is {steps} steps, more than "
            f"training.sequence_length ({longest}): lower the one or raise the other"
        )
    return steps
