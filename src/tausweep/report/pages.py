"""The pages that are written of a plan: one of each experiment, and one of a study."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import TYPE_CHECKING, Any

import yaml

from tausweep.dependencies import Dependencies
from tausweep.experiment import Experiment
from tausweep.figures.figure import Subject
from tausweep.figures.settings import Drawing
from tausweep.job import Job
from tausweep.report.settings import Chapter, Page, Shown
from tausweep.settings import Settings

if TYPE_CHECKING:
    from tausweep.plan import Plan

JUDGEMENTS = ("claims", "reproduction", "pool")
"""What all experiments of a plan say together, by role."""


def pages(plan: Plan) -> dict[str, Job]:
    """The job of each page that is asked for, by the directory of figures that it lies in."""
    alone = len(plan.parts) == 1 and plan.study.kind == "experiment"
    found = {}
    for part in plan.parts:
        if not part.experiment.figures.report:
            continue
        name = part.experiment.experiment
        judged = plan.judged if alone else {k: v for k, v in plan.judged.items() if k == "claims"}
        page = Page(
            name=name,
            kind="experiment",
            trained=Subject("", part.experiment, {}).trained if part.experiment.models else "",
            chapters=[_chapter(plan, part, series) for series in part.series],
            inputs=_references({**judged, **_collected(part)}),
            unjudged=_unjudged(part.experiment, plan.study.claims.quantities),
            figures=[*(_together(plan) if alone else []), *_of_theory(plan, part)],
            pages=[],
            study=None if alone or not plan.study.figures.report else plan.study.name,
            configuration=_written(part.experiment),
        )
        found[name] = _job(page)
    if not alone and plan.study.figures.report:
        found[plan.study.name] = _job(_of_study(plan))
    return found


def _of_study(plan: Plan) -> Page:
    experiments = [part.experiment for part in plan.parts]
    quantities = plan.study.claims.quantities
    reasons = dict.fromkeys(_unjudged(each, quantities) for each in experiments)
    return Page(
        name=plan.study.name,
        kind="study",
        trained="",
        chapters=[],
        inputs=_references(plan.judged),
        unjudged="" if "claims" in plan.judged else " ".join(reasons),
        figures=_together(plan),
        pages=[each.experiment for each in experiments if each.figures.report],
        study=None,
        configuration="",
    )


def _job(page: Page) -> Job:
    """It reads all that is told and shown, each file once."""
    return Job("report", page, {name: name for name in page.references})


def _chapter(plan: Plan, part: Dependencies, series: str) -> Chapter:
    directory = part.experiment.experiment
    own = {
        name: job
        for name, job in plan.figures.items()
        if name.startswith(f"{directory}/")
        and _drawing(job).series == series
        and not _is_together(job)
    }
    return Chapter(
        series=series, inputs=_references(part.series[series]), figures=_shown(plan, own)
    )


def _together(plan: Plan) -> list[Shown]:
    return _shown(plan, {name: job for name, job in plan.figures.items() if _is_together(job)})


def _of_theory(plan: Plan, part: Dependencies) -> list[Shown]:
    own = {job.reference for job in part.theory.values()}
    figures = {name: job for name, job in plan.figures.items() if own & set(job.references)}
    return _shown(plan, figures)


def _is_together(job: Job) -> bool:
    return not job.inputs.keys().isdisjoint(JUDGEMENTS)


def _shown(plan: Plan, figures: Mapping[str, Job]) -> list[Shown]:
    return [
        Shown(
            name=name,
            key=job.key,
            caption=plan.captions[name],
            drawing=_drawing(job),
            inputs={role: str(reference) for role, reference in job.inputs.items()},
        )
        for name, job in figures.items()
    ]


def _drawing(job: Job) -> Drawing:
    assert isinstance(job.settings, Drawing)
    return job.settings


def _collected(part: Dependencies) -> dict[str, Job]:
    return {} if part.collect is None else {"collect": part.collect}


def _references(jobs: Mapping[str, Job]) -> dict[str, str]:
    return {role: job.reference for role, job in jobs.items()}


def _unjudged(experiment: Experiment, quantities: Iterable[str]) -> str:
    """Why there is no best τ of an experiment; empty where there is one."""
    if not experiment.series:
        return "This is theory, of no series: what it answers is in the figures."
    if not experiment.models:
        return "No model was trained: only λ_max was measured."
    if not any(method.setting == "tau" for method in experiment.methods):
        return "No method sweeps τ, so there is no best one to compare with τ_pred."
    if not experiment.sweeps_tau:
        return (
            "Only one learning interval was tried of each method, so there is no best one to "
            "compare with τ_pred: name several under methods[].tau."
        )
    if not experiment.judged(list(quantities)):
        return (
            f"None of {', '.join(quantities)} is measured, by which a τ is judged: name one that "
            "is under claims.quantities."
        )
    return ""


def _written(experiment: Experiment) -> str:
    """What is not a default, without where files lie: a default written out changes no page."""
    return yaml.safe_dump(_chosen(experiment), sort_keys=False, allow_unicode=True)


def _chosen(value: Any) -> Any:
    """Settings as plain values."""
    match value:
        case Settings():
            fields = type(value).model_fields
            there = {n: getattr(value, n) for n in fields if n not in value.place}
            return {
                name: _chosen(each)
                for name, each in there.items()
                if each != fields[name].get_default(call_default_factory=True)
            }
        case dict():
            return {name: _chosen(each) for name, each in value.items()}
        case list() | tuple():
            return [_chosen(each) for each in value]
        case _:
            return value
