"""Orbits of trained models beside the data."""

import re

import numpy as np
import pytest

from tausweep.figures.drawing.style import number

from .by_hand import lines, reconstruction, render, the_line
from .collected import by_other_means, collected, lorenz


def test_reconstruction_shows_the_median_member_at_the_smallest_best_and_largest_tau():
    dataset = collected(models=("RNN", "LSTM"), taus=(5, 12, 30, 200), members=5)
    figure = render(reconstruction(dataset))
    assert len(figure.axes) == 6
    for i, model in enumerate(("RNN", "LSTM")):
        for axes, role, tau in zip(
            figure.axes[3 * i : 3 * i + 3],
            ("smallest", "best", "largest"),
            (5, 30, 200),
            strict=True,
        ):
            job = (dataset["model"] == model) & (dataset["tau"] == tau)
            rows = dataset.isel(run=job.to_numpy())
            median = rows.isel(run=int(rows["D_stsp"].argsort()[2]))
            title = axes.get_title()
            assert model in title
            assert f"{role} $\\tau$ = {tau}," in title
            assert title.endswith(number(median["D_stsp"].item()))
            drawn = np.array(the_line(axes, "orbit").get_data_3d()).T
            inside = np.isfinite(drawn).all(axis=1)
            assert inside.mean() > 0.9
            np.testing.assert_allclose(drawn[inside], median["excerpt"].to_numpy()[inside])


def test_reconstruction_draws_a_tau_once():
    one = reconstruction(collected(taus=(30,)))
    assert [axes.get_title().count("best") for axes in one.axes] == [1, 1, 1]
    rising = collected(models=("RNN",), taus=(30, 100, 200))
    two = reconstruction(rising)
    assert [re.search(r"= (\d+),", a.get_title())[1] for a in two.axes] == ["30", "200"]


def test_reconstruction_says_where_the_best_tau_is_the_smallest():
    dataset = collected(models=("RNN", "LSTM"), members=1)
    dataset["D_stsp"] = ("run", [0.1, 0.2, 0.3, 0.3, 0.1, 0.2])
    figure = render(reconstruction(dataset))
    vacant = figure.axes[0]
    assert not vacant.get_title()
    assert [text.get_text() for text in vacant.texts] == [r"best $\tau$ is the smallest"]


def test_an_orbit_that_rests_away_from_the_data_is_named():
    dataset = collected(models=("RNN",), taus=(30,), members=1)
    dataset["excerpt"] = dataset["excerpt"] * 0 + 99
    axes = render(reconstruction(dataset)).axes[0]
    assert [text.get_text() for text in axes.texts] == ["away from the data"]


@pytest.mark.parametrize("variables", [1, 2, 3])
def test_reconstruction_has_as_many_axes_as_variables(variables):
    dataset = collected(variables=variables)
    axes = render(reconstruction(dataset)).axes[0]
    labels = [axes.get_xlabel(), axes.get_ylabel()] + ([axes.get_zlabel()] if variables > 2 else [])
    assert labels == {1: ["step", "x"], 2: ["x", "y"], 3: ["x", "y", "z"]}[variables]


@pytest.mark.parametrize("variables", [1, 2, 3])
def test_a_diverged_orbit_stays_near_the_data_and_is_named(variables):
    dataset = collected(variables=variables, diverged=1.1)
    figure = render(reconstruction(dataset))
    low, high = lorenz(300, variables).min(), lorenz(300, variables).max()
    for axes in (a for a in figure.axes if a.get_title()):
        assert "diverged" in [text.get_text() for text in axes.texts]
        line = the_line(axes, "orbit")
        drawn = np.array(line.get_data_3d() if variables == 3 else line.get_ydata())
        assert np.isfinite(drawn).any()
        assert np.nanmin(drawn) > low - 1
        assert np.nanmax(drawn) < high + 1


def test_an_orbit_at_rest_is_marked():
    dataset = collected(models=("RNN",), taus=(30,), members=1)
    moving = reconstruction(dataset).axes[0]
    assert not lines(moving, "fixed point")
    dataset["excerpt"][:] = 0.1
    resting = reconstruction(dataset).axes[0]
    np.testing.assert_allclose(the_line(resting, "fixed point").get_data_3d(), [[0.1]] * 3)


def test_reconstruction_draws_as_many_steps_as_asked():
    axes = reconstruction(collected(), steps=50).axes[0]
    for gid in ("data", "orbit"):
        assert len(the_line(axes, gid).get_data_3d()[0]) == 50


def test_values_that_are_asked_for_are_shown_each_once_or_what_is_nearest():
    dataset = collected(models=("RNN",), taus=(5, 12, 30, 200), members=3)
    figure = render(reconstruction(dataset, values=[11, 13, 1000.0]))
    titles = [axes.get_title() for axes in figure.axes if axes.get_title()]
    assert [re.search(r"tau\$ = (\d+),", title)[1] for title in titles] == ["12", "200"]
    assert not any("best" in title or "largest" in title for title in titles)


def test_what_sweeps_nothing_is_shown_once_without_a_value():
    dataset = collected(models=("RNN", "NGRC"), members=3)
    dataset = by_other_means(dataset, dataset["model"].values == "NGRC", "ridge")
    figure = render(reconstruction(dataset))
    (panel,) = [axes for axes in figure.axes if "NGRC" in axes.get_title()]
    rows = dataset.isel(run=dataset["model"].values == "NGRC")
    median = rows.isel(run=int(np.argsort(rows["D_stsp"].values)[4]))
    assert panel.get_title().split("\n")[0] == "NGRC, ridge"
    assert panel.get_title().endswith(number(median["D_stsp"].item()))
    assert "=" not in panel.get_title().split("$D")[0]


def test_a_metric_that_is_infinite_is_said_so():
    """All members of a model diverged, and the metric has no bound."""
    dataset = collected(models=("RNN",), taus=(30,), members=2)
    dataset["D_stsp"] = dataset["D_stsp"] * np.inf
    (titled,) = [a for a in render(reconstruction(dataset)).axes if a.get_title()]
    assert titled.get_title().endswith("= ∞")
