"""What a result is, in words: from its own job and those of the results that it was made from."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from tausweep.catalogue.entry import Entry
from tausweep.job import Described
from tausweep.stages import STAGES

Entries = Mapping[str, Entry]


def words(entry: Entry, entries: Entries) -> str:
    """A line, such as `rnn by sparse_tf, tau 10, members 0-3, on lorenz63`.

    What cannot be told, as a result that it was made from is not there, is left out.
    """
    return "" if entry.job is None else said(entry.job, entries)


def said(job: Described, entries: Entries) -> str:
    """What a job makes."""
    try:
        return _STAGES.get(job.stage, _other)(job, entries)
    except (LookupError, TypeError, ValueError, AttributeError):
        return ""  # another version of the stage had other settings


def _series(job: Described, entries: Entries) -> str:
    settings = job.settings
    name = settings.get("name") if settings["system"] == "dysts" else settings["system"]
    if settings["system"] == "file":
        return f"file {_first(job, 'raw').removeprefix('file/')[:8]}"
    noise = [f"{kind.replace('_', ' ')} {settings[kind]:g}"
             for kind in ("noise", "dynamical_noise") if settings.get(kind)]  # fmt: skip
    seen = [f"observed: {', '.join(settings['observe'])}"] if settings.get("observe") else []
    return ", ".join([str(name), *noise, *seen])


def _signal(job: Described, entries: Entries) -> str:
    steps = [step["step"] for step in job.settings["steps"]]
    series = _input(job, entries, "series")
    return f"{series} after {', '.join(steps)}" if steps else series


def _train(job: Described, entries: Entries) -> str:
    first, members = job.settings["first_member"], job.settings["members"]
    block = f"member {first}" if members == 1 else f"members {first}-{first + members - 1}"
    signal = _input(job, entries, "signal")
    return ", ".join(filter(None, [_model(job), _swept(job), block, f"on {signal}"]))


def _orbit(job: Described, entries: Entries) -> str:
    part = "" if job.settings.get("part", "held_out") == "held_out" else " along the whole"
    return f"orbits{part} of {_input(job, entries, 'train')}"


def _metrics(job: Described, entries: Entries) -> str:
    role = "orbit" if "orbit" in job.inputs else "train"
    trained = _trained(job, entries, role)
    of = "" if trained is None else f" of {_model(trained)}"
    inputs = job.inputs.get(role, [])
    which = "" if trained is None or len(inputs) != 1 else f", {_swept(trained)}"
    return f"{job.settings['metric']}{of}{which} on {_input(job, entries, 'signal')}"


def _sweep_of(job: Described, entries: Entries) -> str:
    trained = _trained(job, entries, "train")
    if trained is None:
        return "of a sweep"
    return f"of {_model(trained)} on {_input(trained, entries, 'signal')}"


def _collect(job: Described, entries: Entries) -> str:
    sweeps = job.settings["sweeps"]
    models = ", ".join(dict.fromkeys(sweep["model"] for sweep in sweeps))
    return f"all of {models} on {', '.join(job.settings['series'])}"


def _experiments(job: Described, entries: Entries) -> str:
    return ", ".join(job.settings["experiments"])


def _figure(job: Described, entries: Entries) -> str:
    return f"{job.settings['figure']['kind'].replace('_', ' ')} of {job.settings['series']}"


def _other(job: Described, entries: Entries) -> str:
    """Of a stage that has no words of its own: its title, and what it was made from."""
    title = STAGES[job.stage].title if job.stage in STAGES else job.stage
    roles = (role for role in job.inputs if job.inputs[role])
    return " of ".join([title, *(_input(job, entries, role) for role in list(roles)[:1])])


_STAGES: Mapping[str, Callable[[Described, Entries], str]] = {
    "series": _series,
    "signal": _signal,
    "truth": lambda job, e: f"exponents of the equations of {_input(job, e, 'series')}",
    "lyapunov": lambda job, e: f"λ_max of {_input(job, e, 'signal')}",
    "train": _train,
    "orbit": _orbit,
    "members": lambda job, e: f"members {_sweep_of(job, e)}",
    "metrics": _metrics,
    "reference": lambda job, e: (
        f"floor and ceiling of {job.settings['metric']['metric']} on {_input(job, e, 'signal')}"
    ),
    "best": lambda job, e: f"best τ {_sweep_of(job, e)}",
    "collect": _collect,
    "claims": lambda job, e: f"best τ beside τ_pred: {_experiments(job, e)}",
    "reproduction": lambda job, e: f"beside published numbers: {_experiments(job, e)}",
    "figure": _figure,
}


def _model(job: Described) -> str:
    """What is trained, and how, by a training job."""
    model = job.settings["model"]
    kind = model.get("cell") or model.get("model")
    units = f" {model['latent']}" if "latent" in model else ""
    method = job.settings.get("method")
    return f"{kind}{units}" + (f" by {method.get('name') or method['method']}" if method else "")


def _swept(job: Described) -> str:
    """The setting that a training job has of those that are swept."""
    method: Mapping[str, Any] = job.settings.get("method") or {}
    lists = {name: value for name, value in method.items() if isinstance(value, list)}
    return ", ".join(f"{name} {_value(each)}" for name, (each, *_) in lists.items())


def _value(value: Any) -> str:
    match value:
        case {"of_tau_pred": multiple}:
            return f"{multiple:g} tau_pred"
        case {"best_of": sweep}:
            return f"the best of {sweep}"
        case _:
            return f"{value}"


def _trained(job: Described, entries: Entries, role: str) -> Described | None:
    """The first training job behind one of the inputs; None where it is not there."""
    entry = entries.get(_first(job, role))
    if entry is None or entry.job is None or entry.job.stage == "train":
        return None if entry is None else entry.job
    return _trained(entry.job, entries, "train")


def _input(job: Described, entries: Entries, role: str) -> str:
    """The first input of a role in words; its reference where it is not there."""
    reference = _first(job, role)
    entry = entries.get(reference)
    return (words(entry, entries) if entry else "") or reference or "nothing"


def _first(job: Described, role: str) -> str:
    found = job.inputs.get(role, "")
    return found if isinstance(found, str) else next(iter(found), "")
