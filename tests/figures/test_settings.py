"""What figures can be told, and what is refused before anything is run."""

import copy

import matplotlib.colors
import pytest

from tausweep.errors import ConfigError
from tausweep.experiment import load
from tausweep.figures.colours import NAMES
from tausweep.figures.settings import KINDS
from tausweep.plan import Plan

from .conftest import EVERYTHING
from .theory import ANALYSES


def changed(path, value):
    config = copy.deepcopy(EVERYTHING)
    *parents, last = path.split(".")
    here = config
    for parent in parents:
        here = here.setdefault(parent, {})
    here[last] = value
    return config


def names(config):
    names = (name.removeprefix("tiny/") for name in Plan(load(config)).figures)
    return {name.removesuffix("_noisy_X") for name in names}


def test_the_colours_of_css_are_matplotlibs():
    assert set(NAMES) == set(matplotlib.colors.CSS4_COLORS)


@pytest.mark.parametrize("colour", ["#0072b2", "#ABCDEF", "steelblue", "lightgray"])
def test_colours_that_are_known(colour):
    experiment = load(changed("figures.style.colours", {"P": colour}))
    assert matplotlib.colors.is_color_like(experiment.figures.style.colours["P"])


@pytest.mark.parametrize(
    ("path", "value", "message"),
    [
        ("style.colours", {"P": "grren"}, "colours.P: unknown colour 'grren'; did you mean green?"),
        ("style.colours", {"P": "#12345"}, "colours.P: unknown colour '#12345'"),
        ("style.colours", {"P": "C0"}, "colours.P: unknown colour 'C0'"),
        ("style.colours", {"P": "x" * 10**6}, "colours.P: "),
        ("style.colours", {"P" * 300: "red"}, "colours"),
        ("style.dpi", 10_000, "dpi: must be less than or equal to 1200, found 10000"),
        ("style.width", 1e300, "width: must be less than or equal to 50, found 1e+300"),
        ("style.font_size", 1e300, "font_size: must be less than or equal to 72, found 1e+300"),
        ("style.matplotlib", {"axes.gird": True}, "'axes.gird' is no setting of matplotlib"),
        ("style.matplotlib", {"lines.linewidth": "fat"}, "Could not convert 'fat' to float"),
        ("style.matplotlib", {"axes.prop_cycle": "cycler(color='rg')"}, "are set by `colours`"),
        ("style.width", 0.0, "width: must be greater than or equal to 1"),
        ("sweep.metrics", ["D_new"], "sweep.metrics must be of what `metrics` measures, found"),
        ("sweep.metrics", ["prediction_error@7"], "prediction_error@(1|10)"),
        ("sweep.metrics", ["prediction_error"], "found 'prediction_error'"),
        ("sweep.metrics", ["D_stsp@1"], "found 'D_stsp@1'"),
        ("sweep.setting", "gamma", "sweep.setting must be swept by a method, found 'gamma'"),
        ("reconstruction.best_by", "D_new", "reconstruction.best_by must be of what"),
        ("models.best_by", "D_new", "models.best_by must be of what"),
        (
            "diagnosis.setting",
            "gamma",
            "diagnosis.setting must be swept by a method, found 'gamma'",
        ),
        ("complexity.setting", "gamma", "complexity.setting must be swept by a method, found"),
        ("jacobians.best_by", "D_new", "jacobians.best_by must be of what"),
        ("jacobians.values", "worst", "jacobians.values"),
        ("pie", {}, "unknown key 'pie'"),
    ],
)
def test_what_cannot_be_drawn_is_refused_in_one_line(path, value, message):
    with pytest.raises(ConfigError) as error:
        load(changed(f"figures.{path}", value))
    assert message in str(error.value)
    assert str(error.value).startswith("figures")
    assert "\n" not in str(error.value)
    assert len(str(error.value)) < 500


def test_a_metric_that_is_off_cannot_be_asked_for():
    config = changed("metrics.d_stsp", None)
    config["figures"]["sweep"] = {"metrics": ["D_stsp"]}
    with pytest.raises(ConfigError, match=r"found 'D_stsp'; allowed: D_H, "):
        load(config)


THEORY = {name for name, kind in KINDS.items() if set(kind.inputs) <= set(ANALYSES)}
CLAIMS = {"claims", "claims_table"}


def test_what_is_drawn_follows_from_the_experiment():
    every = {
        "signal", "lyapunov", "lyapunov-noisy", "sweep", "sweep-alpha", "reconstruction", "models",
        "diagnosis", "diagnosis-alpha", "complexity", "complexity-alpha", "jacobians", "gradients",
    } | CLAIMS | THEORY  # fmt: skip
    assert names(EVERYTHING) == every
    unjudged = changed("metrics.d_h_legacy", None)
    unjudged["claims"] = {"quantities": ["D_H_legacy"]}
    assert names(unjudged) == every - CLAIMS
    diagnosis, complexity = (
        {name for name in every if name.startswith(kind)} for kind in ("diagnosis", "complexity")
    )
    plain = changed("metrics", {"excerpt": 100})
    assert names(plain) == every - {"models", "jacobians"} - diagnosis - complexity
    assert names(changed("metrics.behaviour", None)) == every - diagnosis
    assert names(changed("metrics.complexity", None)) == every - complexity
    assert names(changed("figures.gradients", None)) == every - {"gradients"}
    assert names(changed("signal", {})) == every - {"signal", "lyapunov-noisy"}
    assert names(changed("figures.sweep", None)) == every - {"sweep", "sweep-alpha"}
    assert names(changed("figures.sweep.setting", "alpha")) == every - {"sweep"}
    alpha = {name for name in every if name.endswith("-alpha")}
    assert names(changed("methods", [{"method": "bptt"}])) == every - alpha - diagnosis - CLAIMS
    alone = {**EVERYTHING, "models": {}, "methods": []}
    assert names(alone) == {"signal", "lyapunov", "lyapunov-noisy"} | THEORY
    assert names(changed("theory", None)) == every - THEORY
    assert names(changed("theory", {"spectra": None})) >= THEORY - {"spectra", "unstable"}
    fitted = {**alone, "models": {"N": {"model": "ngrc"}}}
    assert names(fitted) == every - alpha - diagnosis - CLAIMS - {"gradients"}


def test_without_d_stsp_another_metric_says_what_is_best():
    plan = Plan(load(changed("metrics.d_stsp", None)))
    assert plan.figures["tiny/sweep_noisy_X"].settings.figure.metrics == ["D_H"]
    assert plan.figures["tiny/reconstruction_noisy_X"].settings.figure.best_by == "D_H"
    assert "lowest median D\\_H" in " ".join(plan.captions["tiny/models_noisy_X"].split())


def test_a_setting_of_one_figure_redraws_it_alone():
    before, after = (
        {name: job.key for name, job in Plan(load(config)).figures.items()}
        for config in (EVERYTHING, changed("figures.sweep.band", 0.8))
    )
    assert {name for name in before if before[name] != after[name]} == {
        "tiny/sweep_noisy_X", "tiny/sweep-alpha_noisy_X"
    }  # fmt: skip
