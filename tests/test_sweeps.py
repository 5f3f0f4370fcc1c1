"""A τ that is the best of a sweep: what it depends on, and what it cannot refer to."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
import yaml
from conftest import REPOSITORY

from tausweep import study
from tausweep.errors import ConfigError
from tausweep.experiment import load
from tausweep.plan import Plan
from tausweep.study import Study

SWEEP = {"method": "sparse_tf", "tau": [3, 9]}
ANNEALED = {"method": "annealed", "tau": [4, 8]}


def at(**asked: Any) -> dict[str, Any]:
    return {"method": "jittered", "tau": [{"best_of": "first", **asked}]}


def plan(tiny: dict[str, Any], first: list[Any], second: list[Any], **change: Any) -> Plan:
    """Of a study of two experiments that differ in their methods, and in what is changed."""
    one = load({**tiny, "experiment": "first", "methods": first})
    two = load({**tiny, "experiment": "second", "methods": second, **change})
    return Plan(Study("both", "study", [one, two], one.claims, one.figures))


def referring(plan: Plan) -> list[Any]:
    return [job for job in plan.jobs.values() if job.stage == "train" and "best" in job.inputs]


def test_it_depends_on_the_sweep_of_the_same_series_and_model(tiny: dict[str, Any]) -> None:
    found = plan(tiny, [SWEEP], [at()])
    assert len(referring(found)) == 2
    for job in referring(found):
        best = found.jobs[job.inputs["best"]]
        assert best.stage == "best"
        swept = [found.jobs[name].settings for name in best.inputs["train"]]
        assert {each.model for each in swept} == {job.settings.model}
        assert [each.method.tau for each in swept] == [[3], [9]]
        assert "lyapunov" not in job.inputs
    order = list(found.jobs)
    for job in referring(found):
        assert order.index(job.inputs["best"]) < order.index(job.reference)


def test_names_are_in_no_key_of_what_is_trained(tiny: dict[str, Any]) -> None:
    one = plan(tiny, [SWEEP], [at()])
    named = {**SWEEP, "name": "sweep"}
    two = plan(tiny, [named, ANNEALED], [at(method="sweep")])
    assert {job.key for job in referring(one)} == {job.key for job in referring(two)}
    other = plan(tiny, [SWEEP], [at(times=0.5)])
    assert {job.key for job in referring(one)}.isdisjoint(job.key for job in referring(other))


def test_its_key_depends_on_that_sweep_alone(tiny: dict[str, Any]) -> None:
    def best(config: dict[str, Any]) -> set[str]:
        return {job.key for job in Plan(load(config)).jobs.values() if job.stage == "best"}

    both = {**tiny, "methods": [SWEEP]}
    more = {"rossler": {"system": "rossler", "steps": 8000}}
    assert best(both) < best({**both, "methods": [SWEEP, ANNEALED]})
    assert best(both) < best({**both, "series": {**tiny["series"], **more}})
    assert best(both) == best({**both, "lyapunov": {"seed": 5}, "experiment": "other"})
    assert best(both) == best({**both, "metrics": {**tiny["metrics"], "behaviour": {}}})
    assert best(both).isdisjoint(best({**both, "claims": {"quantities": ["D_H"]}}))


def test_the_method_is_that_of_the_same_name_then_kind_then_the_only_one(
    tiny: dict[str, Any],
) -> None:
    def taken(first: list[Any], asked: dict[str, Any]) -> Any:
        found = plan(tiny, first, [asked])
        best = found.jobs[referring(found)[0].inputs["best"]]
        return found.jobs[best.inputs["train"][0]].settings.method.method

    annealed = {"method": "annealed", "tau": [{"best_of": "first"}]}
    assert taken([SWEEP], at()) == "sparse_tf"
    assert taken([SWEEP, ANNEALED], annealed) == "annealed"
    assert taken([SWEEP, {**ANNEALED, "name": "slowly"}], annealed) == "annealed"
    assert taken([SWEEP, ANNEALED], {**annealed, "name": "sparse_tf"}) == "sparse_tf"
    assert taken([SWEEP, ANNEALED], at(method="annealed")) == "annealed"


def test_a_method_can_refer_to_one_before_it(tiny: dict[str, Any]) -> None:
    found = Plan(load({**tiny, "experiment": "first", "methods": [SWEEP, at()]}))
    assert len(referring(found)) == 2
    assert "the best of first" in found.captions["first/sweep_lorenz"]


def test_a_sweep_can_hold_the_best_of_another_and_be_referred_to(tiny: dict[str, Any]) -> None:
    around = {"method": "sparse_tf", "tau": [{"best_of": "first", "times": t} for t in (0.7, 1.4)]}
    found = plan(tiny, [SWEEP], [around, {"method": "jittered", "tau": [{"best_of": "second"}]}])
    assert len(referring(found)) == 2 * 3


def test_the_page_on_choosing_tau_shows_a_study_that_can_be_planned(
    tiny: dict[str, Any], tmp_path: Path
) -> None:
    page = (REPOSITORY / "docs/choosing-tau.md").read_text()
    config = yaml.safe_load(page.split("```yaml\n")[1].split("```")[0])
    sweep = {**tiny, "experiment": "sweep", "methods": [SWEEP]}
    (tmp_path / "sweep.yaml").write_text(yaml.safe_dump(sweep))
    assert len(referring(Plan(study.load(config, tmp_path)))) == 2 * 2 * 20  # of members, in blocks


OTHER = {"models": {"Q": {"cell": "rnn"}}}
LORENZ = {"series": {"other": {"system": "rossler", "steps": 8000}}}
WRONG = [
    ([SWEEP], [at(best_of="third")], {}, r"best_of must name an experiment before .* found 'third'; there are first, second: run the study"),
    ([at(best_of="second")], [SWEEP], {}, r"methods\[0\].tau\[0\]: best_of must .* found 'second'; there are first: run"),
    ([SWEEP, at(best_of="first", method="jittered")], [SWEEP], {}, r"methods\[1\].tau\[0\]: .* found 'jittered'; there are sparse_tf: name"),
    ([at()], [SWEEP], {}, r"found no sweep of τ of model P on series lorenz there, and before this method; there is none"),
    ([SWEEP], [at()], OTHER, r"of experiment second: best_of first: found no sweep .* model Q .*; there are P on lorenz by sparse_tf, R on"),
    ([SWEEP], [at()], LORENZ, r"no sweep of τ of model P on series other"),
    ([{**SWEEP, "tau": [3]}], [at()], {}, r"best_of first: found no sweep .* there is none: sweep it by several τ"),
    ([SWEEP, ANNEALED], [at()], {}, r"method must be one that sweeps τ there, and none is named; there are sparse_tf, annealed: name one"),
    ([SWEEP], [at(method="annealed")], {}, r"method must be .*, found 'annealed'; there are sparse_tf"),
]  # fmt: skip


@pytest.mark.parametrize(("first", "second", "change", "message"), WRONG)
def test_what_it_cannot_refer_to_is_one_clear_line(
    tiny: dict[str, Any], first: list[Any], second: list[Any], change: dict[str, Any], message: str
) -> None:
    with pytest.raises(ConfigError, match=message) as error:
        plan(tiny, first, second, **change)
    assert "\n" not in str(error.value)


def test_an_experiment_of_a_study_alone_says_what_it_lacks(tiny: dict[str, Any]) -> None:
    alone = load({**tiny, "experiment": "second", "methods": [at()]})
    with pytest.raises(ConfigError, match=r"^methods\[0\].tau\[0\]: .*'first'.*run the study that"):
        Plan(alone)


def test_how_long_it_is_is_not_known_to_a_length_that_is_auto(tiny: dict[str, Any]) -> None:
    tiny["training"]["sequence_length"] = "auto"
    with pytest.raises(ConfigError, match=r"^methods\[0\].tau\[0\].best_of: .*cannot be auto"):
        load({**tiny, "methods": [at()]})
