"""A page says what was asked, the answer and where it comes from, and holds what the results do."""

import contextlib
import re
from pathlib import Path

import numpy as np
import pytest
import yaml

from tausweep import store, study
from tausweep.cli import main
from tausweep.experiment import load
from tausweep.figures.drawing.collected import of_series
from tausweep.figures.figure import Style
from tausweep.plan import Plan
from tausweep.theory.settings import Theory

from .made import SMALL, page_of, write, written

pytestmark = pytest.mark.xdist_group("reports")

PLAN = Plan(load({**SMALL, "figures": {}}))


def result(directory, stage):
    (job,) = (job for job in PLAN.jobs.values() if job.stage == stage)
    return store.read(directory / job.path)


def test_it_says_what_was_asked_and_the_answer(small, page):
    assert "put back on the data every τ steps" in page.text
    assert "Trained: P by sparse_tf; 2 members each." in page.text
    claims, lyapunov = result(small, "claims"), result(small, "lyapunov")
    for sentence in claims["sentence"].values.ravel():
        assert re.sub("(?<=[Dτ])_", "", str(sentence)) in page.text
    assert f"= {float(lyapunov['lambda_max']):.3g} [" in page.text
    front = (page.file.parent / "report.rst").read_text()
    assert r"τ\ :sub:`pred`" in front
    assert front.count("\n- h\\:") == 1 + claims["sentence"].size


def test_every_figure_has_its_caption_its_key_and_its_data(small, page):
    assert {"claims", "claims_table", "lyapunov_h", "reconstruction_h", "sweep_h"} == {
        name.split("/")[1] for name in PLAN.figures
    }
    assert page.text.count("Look for:") == len(PLAN.figures)
    for job in PLAN.figures.values():
        assert job.key in page.text
        for reference in job.inputs.values():
            assert f"../../{reference}.nc" in page.places
            assert (page.file.parent / f"../../{reference}.nc").is_file()


def test_it_needs_nothing_from_elsewhere(page):
    """Whatever it shows is in it, and a browser is told to fetch nothing."""
    assert "default-src 'none'" in page.source
    for place in page.places:
        assert place.startswith(("data:", "#", "../", "./")) or re.fullmatch(r"\w+\.\w+", place)
    outside = set(re.findall(r"https?://[^\s\"'`)\\]+", page.source))
    assert all(re.match(r"https?://(www\.w3\.org|(vega\.)?github)", each) for each in outside)


def test_equal_results_make_equal_pages(small, page, tmp_path):
    before = {file.name: file.read_bytes() for file in page.file.parent.glob("report.*")}
    (tmp_path / "results").mkdir()
    for stage in (small / "results").iterdir():
        if stage.name != "figures":
            (tmp_path / "results" / stage.name).symlink_to(stage)
    with contextlib.chdir(tmp_path):
        write(PLAN, "small")
    place = tmp_path / "results/figures/small"
    assert {file.name: file.read_bytes() for file in place.glob("report.*")} == before


def test_what_is_explored_is_what_was_measured(small, page):
    collected = result(small, "collect")
    found = page.explorer["runs"]
    for name in ("D_stsp", "D_H"):
        np.testing.assert_allclose(found[name], collected[name].values, rtol=1e-4)
    assert found["value"] == collected["tau"].values.tolist()
    assert found["member"] == collected["member"].values.tolist()
    assert [panel["metric"] for panel in page.explorer["panels"]] == ["D_stsp", "D_H"]


def test_orbits_are_drawn_as_they_are_near_the_data(small, page):
    collected = result(small, "collect")
    data = collected["data_excerpt"].isel(signal=0).transpose("step", "variable").values
    middle = (data.max(axis=0) + data.min(axis=0)) / 2
    half = np.ptp(data, axis=0) / 2
    drawn = page.orbits * half + middle
    np.testing.assert_allclose(drawn[0], data, atol=1e-3)
    orbits = collected["excerpt"].transpose("run", "step", "variable").values
    near = (np.abs(orbits - middle) <= 1.14 * half).all(axis=-1)
    assert near.any()
    np.testing.assert_allclose(drawn[1:][near], orbits[near], atol=1e-3)
    far = (np.abs(orbits - middle) > 1.16 * half).any(axis=-1)
    assert np.isnan(drawn[1:][far]).all()


def test_the_median_member_at_the_best_value_is_shown_first(small, page):
    collected = result(small, "collect")
    (trained,), *_ = of_series(collected, "h", Style())
    values = collected["D_stsp"].values[collected["tau"].values == trained.best("D_stsp")]
    shown = page.explorer["runs"]["D_stsp"][page.explorer["start"]]
    assert shown == pytest.approx(min(values), rel=1e-4)  # of two, the better one


def test_the_spectrum_of_the_data_is_theirs(tmp_path):
    """A rotation of period 25 has all its power there, and a page of it names no λ_max."""
    written(tmp_path, {**SMALL, "series": {"wheel": {"system": "cycle", "steps": 3_000}}})
    page = page_of(tmp_path, "small")
    spectra = page.explorer["spectra"]
    peak = spectra["frequency"][int(np.argmax(spectra["of"][0]))]
    assert peak == pytest.approx(1 / 25, abs=1 / 256)
    assert "not chaotic: it repeats itself every 25 steps" in page.text
    assert "There is no λmax, so no τpred." in page.text
    assert "there is no τpred to compare with" in page.text


def test_all_members_diverged(tmp_path):
    training = {**SMALL["training"], "learning_rate": 1e9, "epochs": 3}
    written(tmp_path, {**SMALL, "training": training})
    page = page_of(tmp_path, "small")
    assert "All 4 trained members diverged." in page.text
    assert "no τ taught it the attractor" in page.text
    assert np.isnan(page.orbits[1:]).all()


def test_a_single_tau_has_no_best(tmp_path):
    one = [{"method": "sparse_tf", "tau": [5]}]
    written(tmp_path, {**SMALL, "methods": one})
    page = page_of(tmp_path, "small")
    assert "Only one learning interval was tried" in page.text
    assert len(page.explorer["panels"]) == 2


def test_one_variable_is_drawn_against_time(tmp_path):
    series = {"h": {"system": "henon", "observe": ["x"], "steps": 4_000}}
    written(tmp_path, {**SMALL, "series": series})
    page = page_of(tmp_path, "small")
    assert page.explorer["orbits"]["variables"] == 1
    assert "Variables 1: x" in page.text
    assert "data-turn" not in page.source.split("<script")[0]


def test_without_models_it_tells_of_the_data(tmp_path):
    config = {k: v for k, v in SMALL.items() if k not in ("models", "methods")}
    written(tmp_path, config)
    page = page_of(tmp_path, "small")
    assert "No model was trained: only λmax was measured." in page.text
    assert "How chaotic are the data" in page.text
    assert page.data["explorers"] == {}


def test_theory_has_its_figures_and_its_question(tmp_path):
    others = dict.fromkeys(set(Theory.model_fields) - {"modes"})
    written(tmp_path, {"experiment": "linear", "theory": {"modes": {"steps": 500}, **others}})
    page = page_of(tmp_path, "linear")
    assert "How does gradient descent learn a linear system" in page.text
    assert "How the eigenvalues of a linear system are learned" in page.text
    assert "How chaotic are the data" not in page.text
    assert "How linear systems are learned" in page.text  # what it is written from


EVIL = ['<b id="x">x</b>', """y & "z" </script><script>'""", "ü → τ_pred"]


def test_names_from_elsewhere_are_text(tmp_path):
    """Of a fitted model, too, which sweeps nothing."""
    rng = np.random.default_rng(0)
    x = rng.standard_normal((1_500, 3)).cumsum(axis=0) % 7
    rows = [",".join(f'"{name.replace(chr(34), chr(34) * 2)}"' for name in EVIL)]
    rows += [",".join(f"{v:.4f}" for v in row) for row in x]
    (tmp_path / "evil.csv").write_text("\n".join(rows) + "\n")
    config = {
        **{k: v for k, v in SMALL.items() if k != "methods"},
        "series": {"h": {"system": "file", "path": str(tmp_path / "evil.csv"), "dt": 1.0}},
        "models": {"N": {"model": "ngrc", "delays": 1}},
        "metrics": {"d_stsp": {"bins": 4}, "d_h": {}, "excerpt": 100},
    }
    written(tmp_path, config)
    page = page_of(tmp_path, "small")
    assert f"3: {', '.join(EVIL)}" in page.text.replace("τpred", "τ_pred")
    assert "b" not in page.tags
    titles = [spec["encoding"]["y"]["axis"]["title"] for spec in page.data["signals"]["1"]]
    assert titles == EVIL
    assert page.tags.count("script") == page.source.count("</script>")
    assert str(tmp_path) not in page.source  # where data lie is nobody's business


def test_a_study_leads_to_the_pages_of_its_experiments(tmp_path):
    published = 'series,model,method,metric,tau,value,note\nh,P,sparse_tf,D_H,3,0.5,"read <off> & ""by eye"""\n'
    (tmp_path / "published.csv").write_text(published)
    for name in ("one", "two"):
        (tmp_path / f"{name}.yaml").write_text(yaml.safe_dump({**SMALL, "experiment": name}))
    study = {
        "study": "both",
        "experiments": ["one.yaml", "two.yaml"],
        "published": "published.csv",
        "figures": {"claims": None, "reproduction": None},
    }
    plan = written(tmp_path, study)
    assert set(plan.pages) == {"one", "two", "both"}
    page = page_of(tmp_path, "both")
    for name in ("one", "two"):
        assert f"../{name}/report.html" in page.places
        part = page_of(tmp_path, name)
        assert "../both/report.html" in part.places
        assert (
            part.text.count("h: by Dstsp the best τ") == 1
        )  # its own sentence, not that of the other
    assert page.text.count("h: by Dstsp the best τ") == 2
    assert 'read <off> & "by eye"' in page.text
    assert "off" not in page.tags


def test_pages_are_written_where_they_are_asked_for(tmp_path):
    """Of each experiment and of the study; those that there are lead to no others."""
    (tmp_path / "a.yaml").write_text(yaml.safe_dump(SMALL))
    other = {"experiment": "other", "figures": {"report": False}}
    both = ["a.yaml", {"file": "a.yaml", "settings": other}]
    plan = Plan(study.load({"study": "both", "experiments": both}, tmp_path))
    assert set(plan.pages) == {"small", "both"}
    assert plan.pages["both"].settings.pages == ["small"]
    none = {"study": "both", "figures": {"report": False}, "experiments": both}
    plan = Plan(study.load(none, tmp_path))
    assert set(plan.pages) == {"small"}
    assert plan.pages["small"].settings.study is None
    assert not Plan(load(SMALL | {"figures": {"report": False}})).pages


def test_a_page_is_written_again_when_what_it_shows_changes(small):
    key = PLAN.pages["small"].key
    red = {"style": {"colours": {"P": "red"}}}
    assert Plan(load({**SMALL, "figures": red})).pages["small"].key != key
    assert Plan(load({**SMALL, "figures": {"style": {"dpi": 99}}})).pages["small"].key != key
    reverse = {name: SMALL[name] for name in reversed(SMALL)}
    reverse["training"] = {**SMALL["training"], "learning_rate": 0.001}  # the default, written out
    assert Plan(load({**reverse, "figures": {}})).pages["small"].key == key
    jobs = {job.key for job in PLAN.jobs.values()}
    assert {job.key for job in Plan(load({**SMALL, "figures": red})).jobs.values()} == jobs


def test_the_command_writes_pages_of_results_that_are_there(small, page, capsys, monkeypatch):
    monkeypatch.chdir(small)
    before = page.file.read_bytes()
    page.file.unlink()
    Path("small.yaml").write_text(yaml.safe_dump({**SMALL, "figures": {}}))
    assert main(["report", "small.yaml"]) == 0
    assert page.file.read_bytes() == before
    assert main(["report", "small.yaml", "--name", "large"]) == 1
    assert "there is no page of 'large'; allowed: small" in capsys.readouterr().err
    assert main(["report", "--settings", "{"]) == 1
    assert "--settings: no JSON" in capsys.readouterr().err


def test_missing_results_are_named(tmp_path, monkeypatch, capsys):
    monkeypatch.chdir(tmp_path)
    Path("small.yaml").write_text(yaml.safe_dump(SMALL))
    assert main(["report", "small.yaml"]) == 1
    assert "no such file; run snakemake to make it" in capsys.readouterr().err
    assert not Path("results/figures").exists()
