"""Maps fitted to neighbours, against plain least squares and against known maps."""

import numpy as np
import pytest
from by_hand import henon, lorenz_by_hand

from tausweep.lyapunov import maps
from tausweep.lyapunov.maps import Space

from .samples import logistic, standard

STEPS = 10_000


def cloud(steps: int, coordinates: int) -> np.ndarray:
    """Noisy states of a map of the plane, with further coordinates that are mixed from it."""
    rng = np.random.default_rng(3)
    plane = henon(steps)
    states = np.concatenate([plane, np.tanh(plane @ rng.standard_normal((2, coordinates)))], axis=1)
    return states[:, :coordinates] + 0.01 * rng.standard_normal((steps, coordinates))


def space(states: np.ndarray, theiler: int = 1) -> Space:
    return Space(states, np.ones(len(states), dtype=bool), theiler)


def ridge(design: np.ndarray, image: np.ndarray, damping: np.ndarray) -> np.ndarray:
    """Least squares of Σ |image − design c|² + Σ damping_k |c_k|², by numpy.linalg.lstsq."""
    rows = np.concatenate([design, np.diag(np.sqrt(damping))])
    target = np.concatenate([image, np.zeros((len(damping), image.shape[1]))])
    return np.linalg.lstsq(rows, target, rcond=None)[0]


def products(u: np.ndarray) -> np.ndarray:
    """All products of two coordinates, written out."""
    pairs = [(i, j) for i in range(u.shape[1]) for j in range(i, u.shape[1])]
    return np.stack([u[:, i] * u[:, j] for i, j in pairs], axis=1)


@pytest.mark.parametrize(
    ("coordinates", "rank", "step", "theiler"), [(1, 1, 1, 0), (2, 2, 1, 5), (3, 2, 2, 20)]
)
def test_local_maps_are_those_of_plain_least_squares(coordinates, rank, step, theiler):
    states = cloud(500, coordinates)
    count = maps.least_neighbours(rank)
    here = np.arange(0, 400, 7)
    near, found = space(states, theiler).near(here, count, step)
    np.testing.assert_array_equal(found, here)
    fits = maps.fit(states, here, near, step, rank)
    known = states[:-step]
    for i, at in enumerate(here):
        apart = np.linalg.norm(known - known[at], axis=1)
        apart[np.abs(np.arange(len(known)) - at) <= theiler] = np.inf
        plain = np.argsort(apart)[:count]
        assert set(plain) == set(near[i])
        u, v = states[plain] - states[at], states[plain + step] - states[at + step]
        size = np.sqrt((u**2).sum(axis=1).mean())
        # The tangent space by singular values, where all of space is not wanted.
        axes = np.linalg.svd(u)[2][:rank].T if rank < coordinates else np.eye(coordinates)
        np.testing.assert_allclose(fits.tangents[i] @ fits.tangents[i].T, axes @ axes.T, atol=1e-8)
        a = u / size @ fits.tangents[i]
        design = np.concatenate([a, products(a)], axis=1)
        damping = np.full(design.shape[1], maps.RIDGE**2 * count)
        slopes = ridge(design, v, damping)[:rank] / size
        np.testing.assert_allclose(fits.slopes[i], slopes, atol=1e-7)
        free = np.concatenate([design, np.ones((count, 1))], axis=1)
        constant = ridge(free, v, np.append(damping, 0.0))[-1]
        assert fits.error[i] == pytest.approx(np.linalg.norm(constant), rel=1e-6)
        assert fits.spread[i] == pytest.approx(np.sqrt((v**2).sum(axis=1).mean()))


def test_the_global_map_is_that_of_plain_least_squares():
    states = cloud(400, 3)
    known, image = states[:-1], states[1:]
    design = np.concatenate([known, products(known), np.ones((len(known), 1))], axis=1)
    here = np.arange(0, 399, 10)
    jacobians, error = maps.everywhere(states, here, 1, np.ones(400, dtype=bool))
    coefficients = ridge(design, image - known, np.full(design.shape[1], 1e-9 * len(known)))
    for x, jacobian in zip(known[here], jacobians, strict=True):
        # ∂/∂x_k of the terms, written out; rows are coordinates before, columns after.
        slope = np.zeros((3, design.shape[1]))
        slope[:, :3] = np.eye(3)
        for term, (i, j) in enumerate([(0, 0), (0, 1), (0, 2), (1, 1), (1, 2), (2, 2)]):
            slope[i, 3 + term] += x[j]
            slope[j, 3 + term] += x[i]
        np.testing.assert_allclose(jacobian, np.eye(3) + slope @ coefficients, atol=1e-7)
    plain = np.linalg.norm(design @ coefficients - (image - known), axis=1)[here]
    np.testing.assert_allclose(error, plain, rtol=1e-6)


def exponent(states: np.ndarray, rank: int, step: int = 1, theiler: int = 1) -> float:
    """The mean growth over all of a series."""
    here = np.arange(0, len(states) - step, step)
    near, here = space(states, theiler).near(here, maps.least_neighbours(rank), step)
    fits = maps.fit(states, here, near, step, rank)
    growth, _ = maps.stretch(here, step, fits.slopes, fits.tangents)
    return growth.mean() / step


def test_the_exponent_of_a_known_map_is_that_of_its_jacobians():
    """Along the same orbit, so that nothing but the maps differs."""
    x = logistic(STEPS)
    exact = np.log(np.abs(3.9 * (1 - 2 * x[maps.SETTLE : -1]))).mean()
    assert exponent(x[:, None], 1) == pytest.approx(exact, abs=2e-3)
    states = henon(STEPS)
    vector, growth = np.full(2, 0.5**0.5), []
    for u, _ in states[:-1]:
        vector = np.array([[-2.8 * u, 1.0], [0.3, 0.0]]) @ vector
        growth.append(np.log(np.linalg.norm(vector)))
        vector /= np.linalg.norm(vector)
    exact = np.mean(growth[maps.SETTLE :])
    assert exponent(states, 2) == pytest.approx(exact, abs=1e-3)
    assert exponent(states, 2, step=3) == pytest.approx(exact, rel=0.02)
    jacobians, _ = maps.everywhere(states, np.arange(STEPS - 1), 1, np.ones(STEPS, dtype=bool))
    found, _ = maps.stretch(np.arange(STEPS - 1), 1, jacobians, None)
    assert found.mean() == pytest.approx(exact, abs=1e-3)


def test_coordinates_off_the_attractor_change_nothing_in_its_tangent_space():
    """Hénon's map by twelve sensors: a curved surface in twelve dimensions."""
    states = henon(5_000)
    sensors = standard(np.tanh(states @ np.random.default_rng(0).standard_normal((2, 12))))
    assert exponent(sensors, 2) == pytest.approx(exponent(states, 2), rel=0.03)


@pytest.mark.parametrize("coordinates", [2, 3])
def test_a_rotation_of_state_space_changes_little(coordinates):
    # Neighbours stay. What changes is the first tangent vector, which has turned into the growing
    # direction when growth is first counted, and the ridge: it damps u₁u₂ as it damps u₁².
    x = standard(henon(4_000) if coordinates == 2 else lorenz_by_hand(4_000))
    step = 1 if coordinates == 2 else 6
    rng = np.random.default_rng(0)
    for _ in range(4):
        rotation, _ = np.linalg.qr(rng.standard_normal((coordinates, coordinates)))
        one, other = (exponent(u, coordinates, step, theiler=20) for u in (x, x @ rotation))
        assert other == pytest.approx(one, rel=0.02)


def test_states_with_a_wrong_sample_are_neither_begun_from_nor_led_to():
    x = henon(500)[:, :1]
    wrong = np.zeros(500, dtype=bool)
    wrong[[100, 333]] = True
    made = Space.of(x, wrong, kind="quadratic", dimension=3, delay=2, theiler=1)
    held = {state for t in (100, 333) for state in (t, t - 2, t - 4)}  # state i: x at i, i+2, i+4
    assert set(np.flatnonzero(~made.usable)) == held
    near, here = made.near(np.arange(len(made.states) - 1), 10, 1)
    forbidden = held | {state - 1 for state in held}
    assert not forbidden & set(near.ravel())
    assert not forbidden & set(here)


def test_a_vector_begins_anew_after_a_gap():
    """Growth along a doubling map, with and without a state in the middle."""
    slopes = np.full((200, 1, 1), 2.0)
    ones = np.ones((200, 1, 1))
    growth, where = maps.stretch(np.arange(200), 1, slopes, ones)
    np.testing.assert_allclose(growth, np.log(2))
    assert len(growth) == 199 - maps.SETTLE
    gap = np.delete(np.arange(200), 100)
    growth, where = maps.stretch(gap, 1, slopes[gap], ones[gap])
    assert len(growth) == 198 - 1 - 2 * maps.SETTLE
    assert not set(range(100, 101 + maps.SETTLE)) & set(where)
