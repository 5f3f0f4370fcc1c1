"""`tausweep diff`: what is different is named, and nothing else."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import xarray as xr
import yaml
from conftest import TINY
from hypothesis import given
from hypothesis import strategies as st

from tausweep import runner, store
from tausweep.catalogue import diff
from tausweep.experiment import load
from tausweep.plan import Plan

pytestmark = pytest.mark.xdist_group("workflow")


def different(a: Any, b: Any) -> dict[str, tuple[Any, Any]]:
    return {each.what: (each.a, each.b) for each in diff._nested("s", a, b)}


VALUES = st.recursive(
    st.none() | st.integers(0, 3) | st.text("ab", max_size=2),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.sampled_from("xyz"), inner),
    max_leaves=8,
)


@given(VALUES, VALUES)
def test_settings_differ_where_something_is_said_to(a: Any, b: Any) -> None:
    assert different(a, a) == {}
    assert bool(different(a, b)) == (a != b)
    assert different(b, a) == {what: (y, x) for what, (x, y) in different(a, b).items()}


def test_settings_by_their_paths() -> None:
    a = {"model": {"cell": "rnn", "latent": 4}, "tau": [3], "same": 1}
    b = {"model": {"cell": "rnn", "latent": 5}, "tau": [9], "seed": 0, "same": 1}
    assert different(a, b) == {
        "s.model.latent": (4, 5), "s.tau[0]": (3, 9), "s.seed": ("-", 0)
    }  # fmt: skip


def compared(x: Any, y: Any) -> diff.Compared:
    return diff._compared("v", *(xr.Dataset({"v": ("t", values)}) for values in (x, y)))


def test_numbers_and_the_largest_difference() -> None:
    nan, inf = np.nan, np.inf
    assert compared([1.0, nan], [1.0, nan]) == diff.Compared("v", True, "equal", 0.0)
    found = compared([1.0, 2.0, nan, inf], [1.0, 2.5, 3.0, inf])
    assert (found.equal, found.largest) == (False, 0.5)
    assert found.says == "2 of 4 differ; by at most 0.5, 0.2 of the largest; 1 of them not finite"
    assert compared([nan], [1.0]).says == "1 of 1 differ; 1 of them not finite"
    assert compared([1.0], [1.0, 2.0]).says == "float64 (t 1) and float64 (t 2)"
    assert compared(["a", "b"], ["a", "c"]).says == "1 of 2 differ"
    assert compared(["a"], [1.0]).says == "text (t 1) and float64 (t 1)"
    assert compared([inf], [-inf]).says == "1 of 1 differ; 1 of them not finite"


def test_contents_are_equal_where_digests_are() -> None:
    x = np.arange(6.0).reshape(3, 2)
    made = xr.Dataset({"x": (("t", "n"), x, {"units": "m"}), "count": 3, "label": ("n", ["a", "b"])},
                      {"t": ("t", [0, 1, 2], {"units": "s"})}, {"dt": 0.1, "ends": [0.1, 0.9]})  # fmt: skip
    assert all(each.equal for each in diff._contents(made, made.copy(deep=True)))
    other = x.copy()
    other[2, 1] = np.nextafter(5.0, 6.0)
    changed = {
        "x": [made.assign(x=(("t", "n"), other, {"units": "m"})), made.assign(x=made.x.astype("f4")),
              made.assign(x=made.x.assign_attrs(units="km")), made.drop_vars("x")],
        "label": [made.assign(label=("n", ["a", "c"]))],
        "count": [made.set_coords("count"), made.assign(count=3.0)],
        "t": [made.assign_coords(t=made.t.assign_attrs(units="ms"))],
        "attribute dt": [made.assign_attrs(dt=0.2), made.assign_attrs(dt=np.float32(0.1))],
        "attribute ends": [made.assign_attrs(ends=[0.1, 0.8])],
        "attribute new": [made.assign_attrs(new=1)],
    }  # fmt: skip
    for name, datasets in changed.items():
        for dataset in datasets:
            assert store.digest(dataset) != store.digest(made)
            for pair in ((made, dataset), (dataset, made)):
                assert [e.name for e in diff._contents(*pair) if not e.equal] == [name]


def test_two_trainings_differ_by_what_was_changed(run: Path, tausweep: Any) -> None:
    changed = {**TINY, "training": {**TINY["training"], "learning_rate": 0.002}}
    changed["signal"] = {"held_out": 0.4}
    plans = [Plan(load(config)) for config in (TINY, changed)]
    first, other = (next(j for j in p.jobs.values() if j.stage == "train") for p in plans)
    for name in (*other.references, other.reference):
        job = plans[1].jobs[name]
        if not Path(job.path).exists():
            runner.run(job, [Path(job.path)])
    found = json.loads(tausweep("diff", first.key, other.key, "--json").out)
    assert {each["what"]: (each["a"], each["b"]) for each in found["jobs"]} == {
        "settings.training.learning_rate": (0.001, 0.002),
        "signal.settings.held_out": (0.5, 0.4),
    }
    by_name = {each["name"]: each for each in found["content"]}
    a, b = (store.read(Path(job.path)) for job in (first, other))
    assert by_name["W"]["largest"] == pytest.approx(abs(a.W - b.W).max().item())
    assert {name for name, each in by_name.items() if each["equal"]} == {
        name for name in a.variables if a[name].variable.identical(b[name].variable)
    } | {f"attribute {n}" for n in store.without_bookkeeping(a).attrs if a.attrs[n] == b.attrs[n]}
    said = tausweep("diff", first.key, other.key).out
    assert "settings.training.learning_rate  0.001  0.002" in said
    assert tausweep("diff", first.key, first.key).out.count("the same") == 2


def test_versions_of_packages_are_compared_one_by_one() -> None:
    a = {"source": "tausweep 0.1.0", "versions": "python 3.11.7, numpy 2.4.6", "host": "here"}
    b = {**a, "versions": "python 3.11.7, numpy 2.4.7", "engine": "fused"}
    assert diff._provenance(a, b) == [
        diff.Change("numpy", "2.4.6", "2.4.7"), diff.Change("engine", "-", "fused")
    ]  # fmt: skip


def test_a_figure_is_compared_with_figures(run: Path, tausweep: Any) -> None:
    said = tausweep("diff", "tiny/claims", "tiny/sweep_lorenz")
    assert said.status == 0
    assert "settings.figure.kind" in said.out
    said = tausweep("diff", "tiny/claims", "collect/")
    assert (said.status, said.err.count("\n")) == (1, 1)
    assert "a figure has no numbers to compare" in said.err
    (file,) = Path("results/collect").iterdir()
    file.write_text("text")
    said = tausweep("diff", "collect/", "collect/")
    assert said.status == 1
    assert f"{file}: damaged" in said.err


def test_the_same_job_elsewhere(run: Path, tausweep: Any, tmp_path: Path) -> None:
    """As of a colleague: keys are equal, numbers may not be."""
    (file,) = Path("results/truth").iterdir()
    held = store.without_bookkeeping(store.read(file))
    job = store.read(file).attrs["job"]
    held["lambda_max"] += 0.25
    other = tmp_path / "theirs" / "truth" / file.name
    store.write(held, other, stage="truth", key=file.stem, job=job, provenance={"host": "there"})
    found = json.loads(tausweep("diff", file, other, "--json").out)
    assert found["jobs"] == []
    (differs,) = [each for each in found["content"] if not each["equal"]]
    assert differs["name"] == "lambda_max"
    assert differs["largest"] == pytest.approx(0.25)
    assert yaml.safe_load(json.dumps(found["versions"][-1]))["what"] in ("host", "device")
