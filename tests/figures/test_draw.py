"""Every kind of figure as a job draws it."""

import matplotlib as mpl
import numpy as np
import pytest

from tausweep.figures import stage
from tausweep.figures.claims import ClaimsFigure
from tausweep.figures.complexity import ComplexityFigure
from tausweep.figures.diagnosis import DiagnosisFigure
from tausweep.figures.drawing.style import number, shorten
from tausweep.figures.experiments import ExperimentsFigure
from tausweep.figures.figure import Style
from tausweep.figures.gradients import GradientsFigure
from tausweep.figures.jacobians import JacobiansFigure
from tausweep.figures.lyapunov import LyapunovFigure
from tausweep.figures.models import ModelsFigure
from tausweep.figures.reconstruction import ReconstructionFigure
from tausweep.figures.reproduction import ReproductionFigure
from tausweep.figures.settings import KINDS, Drawing
from tausweep.figures.signal import SignalFigure
from tausweep.figures.sweep import SweepFigure
from tausweep.figures.table import Table

from .by_hand import divergence, draw, prepared, render, sweep
from .collected import collected, compared, judged, pooled
from .theory import ANALYSES, found

OF_THEORY = [
    name
    for name, kind in KINDS.items()
    if set(kind.inputs) <= set(ANALYSES) and not issubclass(kind, Table)
]
SWEEP = SweepFigure(metrics=["D_stsp", "D_H"], setting="tau")
RECONSTRUCTION = ReconstructionFigure(best_by="D_stsp", steps=300)
MODELS = ModelsFigure(best_by="D_stsp")
CASES = {
    "sweep": (lambda: {"collect": collected()}, SWEEP),
    "reconstruction": (lambda: {"collect": collected()}, RECONSTRUCTION),
    "models": (lambda: {"collect": collected()}, MODELS),
    "diagnosis": (lambda: {"collect": collected()}, DiagnosisFigure()),
    "complexity": (lambda: {"collect": collected()}, ComplexityFigure()),
    "jacobians": (lambda: {"collect": collected()}, JacobiansFigure(best_by="D_stsp")),
    "gradients": (lambda: {"collect": collected()}, GradientsFigure()),
    "lyapunov": (lambda: {"lyapunov": divergence()}, LyapunovFigure()),
    "signal": (prepared, SignalFigure()),
    "claims": (lambda: {"claims": judged()}, ClaimsFigure()),
    "reproduction": (lambda: {"reproduction": compared()}, ReproductionFigure()),
    "experiments": (lambda: {"pool": pooled()}, ExperimentsFigure()),
} | {
    kind: (lambda figure=KINDS[kind]: {name: found(name) for name in figure.inputs}, KINDS[kind]())
    for kind in OF_THEORY
}


def test_every_kind_is_tried():
    tables = {name for name, kind in KINDS.items() if issubclass(kind, Table)}
    assert set(CASES) | tables == set(KINDS)


@pytest.mark.parametrize("kind", CASES)
def test_equal_figures_are_equal_files_with_fonts_that_embed(kind, tmp_path):
    make, figure = CASES[kind]
    paths = [tmp_path / name for name in ("a.pdf", "b.pdf", "a.png", "b.png")]
    draw(figure, make(), paths[::2])
    draw(figure, make(), paths[1::2])
    a_pdf, b_pdf, a_png, b_png = (path.read_bytes() for path in paths)
    assert a_pdf == b_pdf
    assert a_png == b_png
    assert a_png.startswith(b"\x89PNG")
    assert b"CreationDate" not in a_pdf
    assert b"/FontFile2" in a_pdf  # TrueType, as Type 42 is embedded
    assert b"/Type3" not in a_pdf
    assert sorted(tmp_path.iterdir()) == sorted(paths)


@pytest.mark.parametrize(
    "case",
    [
        {"models": ("RNN",), "taus": (30,), "members": 1},
        {"diverged": 1.1},
        {"diverged": 1.1, "models": ("RNN",), "taus": (30,), "members": 1, "variables": 1},
        {"models": ("x" * 90, "y" * 60), "taus": tuple(range(40, 60))},
        {"models": tuple("abcdefghi"), "taus": (30,), "members": 1, "verdict": "not chaotic"},
        {"variables": 1, "equations": np.nan, "verdict": "no scaling range"},
    ],
    ids=["one of all", "all diverged", "one, diverged", "long names", "many models", "no tau_pred"],
)
def test_extreme_results_are_drawn(case, tmp_path):
    dataset = collected(**case)
    for figure in (SWEEP, RECONSTRUCTION, MODELS, DiagnosisFigure(), ComplexityFigure()):
        draw(figure, {"collect": dataset}, [tmp_path / f"{figure.kind}.png"])
    render(sweep(dataset, metrics=["D_stsp_legacy", "D_H_legacy"]))


def test_a_figure_that_cannot_be_written_leaves_the_old_one(tmp_path):
    output = tmp_path / "figure.tiff9"
    output.write_text("old")
    with pytest.raises(ValueError, match="tiff9"):
        draw(LyapunovFigure(), {"lyapunov": divergence()}, [output])
    assert output.read_text() == "old"
    assert list(tmp_path.iterdir()) == [output]


def test_a_series_or_metric_that_is_not_there_is_named():
    with pytest.raises(ValueError, match=r"'weather'.*lorenz, another"):
        sweep(collected(), series="weather")
    with pytest.raises(ValueError, match="do not hold D_new"):
        sweep(collected(), metrics=["D_new"])
    with pytest.raises(ValueError, match=r"no prediction_error.*@7; .* \[1, 10, 100\]"):
        sweep(collected(), metrics=["prediction_error@7"])


def test_a_huge_figure_is_drawn_with_fewer_pixels():
    """Twenty-five models in rows of their own make a figure of five metres at fifty inches."""
    from tausweep.figures import stage

    drawn = stage.Drawn(mpl.figure.Figure(figsize=(50, 200)), stage.Style(width=50, dpi=1200))
    png = drawn.render("png")
    width, height = np.frombuffer(png[16:24], ">u4")
    assert (width, height) == (3_000, 12_000)


def test_a_style_sheet_of_matplotlib_lies_over_ours():
    style = Style(matplotlib={"axes.grid": True, "axes.spines.top": True})
    drawn = stage.run(
        Drawing(figure=SWEEP, series="lorenz", style=style), collect=collected()
    ).figure
    axes = drawn.axes[0]
    assert axes.spines["top"].get_visible()
    assert all(line.get_visible() for line in axes.get_xgridlines())
    assert not mpl.rcParams["axes.grid"]


def test_numbers_and_names_are_short():
    assert [number(v) for v in (0.0110, 46.23, 100.0, 1234.0, 0.0)] == [
        "0.0110",
        "46.2",
        "100",
        "1234",
        "0.00",
    ]
    assert [number(v) for v in (np.inf, -np.inf, np.nan)] == ["∞", "−∞", "unknown"]
    assert number(2.5e-6) == r"$2.50\times 10^{-6}$"
    assert shorten("PLRNN") == "PLRNN"
    assert len(shorten("x" * 90)) <= 36
