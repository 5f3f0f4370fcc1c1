"""Delay vectors, the choice of delay and dimension, and neighbours in state space."""

import numpy as np
import pytest
from by_hand import henon, lorenz_by_hand
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy.signal import lfilter

from tausweep.statespace import embedding, neighbours
from tausweep.statespace.embedding import delay_vectors

RNG = np.random.default_rng(0)
WHITE = RNG.standard_normal((10_000, 1))
PERIOD = 100 / np.e  # never repeats
TURN = 2 * np.pi * np.arange(10_000) / PERIOD


# -------------------------------------------------------------------------------- delay vectors

DIMENSIONS, DELAYS = st.integers(1, 6), st.integers(1, 9)


@given(dimension=DIMENSIONS, delay=DELAYS, variables=st.integers(1, 3), more=st.integers(1, 50))
def test_delay_vectors_hold_the_samples_they_name(dimension, delay, variables, more):
    length = (dimension - 1) * delay + more
    # Sample t of variable v is t + v/10, so that a value says where it is from.
    x = np.arange(length)[:, None] + np.arange(variables) / 10
    states = delay_vectors(x, dimension, delay)
    assert states.shape == (more, dimension * variables)
    present = np.arange(more) + (dimension - 1) * delay
    for k in range(dimension):
        for v in range(variables):
            np.testing.assert_array_equal(
                states[:, k * variables + v], present - k * delay + v / 10
            )


@given(delay=DELAYS, seed=st.integers(0, 99))
def test_a_delay_map_is_a_function_of_the_delay_vector(delay, seed):
    # x_{t+1} = 1 − 1.4 x_{t+1−d}² + 0.3 x_{t+1−2d}: d Hénon maps that take turns.
    x = list(np.random.default_rng(seed).uniform(-0.1, 0.1, 2 * delay))
    while len(x) < 200:
        x.append(1 - 1.4 * (x[-delay] * x[-delay]) + 0.3 * x[-2 * delay])
    states = delay_vectors(np.array(x)[:, None], 3, delay)
    now, before, long_before = states.T
    np.testing.assert_array_equal(now, 1 - 1.4 * (before * before) + 0.3 * long_before)


def test_one_dimension_is_the_series_itself():
    np.testing.assert_array_equal(delay_vectors(WHITE, 1, 7), WHITE)


# ------------------------------------------------------------------------- the choice of a delay


def plain_information(x: np.ndarray, lag: int, cells: int = embedding.MARGINALS) -> float:
    """Σ p ln p_ij/(p_i p_j), counted pair by pair."""
    rank = np.argsort(np.argsort(x, kind="stable"))
    cell = rank * cells // len(x)
    joint = np.zeros((cells, cells))
    for i, j in zip(cell[:-lag], cell[lag:], strict=True):
        joint[i, j] += 1 / (len(x) - lag)
    total = 0.0
    for i in range(cells):
        for j in range(cells):
            if joint[i, j]:
                total += joint[i, j] * np.log(joint[i, j] / (joint[i].sum() * joint[:, j].sum()))
    return total


def test_mutual_information_is_that_of_its_definition():
    x = lfilter([1], [1, -0.8], WHITE[:2_000, 0])
    found = embedding.mutual_information(x, 12)
    np.testing.assert_allclose(found, [plain_information(x, lag) for lag in range(1, 13)])


def test_mutual_information_of_independent_samples_is_its_bias():
    # Of n pairs in k × k cells, 2 n I is about χ² with (k − 1)² degrees of freedom.
    found = embedding.mutual_information(WHITE[:, 0], 50)
    expected = (embedding.MARGINALS - 1) ** 2 / (2 * len(WHITE))
    assert found.mean() == pytest.approx(expected, rel=0.05)
    assert found.max() < 1.5 * expected


def test_mutual_information_of_a_signal_with_its_repetition_is_its_entropy():
    found = embedding.mutual_information(np.tile(WHITE[:1_600, 0], 5), 1_600)
    assert found[-1] == pytest.approx(np.log(embedding.MARGINALS), rel=1e-6)


@given(power=st.sampled_from([1, 3, 5]), scale=st.floats(0.1, 10), shift=st.floats(-10, 10))
@settings(deadline=None, max_examples=10)
def test_mutual_information_does_not_depend_on_units(power, scale, shift):
    # Cells of equal probability: any monotonic change of the values leaves them.
    x = np.random.default_rng(1).permutation(1_000).astype(float) / 1_000
    found = embedding.mutual_information(scale * x**power + shift, 5)
    np.testing.assert_array_equal(found, embedding.mutual_information(x, 5))


@pytest.mark.parametrize("length", [300, 301])
def test_autocorrelation_is_that_of_numpy(length):
    x = WHITE[: 2 * length].reshape(length, 2).cumsum(axis=0)
    found = embedding.autocorrelation(x, 40)
    for v in range(2):
        centred = x[:, v] - x[:, v].mean()
        full = np.correlate(centred, centred, mode="full")[length - 1 :]
        np.testing.assert_allclose(found[:, v], full[1:41] / full[0], atol=1e-12)


@pytest.mark.parametrize(
    ("information", "correlation", "delay"),
    [
        ([5, 4, 3, 2, 3, 4], [0.9] * 6, 4),  # the minimum, at lag 4
        ([5, 4, 3, 2, 3, 1], [0.9] * 6, 4),  # the first one, not the lowest
        ([5, 4, 3, 3, 4, 5], [0.9] * 6, 3),  # the beginning of a flat one
        ([5, 4, 3, 2, 3, 4], [0.9, 0.3, 0.2, 0.1, 0, 0], 2),  # the correlation decays earlier
        ([5, 1, 3, 2, 3, 4], [0.9, 0.8, 0.7, 0.1, 0, 0], 2),  # … and later
        ([6, 5, 4, 3, 2, 1], [0.9] * 6, 6),  # neither: the longest lag
        ([6, 5, 4, 3, 2, 1], [0.3] * 6, 1),
    ],
)
def test_the_first_delay(information, correlation, delay):
    assert embedding.first_delay(np.array(information), np.array(correlation)) == delay


def test_the_delay_of_noise_with_memory_is_where_its_correlation_has_decayed():
    # 0.9^d falls below 1/e at d = 10; the information falls on and on.
    x = lfilter([1], [1, -0.9], WHITE, axis=0)
    assert embedding.choose(x, theiler=1, dimension=2).delay == pytest.approx(10, abs=1)


def test_the_delay_of_lorenz_is_the_first_minimum_of_its_information():
    # 0.16 to 0.18 units of time; the correlation decays later.
    x = lorenz_by_hand(10_000)[:, :1]
    chosen = embedding.choose(x, theiler=40, dimension=3)
    assert 0.14 <= 0.02 * chosen.delay <= 0.2
    assert chosen.autocorrelation[chosen.delay - 1, 0] > 1 / np.e


# --------------------------------------------------------------------- the choice of a dimension


@pytest.mark.parametrize(
    ("x", "theiler", "dimension"),
    [
        (henon(10_000)[:, :1], 1, 2),
        (henon(10_000), 1, 1),
        (lorenz_by_hand(10_000)[:, :1], 40, 3),
        (lorenz_by_hand(10_000), 40, 1),
        (np.sin(TURN)[:, None], 37, 2),
        (np.c_[np.sin(TURN), np.cos(TURN)], 37, 1),
    ],
    ids=["henon x", "henon", "lorenz x", "lorenz", "sine", "circle"],
)
def test_the_dimension_of_known_systems(x, theiler, dimension):
    x = (x - x.mean(axis=0)) / x.std(axis=0)
    chosen = embedding.choose(x, theiler=theiler)
    assert chosen.dimension == dimension
    assert (chosen.false_neighbours[: dimension - 1] > embedding.FALSE_SHARE).all()
    # Cao: E1 has stopped changing at that dimension, and for one variable E2 is somewhere not 1.
    assert chosen.cao_e1[dimension - 1] > 0.7
    if x.shape[1] == 1:
        assert (np.abs(chosen.cao_e2[:-1] - 1) > 0.1).any()
    assert np.isnan(chosen.cao_e1[-1])
    assert np.isnan(chosen.cao_e2[-1])


def test_noise_has_no_dimension():
    chosen = embedding.choose(WHITE, theiler=1)
    # Neighbours are false where they are few, and far apart where coordinates are many.
    assert (chosen.false_neighbours > 0.1).all()
    np.testing.assert_allclose(chosen.cao_e2[:-1], 1, atol=0.1)


def test_false_neighbours_and_cao_are_those_of_their_definitions():
    x = henon(400)[:, :1]
    most, theiler, delay = 3, 2, 1
    false, e1, e2 = embedding.false_neighbours(x, delay, most, theiler)
    ratio, step = np.empty(most), np.empty(most)
    limit = embedding.FALSE_DISTANCE * x.std()
    for m in range(1, most + 1):
        # The states whose vectors of the largest dimension, and the sample after, are there.
        present = np.arange((most - 1) * delay, len(x) - delay)
        vectors = np.array([[x[t - k * delay, 0] for k in range(m)] for t in present])
        apart = np.linalg.norm(vectors[:, None] - vectors, axis=2)
        apart[np.abs(present[:, None] - present) <= theiler] = np.inf
        there = apart.argmin(axis=1)
        r = apart[np.arange(len(present)), there]
        ahead = np.abs(x[present[there] + delay, 0] - x[present + delay, 0])
        torn = (ahead > embedding.FALSE_GROWTH * r) | (np.hypot(r, ahead) > limit)
        assert false[m - 1] == pytest.approx(torn.mean())
        largest = np.abs(vectors[there] - vectors).max(axis=1)
        ratio[m - 1] = np.mean(np.maximum(largest, ahead) / largest)
        step[m - 1] = ahead.mean()
    np.testing.assert_allclose(e1[:-1], ratio[1:] / ratio[:-1])
    np.testing.assert_allclose(e2[:-1], step[1:] / step[:-1])


@pytest.mark.parametrize("period", [2, 3, 17])
def test_a_cycle_of_whole_steps_has_no_false_neighbours(period):
    # All distances are zero: no ratio of them is taken.
    x = (np.arange(2_000) % period)[:, None] / period
    chosen = embedding.choose(x, theiler=1)
    assert chosen.dimension == 1
    assert (chosen.false_neighbours == 0).all()
    assert (chosen.cao_e1[:-1] == 1).all()
    assert np.isnan(chosen.cao_e2).all()


def test_what_is_given_is_not_chosen():
    chosen = embedding.choose(WHITE[:2_000], theiler=1, delay=3, dimension=12)
    assert (chosen.delay, chosen.dimension) == (3, 12)
    assert len(chosen.false_neighbours) == 12


def test_a_delay_longer_than_half_the_series_is_refused():
    with pytest.raises(ValueError, match="a delay of 600 steps is too long for 1000 samples"):
        embedding.choose(WHITE[:1_000], theiler=1, delay=600)


# ----------------------------------------------------------------------------------- neighbours


def by_force(states: np.ndarray, reference: np.ndarray, count: int, theiler: int) -> np.ndarray:
    """Distances to the neighbours, infinite where there are too few."""
    apart = np.linalg.norm(states[reference][:, None] - states, axis=2)
    apart[np.abs(reference[:, None] - np.arange(len(states))) <= theiler] = np.inf
    return np.sort(apart, axis=1)[:, :count]


@settings(deadline=None, max_examples=60)
@given(
    seed=st.integers(0, 10_000),
    size=st.integers(20, 200),
    coordinates=st.integers(1, 5),
    count=st.integers(1, 10),
    theiler=st.integers(0, 120),
    quantised=st.booleans(),
)
def test_neighbours_are_the_nearest_outside_the_theiler_window(
    seed, size, coordinates, count, theiler, quantised
):
    rng = np.random.default_rng(seed)
    states = rng.standard_normal((size, coordinates)).cumsum(axis=0)
    if quantised:  # many zero distances and ties
        states = states.round()
    reference = np.sort(rng.choice(size, size // 3, replace=False))
    expected = by_force(states, reference, count, theiler)
    enough = np.isfinite(expected[:, -1])
    for search in (neighbours._by_tree, neighbours._by_product):
        found = search(states, np.arange(len(states)), reference, count, theiler)
        np.testing.assert_array_equal(found[:, -1] >= 0, enough)
        there = found[enough]
        assert (np.abs(there - reference[enough, None]) > theiler).all()
        apart = np.linalg.norm(states[there] - states[reference[enough], None], axis=2)
        np.testing.assert_allclose(apart, expected[enough], atol=1e-6)
        assert all(len(set(row)) == count for row in there)
    there, here = neighbours.nearest(states, reference, count, theiler)
    np.testing.assert_array_equal(here, reference[enough])


@pytest.mark.parametrize("coordinates", [neighbours.TREE_DIMENSION, neighbours.TREE_DIMENSION + 1])
def test_neighbours_in_chunks_and_in_many_dimensions(monkeypatch, coordinates):
    monkeypatch.setattr(neighbours, "CHUNK", 10_000)
    states = np.random.default_rng(2).standard_normal((500, coordinates))
    reference = np.arange(0, 500, 7)
    found, here = neighbours.nearest(states, reference, 6, 30)
    np.testing.assert_array_equal(here, reference)
    apart = np.linalg.norm(states[found] - states[here, None], axis=2)
    np.testing.assert_allclose(apart, by_force(states, reference, 6, 30))


def test_neighbours_that_are_more_than_the_states_are_none():
    for coordinates in (2, neighbours.TREE_DIMENSION + 1):
        found, here = neighbours.nearest(np.eye(20, coordinates), np.arange(20), 30, 0)
        assert len(found) == len(here) == 0


@pytest.mark.parametrize("period", [4, 37.3, 200])
def test_the_mean_period_of_a_cosine_is_its_period(period):
    x = np.cos(2 * np.pi * np.arange(20_000) / period)[:, None]
    assert neighbours.mean_period(x) == pytest.approx(period, rel=0.03)


def test_the_mean_period_of_white_noise_is_four_steps():
    assert neighbours.mean_period(WHITE) == pytest.approx(4, rel=0.02)
