"""Norms of loss gradients while models are trained."""

import numpy as np

from .by_hand import gradients, lines, render, the_line
from .collected import EPOCHS, by_other_means, collected


def with_bptt(**case):
    """A sweep over τ, and classical backpropagation in the place of its largest value."""
    dataset = collected(**case)
    return by_other_means(dataset, dataset["tau"].values == 200, "bptt")


def test_every_value_has_its_median_and_largest_norm_and_what_sweeps_nothing_is_beside():
    dataset = with_bptt(models=("LSTM", "RNN"))
    figure = render(gradients(dataset))
    assert [axes.get_title(loc="left") for axes in figure.axes] == ["LSTM", "RNN"]
    for axes, model in zip(figure.axes, ("LSTM", "RNN"), strict=True):
        for key, where in (
            (r"$\tau$ = 5", dataset["tau"] == 5),
            (r"$\tau$ = 30", dataset["tau"] == 30),
            ("bptt", dataset["method"] == "bptt"),
        ):
            rows = dataset.isel(run=(where & (dataset["model"] == model)).values)
            line, largest = the_line(axes, f"median: {key}"), the_line(axes, f"largest: {key}")
            np.testing.assert_array_equal(line.get_xdata(), EPOCHS)
            expected = np.median(rows["gradient_norm"].values, axis=0)
            np.testing.assert_allclose(line.get_ydata(), expected)
            expected = rows["largest_gradient_norm"].values.max(axis=0)
            np.testing.assert_allclose(largest.get_ydata(), expected)
            assert line.get_linestyle() == ("--" if key == "bptt" else "-")
        assert (axes.get_xscale(), axes.get_yscale()) == ("log", "log")
    legend = [text.get_text() for text in figure.legends[0].get_texts()]
    assert legend == [r"$\tau$ = 5", r"$\tau$ = 30", "bptt", "largest of all members"]


def test_colours_are_of_values_the_same_in_all_panels():
    figure = render(gradients(with_bptt(models=("LSTM", "RNN"))))
    first, second = (
        {line.get_gid(): tuple(np.atleast_1d(line.get_color())) for line in lines(axes, "median")}
        for axes in figure.axes
    )
    assert first == second
    assert len(set(first.values())) == 3


def test_methods_that_sweep_have_panels_of_their_own():
    dataset = collected(models=("LSTM",))
    dataset = by_other_means(dataset, dataset["tau"].values == 5, "gtf", "alpha", 0.5)
    dataset = by_other_means(dataset, dataset["tau"].values == 200, "bptt")
    figure = render(gradients(dataset, log_epochs=False))
    titles = [axes.get_title(loc="left") for axes in figure.axes]
    assert titles == ["LSTM, gtf", "LSTM, sparse_tf"]
    for axes, key in zip(figure.axes, (r"$\alpha$ = 0.5", r"$\tau$ = 30"), strict=True):
        assert [line.get_gid() for line in lines(axes, "median")] == [
            f"median: {key}", "median: bptt"
        ]  # fmt: skip
        assert axes.get_xscale() == "linear"


def test_where_norms_cease_to_be_finite_is_a_cross():
    dataset = collected(models=("LSTM",), members=3)
    rows = np.flatnonzero(dataset["tau"].values == 30)
    dataset["gradient_norm"][rows[:2], 3:] = np.nan
    dataset["largest_gradient_norm"][rows[:2], 3:] = np.inf
    figure = render(gradients(dataset))
    (axes,) = figure.axes
    (cross,) = lines(axes, "ceased")
    assert cross.get_gid() == r"ceased: $\tau$ = 30"
    assert cross.get_xdata()[0] == EPOCHS[3]
    assert np.isnan(the_line(axes, r"median: $\tau$ = 30").get_ydata()[3:]).all()


def test_a_model_that_is_fitted_in_one_go_has_no_gradients():
    dataset = collected(models=("LSTM", "NGRC"))
    fitted = dataset["model"].values == "NGRC"
    dataset = by_other_means(dataset, fitted, "ridge")
    for name in ("gradient_norm", "largest_gradient_norm"):
        dataset[name] = dataset[name].where(~fitted[:, None])
    (axes,) = render(gradients(dataset)).axes
    assert axes.get_title(loc="left") == "LSTM"
