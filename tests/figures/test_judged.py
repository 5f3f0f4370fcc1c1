"""The claim and published numbers: what the figures and tables hold is what the stages found."""

import csv
import io

import numpy as np
import pytest

from tausweep.figures.claims import ClaimsFigure, ClaimsTable
from tausweep.figures.drawing.claims import UNLEARNED
from tausweep.figures.reproduction import ReproductionFigure
from tausweep.figures.table import write

from .by_hand import STYLE, lines, render, texts, the_line
from .collected import compared, judged

MODELS = ("PLRNN", "RNN", "LSTM")


def forest(dataset, **settings):
    figure = ClaimsFigure(**settings).draw({"claims": dataset}, "study", STYLE)
    return render(figure)


def test_every_sweep_has_its_ratio_its_interval_and_its_good_range():
    found = judged(members=5)
    panels = forest(found).axes
    assert len(panels) == found.sizes["quantity"]
    for q, axes in enumerate(panels):
        for i, model in enumerate(MODELS):
            sweep = found.isel(sweep=i, quantity=q)
            best = the_line(axes, f"best: lorenz · {model}")
            assert best.get_xdata() == [pytest.approx(sweep["ratio"][0].item())]
            interval = the_line(axes, f"interval: lorenz · {model}").get_xdata()
            np.testing.assert_allclose(interval, sweep["ratio_interval"][0])
            good = the_line(axes, f"good: lorenz · {model}").get_xdata()
            np.testing.assert_allclose(good, sweep["good"] / sweep["tau_pred"][0])
    labels = [tick.get_text() for tick in panels[0].get_yticklabels()]
    assert labels == [f"lorenz · {model}" for model in MODELS]


def test_the_source_of_tau_pred_is_as_asked_or_what_there_is():
    found = judged(members=5)
    for source, at in (("data", 0), ("equations", 1)):
        best = the_line(forest(found, source=source).axes[0], "best: lorenz · RNN")
        expected = found["ratio"].isel(sweep=1, quantity=0, source=at)
        assert best.get_xdata() == [pytest.approx(expected.item())]
    unknown = judged(members=5, verdict="not chaotic")  # no τ_pred from the data
    best = the_line(forest(unknown).axes[0], "best: lorenz · RNN")
    assert best.get_xdata() == [
        pytest.approx(unknown["ratio"].isel(sweep=1, quantity=0, source=1).item())
    ]


@pytest.mark.parametrize("nothing", ["not learned", "cannot tell"])
def test_a_sweep_that_says_nothing_is_grey(nothing):
    found = judged(members=5)
    verdict = found["verdict"].copy()
    verdict[{"sweep": 1, "quantity": 0}] = nothing
    axes = forest(found.assign(verdict=verdict)).axes[0]
    failed, learned = (the_line(axes, f"best: lorenz · {model}") for model in ("RNN", "LSTM"))
    assert failed.get_color() == UNLEARNED
    assert learned.get_color() != UNLEARNED


def test_a_best_at_the_edge_is_open():
    inside, edge = (
        the_line(forest(judged(members=5, taus=taus)).axes[0], "best: lorenz · RNN")
        for taus in ((5, 30, 200), (30, 100, 200))
    )
    assert inside.get_markerfacecolor() != "white"
    assert edge.get_markerfacecolor() == "white"


def test_the_table_of_claims_says_what_the_stage_found():
    found = judged(members=5)
    rows = list(
        csv.DictReader(io.StringIO(write(ClaimsTable(), {"claims": found}, "csv").decode()))
    )
    assert len(rows) == 3 * 2 * 2
    first = rows[0]
    assert (first["model"], first["by"], first["from"]) == ("PLRNN", "D_stsp", "data")
    assert float(first["best_tau"]) == 30
    assert first["verdict"] == str(found["verdict"].values[0, 0, 0])
    page = write(ClaimsTable(), {"claims": found}, "md").decode()
    assert "- lorenz: by D\\_stsp the best τ is 30 steps" in page


def test_published_numbers_are_beside_ours():
    found = compared()
    figure = render(ReproductionFigure().draw({"reproduction": found}, "study", STYLE))
    assert len(figure.axes) == 2 * 2
    axes = figure.axes[0]
    assert axes.get_title("left") == "Lorenz"
    at = (found["series"] == "Lorenz") & (found["metric"] == "D_stsp_legacy")
    rnn = found.isel(point=(at & (found["model"] == "RNN") & np.isfinite(found["tau"])).values)
    published, without = lines(axes, "published: RNN")
    np.testing.assert_array_equal(published.get_xdata(), [5, 30, 50])
    np.testing.assert_array_equal(published.get_ydata(), rnn["published"])
    assert without.get_xdata()[0] > 50  # bptt has no τ
    ours = lines(axes, "ours: RNN")[0]
    np.testing.assert_array_equal(ours.get_xdata(), [5, 30])  # 50 was not run
    np.testing.assert_allclose(ours.get_ydata(), rnn["ours"][:2])
    assert not len(lines(figure.axes[1], "ours: RNN")[0].get_xdata())
    assert {"PLRNN", "RNN", "published"} <= set(texts(figure))
