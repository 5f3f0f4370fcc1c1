"""Figures of how linear systems are learned."""

import itertools

import numpy as np
import pytest

from tausweep.figures.table import write
from tausweep.figures.theory.forcing import ForcingFigure
from tausweep.figures.theory.modes import ModesFigure
from tausweep.figures.theory.remedies import RemediesFigure, RemediesTable
from tausweep.figures.theory.spectra import SpectraFigure, UnstableFigure

from .by_hand import STYLE, lines, render, texts
from .theory import found


def drawn(figure):
    (name,) = figure.inputs
    return render(figure.draw({name: found(name)}, "linear", STYLE))


def test_a_histogram_holds_what_was_counted_beside_the_circle():
    figure, dataset = drawn(SpectraFigure()), found("spectra")
    panels = figure.axes[:8]
    shown = itertools.product(dataset["initial"].values, dataset["n"].values)
    for axes, (initial, n) in zip(panels, shown, strict=True):
        (mesh,) = [part for part in axes.collections if part.get_gid() == "density"]
        counted = dataset["density"].sel(initial=initial, n=n).values
        assert np.ma.sum(mesh.get_array()) == pytest.approx(counted.sum())
        (circle,) = [part for part in axes.patches if part.get_gid() == "stable"]
        assert circle.center == (dataset["middle"].sel(initial=initial), 0)
        phi = float(dataset["outside"].sel(initial=initial, n=n))
        (said,) = [t.get_text() for t in axes.texts]
        assert said == ("φ = 0" if phi == 0 else f"φ = {phi:#.3g}")
    assert [axes.get_title() for axes in panels[:2]] == ["n = 3", "n = 10"]
    assert "Glorot, normal\nIm λ" in panels[0].get_ylabel()


def test_shares_are_drawn_where_there_are_any():
    figure, dataset = drawn(UnstableFigure()), found("spectra")
    left, right = figure.axes
    (expected,) = lines(left, "expected")
    np.testing.assert_allclose(expected.get_ydata(), dataset["expected"])
    (data,) = lines(left, "unstable: glorot_normal")
    np.testing.assert_allclose(data.get_ydata(), dataset["unstable"].sel(initial="glorot_normal"))
    assert right.get_xlabel() == "part of the directions without energy"
    assert any("in no case: Gershgorin, rows ≤ 1" in text for text in texts(figure))


def test_modes_are_lines_of_theory_and_points_of_descent_with_their_times():
    figure, dataset = drawn(ModesFigure()), found("modes")
    for axes, noise in zip(figure.axes, dataset["noise"].values, strict=True):
        for mode in range(3):
            each = dataset.sel(noise=noise, mode=mode)
            (theory,), (points,) = lines(axes, f"theory: {mode}"), lines(axes, f"descent: {mode}")
            np.testing.assert_array_equal(theory.get_ydata(), each["theory"])
            np.testing.assert_array_equal(points.get_ydata(), each["descent"])
    said = [[text.get_text() for text in axes.texts] for axes in figure.axes]
    assert len(said[0]) == 2  # one for each mode that is learned
    assert len(said[1]) == 3
    assert r"$\tau_\mathrm{noise}$" in said[1][-1]
    assert {"energy 1", "energy 0.05", "no energy"} <= set(texts(figure))


def test_remedies_are_drawn_each_at_its_middle_strength():
    figure, dataset = drawn(RemediesFigure()), found("remedies")
    left, right = figure.axes
    strengths = dataset.sel(case=dataset["remedy"] == "isotropic_noise")
    middle = strengths.isel(case=1)
    np.testing.assert_array_equal(
        lines(left, "unstable: isotropic_noise")[0].get_ydata(), middle["unstable"]
    )
    np.testing.assert_array_equal(
        lines(right, "error: isotropic_noise")[0].get_ydata(), middle["error"]
    )
    assert {"nothing", "projection", "isotropic noise, σ = 0.1", "whitening"} <= set(texts(figure))


def test_the_table_has_every_case():
    dataset = found("remedies")
    head, *rows = write(RemediesTable(), {"remedies": dataset}, "csv").decode().splitlines()
    assert head == "remedy,strength,unstable,error,time to learn,time to forget"
    assert len(rows) == dataset.sizes["case"] == 13
    assert rows[0].startswith("nothing,,")
    assert rows[0].endswith(",inf")


def test_forcing_shows_rates_steps_and_outcomes():
    figure, dataset = drawn(ForcingFigure()), found("forcing")
    rates, steps, outcomes, _ = figure.axes
    (mesh,) = [part for part in rates.collections if part.get_gid() == "rate"]
    np.testing.assert_allclose(10 ** np.ravel(mesh.get_array()), dataset["rate"].values.ravel())
    (line,) = lines(rates, "tau_pred")
    x, y = line.get_data()
    np.testing.assert_allclose(y, np.log(2) / np.log(x))
    for value in dataset["mode"].values:
        (theory,) = [line for line in steps.lines if line.get_gid() == f"theory: {value:g}"]
        np.testing.assert_array_equal(theory.get_ydata(), dataset["steps"].sel(mode=value))
    assert [p.get_gid() for p in outcomes.collections] == [
        "outcome: learned", "outcome: not learned", "outcome: diverged"
    ]  # fmt: skip
    assert outcomes.get_legend().get_texts()[0].get_text() == "learned"
