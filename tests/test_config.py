"""The configuration: what is refused, in which words, and what is filled in."""

from __future__ import annotations

import json
import math
from pathlib import Path
from typing import Any

import jsonschema
import pytest
import yaml
from conftest import REPOSITORY

from tausweep import configfile, study
from tausweep.errors import ConfigError
from tausweep.experiment import load
from tausweep.study import schema

WRONG = [
    ({"training": {"epoch": 3}}, "training: unknown key 'epoch'; did you mean epochs?"),
    ({"colour": "red"}, "unknown key 'colour'"),
    ({"training": {"learning_rate": "1e-3"}}, "training.learning_rate: .* write 0.001 without"),
    ({"training": {"learning_rate": math.nan}}, "training.learning_rate: .*finite.* found nan"),
    ({"training": {"epochs": 2.5}}, "training.epochs: .*integer, found 2.5"),
    ({"training": {"epochs": True}}, "training.epochs: .*integer, found True"),
    ({"models": {"P": {"cell": "foo"}}}, "models.P.cell: must be 'plrnn', .*found 'foo'"),
    ({"models": 3}, "models: must be a valid dictionary, found 3"),
    ({"models": {}}, "methods without models"),
    ({"series": {}}, "series: must not be empty"),
    ({"series": {"a b": {"system": "lorenz63"}}}, "series.a b: must match .* found 'a b'"),
    ({"series": {"x": {"system": "lorentz"}}}, "series.x.system: must be one of 'lorenz63'.*'lorentz'"),
    ({"series": {"x": {"dt": 0.1}}}, "series.x.system: missing"),
    ({"series": {"x": {"system": "lorenz63", "steps": 100}}}, "series.x.steps must leave more than"),
    ({"members": 3, "block": 2}, "members must be a multiple of block, found members 3 and block 2"),
    ({"lyapunov": {"fit_range": [5, 2]}}, r"lyapunov: fit_range must ascend, found \[5, 2\]"),
    ({"signal": {"held_out": 0.0}}, "signal.held_out must be greater than 0 where models are"),
    ({"signal": {"held_out": 1.0}}, "signal.held_out: must be less than 1, found 1.0"),
    ({"experiment": None}, "experiment: must be a valid string, found None"),
]  # fmt: skip

WRONG_TAU = [
    ([-5], r"methods\[0\].tau\[0\]: must be greater than 0, found -5"),
    ([5, 151], r"methods\[0\].tau\[1\] must be at most training.sequence_length \(150\), found 151"),
    ([], r"methods\[0\].tau: must not be empty"),
    (["7"], r"methods\[0\].tau\[0\]: must be a valid integer, .*write 7 without quotes"),
    ([5, 5], r"methods\[0\].tau: every τ may stand once, found 5 again"),
    ([{"of_tau": 1.0}], r"methods\[0\].tau\[0\]: unknown key 'of_tau'; did you mean of_tau_pred\?"),
    ([{"best_of": 3}], r"methods\[0\].tau\[0\].best_of: must be a valid string, found 3"),
    ([{"best_of": "x", "time": 2}], r"methods\[0\].tau\[0\]: unknown key 'time'; did you mean times\?"),
    ([{"best_of": "x", "times": 0.0}], r"methods\[0\].tau\[0\].times: must be greater than 0"),
    ([{"of_tau_pred": 0.0}], r"methods\[0\].tau\[0\].of_tau_pred: must be greater than 0"),
]  # fmt: skip


@pytest.mark.parametrize(("change", "message"), WRONG)
def test_wrong_entry_is_one_clear_line(
    tiny: dict[str, Any], change: dict[str, Any], message: str
) -> None:
    with pytest.raises(ConfigError, match=message) as error:
        load({**tiny, **change})
    assert "\n" not in str(error.value)


@pytest.mark.parametrize(("tau", "message"), WRONG_TAU)
def test_wrong_tau_is_one_clear_line(tiny: dict[str, Any], tau: list[Any], message: str) -> None:
    tiny["methods"][0]["tau"] = tau
    with pytest.raises(ConfigError, match=message) as error:
        load(tiny)
    assert "\n" not in str(error.value)


def test_missing_entry_is_named(tiny: dict[str, Any]) -> None:
    del tiny["experiment"]
    with pytest.raises(ConfigError, match=r"^experiment: missing; it must be given$"):
        load(tiny)


def test_defaults_are_the_main_papers() -> None:
    paper = load({"experiment": "x", "series": {"lorenz": {"system": "lorenz63"}}})
    t = paper.training
    assert (t.epochs, t.batches, t.batch_size, t.sequence_length) == (3000, 10, 32, 200)
    assert (t.learning_rate, t.final_learning_rate, paper.members) == (1e-3, None, 20)
    assert paper.orbit.steps == 100_000
    assert paper.metrics.d_stsp.bins == 30
    assert paper.metrics.d_stsp.alpha == 1e-5


def test_integers_serve_as_floats_but_not_the_reverse(tiny: dict[str, Any]) -> None:
    tiny["series"]["lorenz"]["dt"] = 1
    assert load(tiny).series["lorenz"].dt == 1.0


def test_schema_file_is_written_from_the_types() -> None:
    file = REPOSITORY / "workflow/schemas/config.schema.json"
    assert json.loads(file.read_text()) == schema()


CANNOT_SAY = ({"models": {}}, {"training": {"learning_rate": math.nan}})


@pytest.mark.parametrize("change", [c for c, _ in WRONG[:12] if c not in CANNOT_SAY])
def test_schema_refuses_what_the_types_refuse(tiny: dict[str, Any], change: dict[str, Any]) -> None:
    validator = jsonschema.Draft202012Validator(schema())
    assert validator.is_valid(tiny)
    assert not validator.is_valid({**tiny, **change})


@pytest.mark.parametrize(
    "file",
    [REPOSITORY / "config.yaml", *sorted((REPOSITORY / "experiments").rglob("*.yaml"))],
    ids=lambda file: file.name,
)
def test_shipped_experiments_are_valid(file: Path) -> None:
    config = yaml.safe_load(file.read_text())
    study.load(config, file.parent)
    jsonschema.validate(config, schema())


TOO_MUCH = [
    ({"members": 2**62, "block": 1}, "members: must be less than or equal to 1000000"),
    ({"members": 1_000_000, "block": 1}, "make .* training jobs, and at most 100000 can be planned"),
    ({"series": {"x": {"system": "lorenz63", "steps": 10**12}}}, "series.x.steps: must be less than"),
    ({"series": {"x": {"system": "lorenz63", "steps": 10**9}}}, "series.x.steps: 3e[+]09 values"),
    ({"orbit": {"steps": 100_000_000}}, "orbit.steps with block and series.lorenz: 3e[+]08 values"),
    ({"training": {"batches": 10**6, "batch_size": 10**6}}, "sequences an epoch"),
    ({"signal": {"steps": [{"step": "embed", "delay": 10**9}]}}, r"signal.steps\[0\].delay: must be"),
    ({"lyapunov": {"embedding": {"dimension": 10**9}}}, "lyapunov.embedding.dimension: must be less"),
    ({"experiment": "n" * 300}, "experiment: .*at most 64 characters"),
    ({"training": {"learning_rate": 1e308}}, "training.learning_rate: must be less than"),
]  # fmt: skip


@pytest.mark.parametrize(("change", "message"), TOO_MUCH)
def test_sizes_are_refused_before_memory_is_taken(
    tiny: dict[str, Any], change: dict[str, Any], message: str
) -> None:
    with pytest.raises(ConfigError, match=message) as error:
        load({**tiny, **change})
    assert "\n" not in str(error.value)


def test_an_automatic_length_holds_every_tau(tiny: dict[str, Any]) -> None:
    def length(*tau: Any) -> Any:
        methods = [{"method": "sparse_tf", "tau": list(tau)}, {"method": "bptt"}]
        training = {**tiny["training"], "sequence_length": "auto"}
        series = {"x": {"system": "lorenz63", "steps": 8000}}
        found = load({**tiny, "series": series, "methods": methods, "training": training})
        return found.resolved_training.model_dump(mode="json")["sequence_length"]

    assert length(3, 70, 20) == 70
    assert length(3, {"of_tau_pred": 2.0}, {"of_tau_pred": 0.5}) == {"least": 3, "of_tau_pred": 2.0}
    assert length({"of_tau_pred": 2.0}) == {"least": 1, "of_tau_pred": 2.0}


def test_an_input_must_outlast_the_transient(tiny: dict[str, Any]) -> None:
    driven = {"system": "duffing", "drive": "input", "steps": 8000}
    load({**tiny, "series": {"d": driven}, "orbit": {"steps": 100_000, "transient": 3998}})
    with pytest.raises(
        ConfigError, match=r"series.d.steps must hold out more than orbit.transient"
    ):
        load({**tiny, "series": {"d": driven}, "orbit": {"transient": 3999}})


def test_a_key_that_stands_twice_is_refused(tmp_path: Path) -> None:
    file = tmp_path / "c.yaml"
    file.write_text("members: 3\ntraining: {epochs: 1}\nmembers: 4\n")
    with pytest.raises(ConfigError, match=r"c.yaml: line 3: 'members' stands twice"):
        configfile.check(file)
    file.write_text("a: {b: 1, c: &x {d: 1}}\nb: {<<: *x, d: 2}\n")
    configfile.check(file)


def test_what_is_nested_without_end_is_refused_before_anything_reads_it(
    tiny: dict[str, Any],
) -> None:
    deep: Any = []
    for _ in range(900):
        deep = [deep]
    doubled: Any = []
    for _ in range(40):  # as YAML's aliases can say: 2^40 lists, of which 40 are there
        doubled = [doubled, doubled]
    within: dict[str, Any] = {}
    within["within"] = within
    for found in (deep, within):
        with pytest.raises(ConfigError, match=r"^nested more than 50 levels deep$"):
            load({**tiny, "series": found})
    with pytest.raises(ConfigError, match=r"^series: must be"):
        load({**tiny, "series": doubled})


def test_a_message_is_one_line_whatever_names_hold() -> None:
    with pytest.raises(ConfigError, match=r"cannot read a\\r\\n\\u2028b\.yaml: No such") as raised:
        configfile.read("a\r\n\u2028b.yaml")
    assert str(raised.value).isprintable()
