"""Figures and their captions from what the stages really write, by the real workflow."""

import html
import json
import re
import shutil
import subprocess
import sys

import numpy as np
import pytest
import yaml
from conftest import Snakemake
from docutils.core import publish_parts

from tausweep import runner
from tausweep.experiment import load
from tausweep.figures import stage
from tausweep.figures.settings import KINDS
from tausweep.figures.table import Table
from tausweep.plan import Plan

from .by_hand import render
from .collected import collected
from .conftest import EVERYTHING

pytestmark = pytest.mark.xdist_group("real figures")

WORDS = {
    "signal": ["before and after its preparation, by denoise", "is held out"],
    "lyapunov": ["largest Lyapunov exponent of", "95 % interval", "follows from the equations"],
    "lyapunov-noisy": ["largest Lyapunov exponent of", "before its noise was reduced"],
    "sweep": [
        "against the learning interval τ",
        "P and R by sparse_tf, bptt and gtf, N by ridge; 2 members each",
        "(in steps): 3, 0.5 τpred",
        "Dstsp (divergence of data from orbit in state space",
        "central 50 %",
        "does not sweep it (bptt, gtf and ridge)",
        "τpred = ln 2 / λmax",
    ],
    "sweep-alpha": [
        "against the strength α",
        "Its values: 0, 0.1, 1.",
        "(sparse_tf, bptt and ridge)",
    ],
    "reconstruction": ["lowest median D_stsp", "at the smallest value", "at most 2000 steps"],
    "models": ["side by side", "steps ahead", "Lyapunov exponents of the trained", "equations"],
    "diagnosis": [
        "What becomes of models",
        "against the learning interval τ",
        "came to rest",
        "two largest Lyapunov exponents",
        "nearest to one Lyapunov time 1 / λmax",
        "multiple of that of the data",
        "is τpred",
    ],
    "diagnosis-alpha": ["against the strength α"],
    "complexity": [
        "Entropy and complexity",
        "Colours: the learning interval τ",
        "Rosso et al. 2007",
    ],
    "complexity-alpha": ["Colours: the strength α"],
    "jacobians": ["lowest median D_stsp", "exp(λmax T)", "95 % interval", "axes are logarithmic"],
    "gradients": ["(bptt) is dashed", "before any clipping", "colours are its values"],
}

OF_ALL = {
    "claims.png": ["beside τpred", "95 % intervals from a bootstrap", "at most 2 times the lowest"],
    "claims_table.csv": ["its ratio to τpred"],
    "experiments.png": ["side by side", "Every member is a dot"],
    "experiments_table.csv": ["medians of the members"],
    "reproduction.png": ["published means", "methods that have no τ"],
    "reproduction_table.csv": ["point by point, with a verdict"],
}
"""What each caption must say, of `EVERYTHING`."""

OF_THEORY = {
    "spectra.png": ["glorot_normal, gershgorin_uniform", "share of eigenvalues outside"],
    "unstable.png": ["against the number of variables n", "there the initial weights are kept"],
    "modes.png": ["energies 1, 0.05 and 0", "standard deviation 0.1", "in closed form"],
    "remedies.png": ["6 variables", "in 2 directions", "20 random initial matrices"],
    "remedies_table.csv": ["the share of initial matrices that end unstable"],
    "convergence.png": ["n = 4 and 30 variables", "50% of all directions", "over a factor of 10."],
    "continuous.png": ["λΔt = -2 and 0.5", "1,000 samples", "forward Euler stops at −1"],
    "depth.png": ["N = 1 and 3 layers", "p(0) = 0.01", "singular values of 0.7"],
    "forcing.png": ["ln 2 / ln abs(λ)", "eigenvalues 1.05, 1, 0.9 and 0.5", "diverge before that"],
}


def test_results_by_hand_are_those_that_the_stages_write(real):
    """By their names, dimensions, long names and units."""
    (job,) = (job for job in real.plan.figures.values() if job.settings.figure.kind == "models")
    written, ours = real.inputs(job)["collect"], collected()
    assert set(ours.coords) <= set(written.coords)
    assert set(ours.data_vars) <= set(written.data_vars)
    for name, variable in ours.variables.items():
        assert variable.dims == written[name].dims, name
        for attribute, value in variable.attrs.items():
            assert np.array_equal(written[name].attrs[attribute], value), name
    assert set(written["setting"].values) == {"tau", "alpha", ""}


def test_every_figure_is_drawn_of_real_results(real):
    kinds = set()
    for name, job in real.plan.figures.items():
        kinds.add(job.settings.figure.kind)
        found = stage.run(job.settings, **real.inputs(job))
        if isinstance(job.settings.figure, Table):
            assert len(found.render("csv").splitlines()) > 1, name
            continue
        figure = render(found.figure)
        lines = [line for axes in figure.axes for line in axes.lines if len(line.get_xdata()) > 1]
        meshes = [part for axes in figure.axes for part in axes.collections]
        assert lines or meshes, name
    assert kinds == set(KINDS)


@pytest.fixture(scope="module")
def drawn(real, tmp_path_factory):
    """A directory with the results and all figures."""
    directory = tmp_path_factory.mktemp("drawn")
    shutil.copytree(real.directory / "results", directory / "results")
    for name, job in real.plan.figures.items():
        part, file = name.split("/")
        place = directory / "results/figures" / part
        files = [place / f"{file}.{suffix}" for suffix in job.settings.figure.formats]
        runner.run(job, files, marker=place / f".drawn/{file}.{job.key}")
    return directory


def text_of(caption):
    """What a person reads of a rendered caption, in one line."""
    return re.sub(r"\s+", " ", html.unescape(re.sub(r"<[^>]*>", "", caption)))


def test_the_report_has_every_figure_with_its_caption(real, drawn, snakemake: Snakemake):
    run = snakemake(drawn, real.config, "figures", "--report", "report.html")
    assert run.returncode == 0, run.stderr
    page = (drawn / "report.html").read_text()
    start = page.index("var results = {") + len("var results = ")
    entries, _ = json.JSONDecoder().raw_decode(page[start:])
    captions = {path.split("/")[-1]: entry["caption"] for path, entry in entries.items()}
    shown = {"pdf": "png", "csv": "csv"}  # the first format, and what the report has of it
    assert set(captions) == {
        f"{name.split('/')[1]}.{shown[job.settings.figure.formats[0]]}"
        for name, job in real.plan.figures.items()
    }
    of = {entry["labels"]["series"] for entry in entries.values()}
    assert of == {"noisy_X", "all_of_it", "tiny"}
    for kind, words in WORDS.items():
        caption = text_of(captions.pop(f"{kind}_noisy_X.png"))
        for word in [*words, '"noisy_X"', "Look for:"]:
            assert word in caption, f"{kind} does not say {word!r}:\n{caption}"
    for file, words in OF_ALL.items():
        caption = text_of(captions.pop(file))
        for word in [*words, '"all_of_it"', "Look for:"]:
            assert word in caption, f"{file} does not say {word!r}:\n{caption}"
    for file, words in OF_THEORY.items():
        caption = text_of(captions.pop(file))
        for word in words:
            assert word in caption, f"{file} does not say {word!r}:\n{caption}"
    assert not captions


@pytest.mark.parametrize("name", ["X", "noisy_X", "X_", "a.b-c_.d", "x__"])
def test_captions_are_text_whatever_things_are_called(name):
    """Names such as X_ are references in reStructuredText, unless they are written with care."""
    (series,) = EVERYTHING["series"].values()
    config = {
        **EVERYTHING,
        "series": {name: series, "other": series},
        "models": {f"model_{name}": {"cell": "rnn"}, f"fit_{name}": {"model": "ngrc"}},
        "methods": [{"method": "sparse_tf", "name": f"by_{name}", "tau": [3]}, {"method": "bptt"}],
    }
    plan = Plan(load(config))
    assert set(plan.captions) == set(plan.figures)
    for figure, source in plan.captions.items():
        own = plan.figures[figure].settings.series
        parts = publish_parts(
            source, writer="html", settings_overrides={"halt_level": 2, "report_level": 2}
        )
        caption = text_of(parts["body"])
        assert f'"{own}"' in caption or own == config["experiment"], figure
        assert "\\" not in caption
        if "collect" in plan.figures[figure].inputs:
            assert f"model_{name} by by_{name} and bptt, fit_{name} by ridge; 2" in caption


def test_every_kind_is_a_target(real, drawn, snakemake: Snakemake):
    run = snakemake(drawn, real.config, "-n", *KINDS)
    assert run.returncode == 0, run.stderr
    assert "Nothing to be done" in run.stdout + run.stderr


def test_a_figure_stays_until_the_new_one_is_whole(real, drawn, snakemake: Snakemake, tmp_path):
    """Drawing anew from damaged results fails: the old files are there, and do not pass as new."""
    shutil.copytree(drawn / "results", tmp_path / "results")
    place = tmp_path / "results/figures/tiny"
    name = "sweep_noisy_X"
    old = {suffix: (place / f"{name}.{suffix}").read_bytes() for suffix in ("pdf", "png")}
    job = real.plan.figures[f"tiny/{name}"]
    (source,) = job.input_paths
    whole = (tmp_path / source).read_bytes()
    (tmp_path / source).write_bytes(whole[: len(whole) // 2])
    red = {**EVERYTHING, "figures": {"style": {"dpi": 60, "colours": {"P": "red"}}}}
    run = snakemake(tmp_path, red, "sweep")
    assert run.returncode != 0
    assert "damaged" in run.stdout + run.stderr
    for suffix, content in old.items():
        assert (place / f"{name}.{suffix}").read_bytes() == content
    assert not list((place / ".drawn").glob(f"{name}.*"))
    (tmp_path / source).write_bytes(whole)
    assert snakemake(tmp_path, red, "sweep").returncode == 0
    assert (place / f"{name}.png").read_bytes() != old["png"]
    assert len(list((place / ".drawn").glob(f"{name}.*"))) == 1


def test_planning_figures_loads_nothing_heavy(tmp_path):
    (tmp_path / "e.yaml").write_text(yaml.safe_dump(EVERYTHING))
    code = (
        "import sys, yaml; from tausweep.experiment import load; from tausweep.plan import Plan;"
        "assert Plan(load(yaml.safe_load(open('e.yaml')))).captions;"
        "print({'matplotlib', 'xarray', 'scipy', 'torch'} & set(sys.modules))"
    )
    done = subprocess.run(
        [sys.executable, "-c", code], cwd=tmp_path, capture_output=True, text=True, check=True
    )
    assert done.stdout == "set()\n"
