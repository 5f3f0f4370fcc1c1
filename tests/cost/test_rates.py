"""Rates: fitted, written, read, and what they foretell on machines of other speed."""

from __future__ import annotations

import io
import logging

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tausweep.cost.rates import Cost, Line, Rate, Rates, fit, line, measured
from tausweep.cost.speed import Speed, measure
from tausweep.cost.work import Work
from tausweep.metrics.settings import KINDS as METRICS
from tausweep.models.rnn.kinds import KINDS as CELLS

ONE = Speed(1.0, 1.0, 1.0)


def costing(seconds: float) -> Cost:
    """A job's cost."""
    return Cost(seconds, 100.0, 1.0)


@settings(deadline=None)  # the first example loads SciPy
@given(start=st.floats(0.1, 100), rate=st.floats(1e-6, 1e3))
def test_a_line_is_found_again(start: float, rate: float) -> None:
    amounts = [1.0, 10.0, 100.0]
    found = line(amounts, [start + rate * a for a in amounts], start)
    assert found.start == pytest.approx(start, rel=1e-3, abs=1e-6)
    assert found.rate == pytest.approx(rate, rel=1e-3, abs=1e-6)


@settings(deadline=None)  # the first example loads SciPy
@given(st.lists(st.tuples(st.floats(1, 1e12), st.floats(1e-3, 1e5)), min_size=1, max_size=6))
def test_no_line_foretells_less_than_nothing(jobs: list[tuple[float, float]]) -> None:
    amounts, costs = zip(*jobs, strict=True)
    found = line(amounts, costs, min(costs))
    assert found.start >= 0
    assert found.rate >= 0


def test_of_jobs_that_all_do_the_same_the_start_is_that_of_the_cheapest_job() -> None:
    done = [(Work("train rnn", 1e6), costing(101.0))] * 3 + [(Work("collect", 1.0), costing(1.0))]
    rates = fit(done, ONE)
    assert rates.kinds["train rnn"].seconds.start == pytest.approx(1.0, rel=0.05)
    assert rates.cost(Work("train rnn", 2e6), ONE).seconds == pytest.approx(201.0, rel=0.01)


def test_a_slower_machine_takes_longer_by_what_is_slower() -> None:
    rate = Rate(Line(1.0, 2.0), Line(0.0, 0.0), Line(0.0, 0.0))
    rates = Rates({"train rnn": rate, "metrics d_h": rate}, Speed(2.0, 2.0, 2.0))
    speed = Speed(start=4.0, kernel=6.0, arrays=2.0)
    assert rates.cost(Work("train rnn", 10.0), speed).seconds == 2 * 1.0 + 3 * 20.0
    assert rates.cost(Work("metrics d_h", 10.0), speed).seconds == 2 * 1.0 + 1 * 20.0


def test_a_kind_that_was_not_measured_costs_what_is_usual_in_its_stage() -> None:
    rates = Rates(
        {
            f"metrics {name}": Rate(Line(x, 0.0), Line(x, 0.0), Line(x, 0.0))
            for name, x in {"a": 1.0, "b": 3.0, "c": 100.0}.items()
        },
        ONE,
    )
    assert rates.cost(Work("metrics new", 5.0), ONE) == Cost(3.0, 3.0, 3.0)


def test_what_is_written_is_read() -> None:
    rates = measured()
    text = io.StringIO()
    rates.write(text)
    assert Rates.read(text.getvalue().splitlines()) == rates


def test_all_that_ships_was_measured() -> None:
    kinds = measured().kinds
    assert {f"train {cell}" for cell in ("rnn", "lstm", "plrnn")} <= set(kinds)
    assert {"lyapunov", "collect", "claims", "members", "signal"} <= set(kinds)
    assert {kind.split()[1] for kind in kinds if kind.startswith("metrics ")} <= {
        str(metric.model_fields["metric"].default) for metric in METRICS
    }
    assert {kind.split()[1] for kind in kinds if kind.startswith("orbit ")} <= {*CELLS, "ngrc"}


@pytest.mark.slow
def test_speed_is_measured_in_seconds_and_without_a_word(
    caplog: pytest.LogCaptureFixture,
) -> None:
    log = logging.getLogger("tausweep")
    with caplog.at_level(logging.INFO):
        level = log.level
        speed = measure()
    assert (caplog.text, log.level) == ("", level)
    assert 0 < speed.start < 20
    assert 0 < speed.kernel < 60
    assert 0 < speed.arrays < 20
