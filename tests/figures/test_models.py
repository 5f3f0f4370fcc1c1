"""Models side by side, each at its best."""

import numpy as np

from .by_hand import lines, models, render, texts
from .collected import AHEAD, EXPONENTS, by_other_means, collected


def side_by_side(**case):
    """An LSTM swept over τ, at its best at 30, and a regression that sweeps nothing."""
    dataset = collected(models=("LSTM", "NGRC"), members=3, **case)
    return by_other_means(dataset, dataset["model"].values == "NGRC", "ridge")


def best(dataset):
    """Rows that are shown of the LSTM."""
    return dataset.isel(run=(dataset["model"].values == "LSTM") & (dataset["tau"].values == 30))


def test_members_at_the_best_value_stand_beside_those_of_other_models():
    dataset = side_by_side()
    figure = render(models(dataset))
    for axes, name in zip(figure.axes[:2], ("D_stsp", "D_H"), strict=True):
        (ours,), (theirs,) = lines(axes, "members: LSTM"), lines(axes, "members: NGRC")
        np.testing.assert_array_equal(ours.get_ydata(), best(dataset)[name].values)
        assert len(theirs.get_ydata()) == 9
        assert ours.get_xdata().max() < theirs.get_xdata().min()
        (median, _) = [c for c in axes.collections if (c.get_gid() or "").startswith("median")]
        height = median.get_segments()[0][0, 1]
        np.testing.assert_allclose(height, np.median(best(dataset)[name].values))
    legend = [text.get_text() for text in figure.legends[0].get_texts()]
    assert legend == [
        r"LSTM, sparse_tf ($\tau$ = 30)", "NGRC, ridge", "exponents of the equations"
    ]  # fmt: skip


def test_forecasts_and_exponents_are_those_of_the_members():
    dataset = side_by_side()
    forecasts, exponents = render(models(dataset)).axes[2:]
    (line,) = lines(forecasts, "forecasts: LSTM")
    np.testing.assert_array_equal(line.get_xdata(), AHEAD)
    expected = np.median(best(dataset)["prediction_error"].values, axis=0)
    np.testing.assert_allclose(line.get_ydata(), expected)
    (ceiling,) = lines(forecasts, "ceiling")
    assert set(np.asarray(ceiling.get_ydata())) == {1.0}
    (persistence,) = lines(forecasts, "persistence")
    assert set(np.asarray(persistence.get_ydata())) == {1.4}
    truth = [line.get_ydata()[0] for line in lines(exponents, "equations")]
    assert truth == list(EXPONENTS)
    ours = [line.get_ydata() for line in lines(exponents, "members: LSTM")]
    np.testing.assert_array_equal(np.array(ours).T, best(dataset)["lyapunov_spectrum"].values)


def test_diverged_members_are_crosses_and_unknown_equations_are_left_out():
    dataset = side_by_side(diverged=1.1)
    dataset["lyapunov_spectrum_equations"][:] = np.nan
    figure = render(models(dataset))
    assert sum(len(line.get_ydata()) for line in lines(figure.axes[0], "diverged")) > 0
    assert sum(len(line.get_ydata()) for line in lines(figure.axes[0], "members")) == 0
    assert "exponents of the equations" not in texts(figure)


def test_what_is_not_measured_is_not_drawn():
    dataset = side_by_side().drop_vars(["lyapunov_spectrum", "lyapunov_spectrum_equations"])
    figure = render(models(dataset))
    assert len([axes for axes in figure.axes if axes.axison]) == 3
