"""Recurrent networks are trained: from a signal to the parameters of a block of members."""

from __future__ import annotations

import logging

import numpy as np
import xarray as xr

from tausweep.engines.choose import choose
from tausweep.engines.windows import Data
from tausweep.execution import PLAIN, Execution
from tausweep.models.rnn.cells import CELLS
from tausweep.models.rnn.initial import dimensions
from tausweep.models.rnn.layout import Layout
from tausweep.training.checkpoint import Checkpoint
from tausweep.training.data import colouring, with_noise
from tausweep.training.methods.method import BestTau, RelativeTau, Tau
from tausweep.training.settings import Covering, Train
from tausweep.training.trainer import NOISE, Problem, Trained, Trainer

log = logging.getLogger(__name__)


def train(
    cell: Train,
    signal: xr.Dataset,
    lyapunov: xr.Dataset | None = None,
    best: xr.Dataset | None = None,
    execution: Execution = PLAIN,
) -> xr.Dataset:
    """Train one block of members of a recurrent network on the training part of a signal.

    `lyapunov` is read where τ is relative, `best` where it is the best of a sweep. Returns
    parameters, losses, gradient norms and when a member diverged, all with a leading `member`
    dimension. Where `execution` names a checkpoint, training goes on from it, and ends with the
    same numbers as if it had never stopped.

    Raises
    ------
    ValueError
        τ is relative and the signal has no τ_pred; τ is the best of a sweep that has none; τ
        exceeds the sequence length; the signal is shorter than a sequence; the data have no
        direction for noise; the engine asked for cannot run here.
    """
    settings, method = cell.training, cell.method
    members = range(cell.first_member, cell.first_member + cell.members)
    end = int(signal.train_steps)
    x = signal.x.transpose("time", "variable").values[:end]
    s = signal["input"].transpose("time", "channel").values[:end] if "input" in signal else None
    kind = CELLS[cell.model.cell]
    layout = Layout(kind, cell.model.latent, x.shape[1], 0 if s is None else s.shape[1])
    length = method.steps(length_of(settings.sequence_length, lyapunov))
    tau = length
    if method.setting == "tau":
        tau = steps_of(method.swept, length, lyapunov, best)
    colour = colouring(x) if settings.whiten else np.eye(x.shape[1])
    problem = Problem(
        layout=layout,
        scheme=cell.model.initial,
        data=_data(x, s, colour, cell, members),
        updates=method.updates,
        tau=tau,
        length=length,
        clip=method.clipping,
        settings=settings,
        members=members,
        mixing=method.mixing,
    )
    engine = choose(
        execution.engine, layout, threads=execution.threads, mixed=method.mixing is not None
    )
    checkpoint = Checkpoint(execution.checkpoint, execution.every, execution.job)
    trained = Trainer(problem, engine).run(checkpoint)
    trained.parameters["B"][:] = colour @ trained.parameters["B"]
    out = _dataset(cell, trained, layout, signal, members)
    out.attrs["engine"] = engine.name
    asked = method.swept
    relative = asked.of_tau_pred if isinstance(asked, RelativeTau) else np.nan
    out["of_tau_pred"] = ((), relative, {"long_name": "tau as asked for", "units": "tau_pred"})
    out["tau"] = ((), tau, {"long_name": "learning interval", "units": "step"})
    return out


def steps_of(
    tau: Tau, longest: int, lyapunov: xr.Dataset | None = None, best: xr.Dataset | None = None
) -> int:
    """τ in steps: one that is relative by the signal's τ_pred, one that is the best of a sweep by
    what was found there; rounded, at least 1.
    """
    match tau:
        case RelativeTau(of_tau_pred=multiple):
            steps, asked = _of_tau_pred(multiple, "methods.tau", lyapunov), "of_tau_pred"
        case BestTau(times=multiple):
            steps, asked = _of_best(multiple, best), "best_of, times"
        case _:
            return tau
    if steps > longest:
        raise ValueError(
            f"methods.tau {asked} {multiple:g} is {steps} steps, more than "
            f"training.sequence_length ({longest}): lower the one or raise the other"
            + (", or make the length auto" if isinstance(tau, RelativeTau) else "")
        )
    return steps


def length_of(length: int | str | Covering, lyapunov: xr.Dataset | None) -> int:
    """L in steps."""
    if isinstance(length, Covering):
        path = "training.sequence_length"
        return max(length.least, _of_tau_pred(length.of_tau_pred, path, lyapunov))
    if isinstance(length, str):
        raise ValueError("training.sequence_length is auto, which the plan makes a number of")
    return length


def _of_tau_pred(multiple: float, path: str, lyapunov: xr.Dataset | None) -> int:
    if lyapunov is None or not np.isfinite(float(lyapunov.tau_pred)):
        verdict = "unknown" if lyapunov is None else lyapunov.attrs["verdict"]
        raise ValueError(
            f"{path} of_tau_pred {multiple:g} needs a predictability time, but the verdict on the "
            f"signal is {verdict!r}: give it in steps"
        )
    return max(1, round(multiple * float(lyapunov.tau_pred)))


def _of_best(times: float, best: xr.Dataset | None) -> int:
    if best is None or not np.isfinite(float(best["suggested"])):
        by = "" if best is None else f" by {best['quantity'].values[0]}"
        raise ValueError(
            f"methods.tau best_of: the sweep that it refers to has no best τ{by}: at every τ half "
            "of the members or more are lost; train them otherwise, or give τ in steps"
        )
    if not best["learned"].values[0]:
        log.warning(
            "the best τ of a sweep is used (%g), at which its models did not learn: more epochs "
            "there may find another",
            float(best["suggested"]),
        )
    return max(1, round(times * float(best["suggested"])))


def _data(
    x: np.ndarray, s: np.ndarray | None, colour: np.ndarray, cell: Train, members: range
) -> Data:
    """What members learn from: the same samples, or each its own where noise is added."""
    noise, seed = cell.training.noise, cell.training.seed
    if noise is not None:
        streams = [np.random.default_rng([seed, member, NOISE]) for member in members]
        x = np.stack([with_noise(x, noise, rng) for rng in streams])
    if cell.training.whiten:
        x = x @ np.linalg.inv(colour).T
    return Data(x, s)


def _dataset(
    cell: Train, trained: Trained, layout: Layout, signal: xr.Dataset, members: range
) -> xr.Dataset:
    axes = dimensions(layout.cell, driven=layout.channels > 0)
    epochs = np.arange(1, cell.training.epochs + 1)
    number = {"units": "1"}
    out = xr.Dataset(
        {
            name: (("member", *axes[name]), value, {"long_name": f"parameter {name}", **number})
            for name, value in trained.parameters.items()
        },
        coords={
            "member": ("member", np.array(members), {"long_name": "replicate", **number}),
            "epoch": ("epoch", epochs, {"long_name": "epoch", **number}),
            "variable": signal.variable,
        },
        attrs={
            **signal.attrs,
            "subject": f"{cell.model.cell} trained by {cell.method.method}",
            "recurrent_cell": cell.model.cell,
        },
    )
    norm = "Euclidean norm of the loss gradient before clipping"
    for name, values, long_name in (
        ("loss", trained.loss, "mean squared error of predictions, mean over an epoch"),
        ("gradient_norm", trained.gradient_norm, f"{norm}, mean over an epoch"),
        ("largest_gradient_norm", trained.largest_gradient_norm, f"{norm}, largest of an epoch"),
    ):
        out[name] = (("member", "epoch"), values, {"long_name": long_name, **number})
    if trained.alpha is not None:
        mixed = {"long_name": "strength of forcing, alpha, at the end of an epoch", **number}
        out["alpha"] = (("member", "epoch"), trained.alpha, mixed)
    first = "first epoch with a loss or gradient that is not finite; -1 if there was none"
    out["nonfinite_epoch"] = ("member", trained.nonfinite_epoch, {"long_name": first, **number})
    whether = {"long_name": "whether training left a parameter that is not finite", **number}
    out["diverged"] = ("member", trained.diverged.astype(np.int8), whether)
    return out
