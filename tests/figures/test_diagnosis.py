"""What becomes of models, in small panels."""

import numpy as np
import pytest

from .by_hand import diagnosis, lines, render, texts, the_line
from .collected import EXPONENTS, KINDS, by_other_means, collected

ROWS, MODELS = 4, ("PLRNN", "RNN", "LSTM")


def column(figure, model):
    """Panels of a model, from the top."""
    return figure.axes[MODELS.index(model) :: len(MODELS)]


def of(dataset, model, tau):
    return dataset.isel(run=(dataset["model"].values == model) & (dataset["tau"].values == tau))


def test_shares_of_members_are_stacked_by_kind():
    dataset = collected(diverged=0.4, members=5)
    figure = render(diagnosis(dataset))
    for model in MODELS:
        axes = column(figure, model)[0]
        assert axes.get_title() == model
        total = np.zeros(3)
        for bars in axes.containers:
            code = KINDS.index(bars[0].get_gid())
            for i, (bar, tau) in enumerate(zip(bars, (5, 30, 200), strict=True)):
                share = (of(dataset, model, tau)["behaviour"].values == code).mean()
                assert bar.get_height() == pytest.approx(share)
                assert bar.get_x() < tau < bar.get_x() + bar.get_width()
                total[i] += bar.get_height()
        np.testing.assert_allclose(total, 1)
        assert len({bar.get_facecolor() for bars in axes.containers for bar in bars}) == 4


def test_exponents_stand_beside_those_of_the_data_and_the_equations():
    dataset = collected()
    axes = column(render(diagnosis(dataset)), "RNN")[1]
    for k in (1, 2):
        (line,) = (each for each in lines(axes, f"exponent {k}") if "members" not in each.get_gid())
        expected = [
            np.median(of(dataset, "RNN", tau)["lyapunov_spectrum"][:, k - 1])
            for tau in (5, 30, 200)
        ]
        np.testing.assert_allclose(line.get_ydata(), expected)
        (members,) = lines(axes, f"exponent {k} of members")
        assert len(members.get_xdata()) == 9
    assert the_line(axes, "data").get_ydata()[0] == dataset["lambda_max"].values[0]
    assert [line.get_ydata()[0] for line in lines(axes, "equations")] == list(EXPONENTS[:2])
    marks = {line.get_gid(): line.get_xdata()[0] for line in lines(axes, "tau_pred")}
    assert marks == {"tau_pred": 58, "tau_pred_equations": 62.8}


def test_forecasts_are_after_about_one_lyapunov_time():
    """λ_max is ln 2 / 58: one Lyapunov time is 84 steps, and 100 are nearest among 1, 10, 100."""
    dataset = collected()
    figure = render(diagnosis(dataset))
    axes = column(figure, "PLRNN")[2]
    assert axes.get_ylabel().startswith("error after\n100 steps = 1.2")
    (line,) = (each for each in lines(axes, "forecasts") if "members" not in each.get_gid())
    expected = [
        np.median(of(dataset, "PLRNN", tau)["prediction_error"][:, 2]) for tau in (5, 30, 200)
    ]
    np.testing.assert_allclose(line.get_ydata(), expected)
    assert the_line(axes, "ceiling").get_ydata()[0] == 1


def test_speed_is_relative_to_the_data_and_not_that_of_what_rests():
    dataset = collected()
    axes = column(render(diagnosis(dataset)), "LSTM")[3]
    (line,) = (each for each in lines(axes, "speed") if "members" not in each.get_gid())
    expected = [np.median(of(dataset, "LSTM", tau)["mean_frequency"]) / 0.02 for tau in (30, 200)]
    np.testing.assert_allclose(line.get_ydata(), [np.nan, *expected])  # at τ = 5 all rest


def test_only_what_is_measured_has_a_row():
    dataset = collected().drop_vars(["lyapunov_spectrum", "prediction_error"])
    figure = render(diagnosis(dataset))
    assert len(figure.axes) == 2 * len(MODELS)
    assert "second exponent" not in texts(figure)
    alone = render(diagnosis(dataset.drop_vars("mean_frequency")))
    assert len(alone.axes) == len(MODELS)
    assert texts(alone) == [*MODELS, "fixed point", "cycle", "aperiodic, as the data", ""]
    with pytest.raises(ValueError, match="do not hold behaviour"):
        diagnosis(dataset.drop_vars("behaviour"))


def test_the_legend_names_kinds_that_there_are_and_that_of_the_data():
    found = texts(render(diagnosis(collected(taus=(5, 8)))))
    assert "fixed point" in found
    assert "aperiodic, as the data" in found
    assert not {"cycle", "diverged"} & set(found)


def test_what_does_not_sweep_the_setting_has_no_column():
    dataset = collected()
    other = by_other_means(dataset, dataset["model"].values == "RNN", "bptt")
    figure = render(diagnosis(other))
    assert [axes.get_title() for axes in figure.axes[:2]] == ["PLRNN, sparse_tf", "LSTM, sparse_tf"]
    assert len(figure.axes) == 2 * ROWS
    with pytest.raises(ValueError, match="nothing that sweeps alpha"):
        diagnosis(other, setting="alpha")


def test_many_models_stand_in_blocks_and_panels_are_labelled_at_their_edges():
    figure = render(diagnosis(collected(models=tuple("abcdef"), taus=(5, 30), members=1)))
    shown = [axes for axes in figure.axes if axes.axison]
    assert len(shown) == 6 * ROWS
    assert sum(bool(axes.get_ylabel()) for axes in shown) == 2 * ROWS
    assert sum(bool(axes.get_xlabel()) for axes in shown) == 6


def test_alpha_has_an_axis_of_its_own_without_tau_pred():
    figure = render(diagnosis(collected(taus=(0.0, 0.1, 1.0), setting="alpha"), setting="alpha"))
    assert figure.axes[-1].get_xlabel() == r"strength of forcing $\alpha$"
    assert not [line for axes in figure.axes for line in lines(axes, "tau_pred")]
    assert not any("pred" in text for text in texts(figure))


def test_what_is_beyond_an_axis_is_at_its_edge():
    dataset = collected(members=1)
    dataset["lyapunov_spectrum"][:] = -9.0
    axes = column(render(diagnosis(dataset)), "RNN")[1]
    low, _ = axes.get_ylim()
    assert low > -0.1
    for line in lines(axes, "exponent"):
        assert set(line.get_ydata()) == {low}
