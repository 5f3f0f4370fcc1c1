"""Studies: several experiments in one plan, and what is wrong with their files in one line."""

from __future__ import annotations

import copy
from pathlib import Path
from typing import Any

import pytest
import yaml

from tausweep import experiment
from tausweep.errors import ConfigError
from tausweep.plan import Plan
from tausweep.study import Study, load, merged

TABLE = (
    "# of somebody\nseries,model,method,metric,tau,value,note\nlorenz,P,sparse_tf,D_stsp,3,1.5,\n"
)


@pytest.fixture
def study(tiny: dict[str, Any], tmp_path: Path) -> Any:
    """Write a study of two experiments that differ in a metric; give back what reads it."""
    (tmp_path / "parts").mkdir()
    (tmp_path / "parts/tiny.yaml").write_text(yaml.safe_dump(tiny))
    (tmp_path / "table.csv").write_text(TABLE)
    other = {"experiment": "other", "metrics": {"d_stsp": {"bins": 7}}}
    config = {
        "study": "both",
        "experiments": ["parts/tiny.yaml", {"file": "parts/tiny.yaml", "settings": other}],
        "published": "table.csv",
    }

    def read(**change: Any) -> Study:
        return load({**config, **change}, tmp_path)

    return read


def test_settings_of_the_entry_are_above_those_of_the_study_above_those_of_the_file(
    study: Any, tiny: dict[str, Any]
) -> None:
    one, two = study(settings={"members": 6, "metrics": {"d_stsp": {"bins": 5}}}).experiments
    assert (one.members, two.members) == (6, 6)
    assert (one.metrics.d_stsp.bins, two.metrics.d_stsp.bins) == (5, 7)
    assert one.training.epochs == tiny["training"]["epochs"]


def test_merging_is_of_mappings_only() -> None:
    below = {"a": {"b": 1, "c": [1, 2]}, "d": 3}
    kept = copy.deepcopy(below)
    assert merged(below, {"a": {"c": [9]}, "d": {"e": 4}, "f": None}) == {
        "a": {"b": 1, "c": [9]},
        "d": {"e": 4},
        "f": None,
    }
    assert below == kept


def test_a_series_of_another_system_replaces_the_one_below() -> None:
    below = {"Lorenz": {"system": "lorenz63", "parameters": {"rho": 38.0}}}
    file = {"system": "file", "path": "x.npy"}
    assert merged(below, {"Lorenz": file}) == {"Lorenz": file}
    assert merged(below, {"Lorenz": {"dt": 0.1}})["Lorenz"] == {**below["Lorenz"], "dt": 0.1}
    same = {"system": "lorenz63", "dt": 0.1}
    assert merged(below, {"Lorenz": same})["Lorenz"] == {**below["Lorenz"], "dt": 0.1}
    own = {"model": "ngrc", "order": 2}
    assert merged({"A": {"cell": "rnn"}}, {"A": own}) == {"A": own}


def test_null_leaves_a_model_out(study: Any, tiny: dict[str, Any]) -> None:
    models = {"L": {"cell": "lstm"}, "P": None}
    entry = {"file": "parts/tiny.yaml", "settings": {"models": models}}
    (one,) = study(experiments=[entry]).experiments
    assert set(one.models) == {*tiny["models"], "L"} - {"P"}
    nothing = {"file": "parts/tiny.yaml", "settings": {"series": dict.fromkeys(tiny["series"])}}
    with pytest.raises(ConfigError, match=r"experiments\[0\].*series"):
        study(experiments=[nothing])


def test_experiments_share_what_they_have_in_common(study: Any) -> None:
    both = Plan(study())
    parts = [Plan(each) for each in study().experiments]
    for stage in ("series", "signal", "lyapunov", "train", "orbit", "members"):
        of = {job.key for job in both.jobs.values() if job.stage == stage}
        for part in parts:
            assert of == {job.key for job in part.jobs.values() if job.stage == stage}
    collects = [job.reference for job in both.jobs.values() if job.stage == "collect"]
    assert len(collects) == 2
    for stage in ("claims", "reproduction"):
        (job,) = [job for job in both.jobs.values() if job.stage == stage]
        assert job.inputs["collect"] == collects
    assert {name.split("/")[0] for name in both.figures} == {"tiny", "other", "both"}
    assert {name for name in both.figures if name.startswith("both/")} == {
        f"both/{kind}" for kind in ("claims", "claims_table", "reproduction", "reproduction_table")
    }


def test_experiments_are_pooled_where_a_figure_of_them_is_asked_for(study: Any) -> None:
    assert not [job for job in Plan(study()).jobs.values() if job.stage == "pool"]
    plan = Plan(study(figures={"experiments": {"quantities": ["D_H"]}}))
    (job,) = [job for job in plan.jobs.values() if job.stage == "pool"]
    assert job.settings.experiments == ["tiny", "other"]
    assert plan.figures["both/experiments"].inputs == {"pool": job.reference}
    assert plan.captions["both/experiments"]


def test_what_the_claim_s_caption_says_is_the_study_s(study: Any) -> None:
    """Not of the first of its experiments, which by themselves may judge otherwise."""
    caption = Plan(study(claims={"good": 3.5, "confidence": 0.5})).captions["both/claims"]
    words = " ".join(caption.split())
    assert "at most 3.5 times the lowest" in words
    assert "50 % intervals" in words


def test_an_experiment_alone_is_a_study_without_published_numbers(tiny: dict[str, Any]) -> None:
    plan = Plan(load(tiny))
    assert plan.figures.keys() == Plan(experiment.load(tiny)).figures.keys()
    assert "tiny/claims" in plan.figures
    assert not any(job.stage == "reproduction" for job in plan.jobs.values())


def test_comments_in_a_table_and_the_order_of_a_study_change_no_key_of_an_experiment(
    study: Any, tmp_path: Path
) -> None:
    before = Plan(study()).jobs
    (tmp_path / "table.csv").write_text("# more\n" + TABLE)
    assert Plan(study()).jobs.keys() == before.keys()


WRONG = [
    ({"experiments": []}, "experiments: must not be empty"),
    ({"experiments": ["no.yaml"]}, r"cannot read .*no.yaml: No such file"),
    ({"experiments": [{"file": "parts/tiny.yaml", "setings": {}}]}, "unknown key 'setings'"),
    ({"experiments": ["parts/tiny.yaml"] * 2}, r"experiments\[1\]: its name must be new, but 'tiny'"),
    ({"study": "tiny"}, r"experiments\[0\]: its name must be new, but 'tiny'"),
    ({"settings": {"members": 1.5}}, r"experiments\[0\]: .*tiny.yaml: members: .*found 1.5"),
    ({"settings": {"study": "x"}}, r"experiments\[0\]: .*tiny.yaml is a study itself"),
    ({"published": "no.csv"}, r"published: cannot read .*no.csv"),
    ({"model": {}}, "unknown key 'model'"),
]  # fmt: skip


@pytest.mark.parametrize(("change", "message"), WRONG)
def test_wrong_entry_is_one_clear_line(study: Any, change: dict[str, Any], message: str) -> None:
    with pytest.raises(ConfigError, match=message) as error:
        study(**change)
    assert "\n" not in str(error.value)


TABLES = [
    ("series,model,method,metric,tau,value\n", "holds no points"),
    ("", "holds no points"),
    (TABLE.replace("1.5", "x"), "line 3: value: .*number, found 'x'"),
    (TABLE.replace("D_stsp,3", "D_stsp,-3"), r"line 3: tau: must be greater than 0, found -3"),
    (TABLE.replace("lorenz", "a b"), "line 3: series: must match"),
]


@pytest.mark.parametrize(("text", "message"), TABLES)
def test_a_wrong_table_is_one_clear_line(
    study: Any, tmp_path: Path, text: str, message: str
) -> None:
    (tmp_path / "table.csv").write_text(text)
    with pytest.raises(ConfigError, match=message) as error:
        study()
    assert "\n" not in str(error.value)
