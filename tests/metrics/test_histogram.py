"""D_stsp by histograms: known answers, identities, and plain loops that compute the same."""

import math

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays
from motions import noise

from tausweep.metrics.d_stsp import DStsp
from tausweep.metrics.histogram import Histogram, Partition, divergence


def d_stsp(data, orbit, bins=30, margin=0.1, alpha=1e-5):
    metric = DStsp(bins=bins, margin=margin, alpha=alpha)
    p, q = metric.describe(data, data), metric.describe(orbit, data)
    return metric.distance(p, q)["D_stsp"]


@st.composite
def pairs(draw, elements=None):
    """Data and orbit of few integer-valued samples, so that every rounding is exact.

    Integers fall on box edges as often as inside. The orbit may hold NaN and infinity.
    """
    variables = draw(st.integers(1, 3))
    integer = st.integers(-8, 8).map(float)
    beyond = st.sampled_from([math.nan, math.inf, -math.inf, 1e30])
    data = draw(arrays(float, (draw(st.integers(2, 12)), variables), elements=integer))
    elements = integer | beyond if elements is None else elements
    orbit = draw(arrays(float, (draw(st.integers(1, 12)), variables), elements=elements))
    return data, orbit


def dense_d_stsp(data, orbit, bins, margin, alpha):
    """D_stsp by its definition: loops over samples, and over all boxes."""
    variables = data.shape[1]
    low = [data[:, j].min() - margin * data[:, j].std() for j in range(variables)]
    high = [data[:, j].max() + margin * data[:, j].std() for j in range(variables)]

    def smoothed(x):
        count = dict.fromkeys(np.ndindex((bins,) * variables), 0)
        outside = 0
        for sample in x:
            box = []
            for value, a, b in zip(sample, low, high, strict=True):
                if not a <= value <= b:  # NaN is outside
                    break
                box.append(min(int((value - a) / ((b - a) / bins)), bins - 1) if b > a else 0)
            if len(box) == variables:
                count[tuple(box)] += 1
            else:
                outside += 1
        counts = [*count.values(), outside]
        total = len(x) + alpha * len(counts)
        return [(n + alpha) / total for n in counts]

    p, q = smoothed(data), smoothed(orbit)
    return math.fsum(a * math.log(a / b) for a, b in zip(p, q, strict=True))


@settings(deadline=None)
@given(pairs(), st.integers(2, 5), st.sampled_from([0.0, 0.1, 1.0]), st.sampled_from([1e-5, 1.0]))
def test_d_stsp_is_what_dense_loops_give(pair, bins, margin, alpha):
    data, orbit = pair
    expected = dense_d_stsp(data, orbit, bins, margin, alpha)
    assert d_stsp(data, orbit, bins, margin, alpha) == pytest.approx(expected, rel=1e-9, abs=1e-12)


@settings(deadline=None)
@given(pairs(), st.integers(2, 30), st.sampled_from([1e-5, 1.0]))
def test_d_stsp_is_zero_for_itself_and_never_negative(pair, bins, alpha):
    data, orbit = pair
    assert d_stsp(data, data, bins, alpha=alpha) == 0
    assert d_stsp(data, orbit, bins, alpha=alpha) >= -1e-12


@settings(deadline=None)
@given(pairs(), st.integers(-9, 9), st.integers(-3, 3), st.randoms(use_true_random=False))
def test_d_stsp_ignores_order_and_a_common_shift_and_scale(pair, shift, exponent, random):
    data, orbit = pair
    before = d_stsp(data, orbit, margin=0.0)
    order = random.sample(range(len(orbit)), len(orbit))
    assert d_stsp(data, orbit[order], margin=0.0) == before
    scale = 2.0**exponent
    assert d_stsp(scale * (data + shift), scale * (orbit + shift), margin=0.0) == before


def test_d_stsp_of_two_boxes_by_hand():
    data = np.array([[0.0], [0.0], [0.0], [1.0]])  # 3 and 1 in the boxes
    orbit = np.array([[0.1], [0.9], [0.8], [2.0]])  # 1 and 2, and 1 outside
    p = np.array([3.5, 1.5, 0.5]) / 5.5
    q = np.array([1.5, 2.5, 1.5]) / 5.5
    expected = np.sum(p * np.log(p / q))
    assert d_stsp(data, orbit, bins=2, margin=0.0, alpha=0.5) == pytest.approx(expected, rel=1e-12)


def test_d_stsp_has_its_direction():
    narrow, wide = np.array([[0.0], [1.0]]), np.array([[0.0], [0.25], [0.5], [1.0]])
    assert d_stsp(wide, narrow, bins=4) > 1 > d_stsp(narrow, wide, bins=4)


def test_unvisited_boxes_count_where_lengths_differ():
    """Of 30⁵ cells nearly all are unvisited: with α = 1 they make up the whole distribution."""
    data, orbit = noise(500, 5), noise(50, 5, seed=1)
    boxes = 30**5 + 1
    p0, q0 = 1 / (500 + boxes), 1 / (50 + boxes)
    partition = Partition.around(data, 30, 0.1)
    p, q = partition.histogram(data), partition.histogram(orbit)
    n, m = (dict(zip(h.box.tolist(), h.count.tolist(), strict=True)) for h in (p, q))
    visited = math.fsum(
        p0 * (n.get(k, 0) + 1) * math.log(p0 * (n.get(k, 0) + 1) / (q0 * (m.get(k, 0) + 1)))
        for k in n.keys() | m.keys()
    )
    never_visited = (boxes - len(n.keys() | m.keys())) * p0 * math.log(p0 / q0)
    assert abs(never_visited) > 1e-6
    assert divergence(p, q, 1.0) == pytest.approx(visited + never_visited, rel=1e-6)


def test_what_an_orbit_lacks_after_divergence_makes_it_worse():
    data, orbit = noise(5_000, 2), noise(5_000, 2, seed=1)
    scores = []
    for steps in (5_000, 2_500, 100, 0):
        lost = orbit.copy()
        lost[steps:] = math.nan
        scores.append(d_stsp(data, lost, bins=10))
    assert scores == sorted(scores)
    assert scores[0] < 0.1
    # All of it lost is the same as one far away: every sample in the overflow box.
    assert scores[-1] == d_stsp(data, np.full_like(data, 1e6), bins=10) > 10


def test_a_variable_that_does_not_move_has_one_box():
    data = np.column_stack([noise(100, 1)[:, 0], np.full(100, 3.0)])
    partition = Partition.around(data, 4, 0.1)
    assert partition.histogram(data).box.max() < partition.boxes - 1
    assert partition.histogram(data + np.array([0, 1e-9])).box.tolist() == [partition.boxes - 1]


def test_histogram_counts_visits():
    histogram = Histogram.of(np.array([3, 1, 3, 3]), 5)
    assert histogram.at(np.array([0, 1, 3])).tolist() == [0, 1, 3]
