"""Noise reduction against plain loops, on known signal-to-noise ratios, and on clean data."""

import functools

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from simulated import simulated

from tausweep.lyapunov.divergence import diverge
from tausweep.statespace import noise_reduction as nr
from tausweep.statespace.embedding import delay_vectors
from tausweep.statespace.noise_reduction import reduce_noise
from tausweep.systems.integrate import states

LORENZ = simulated("lorenz63")
ROSSLER = simulated("rossler")


def henon(steps: int, a: float = 1.4, x: float = 0.1) -> np.ndarray:
    y, out = 0.1, np.empty((steps + 100, 2))
    for t in range(steps + 100):
        x, y = 1 - a * x * x + y, 0.3 * x
        out[t] = x, y
    return out[100:]


def logistic(steps: int, r: float = 3.9, x: float = 0.3) -> np.ndarray:
    out = np.empty((steps + 100, 1))
    for t in range(steps + 100):
        x = r * x * (1 - x)
        out[t] = x
    return out[100:]


def mackey_glass(steps: int, history: float = 1.2) -> np.ndarray:
    """Delay 17, sampled at 1, by Heun's method with 10 steps between samples."""
    h, delay = 0.1, 170
    x = [history] * (delay + 1)
    for _ in range(10 * (steps + 100)):
        rate = 0.2 * x[-delay - 1] / (1 + x[-delay - 1] ** 10) - 0.1 * x[-1]
        after = x[-1] + h * rate
        x.append(x[-1] + h / 2 * (rate + 0.2 * x[-delay] / (1 + x[-delay] ** 10) - 0.1 * after))
    return np.array(x[-10 * steps :: 10])[:, None]


@functools.cache
def clean(name: str, steps: int = 2_500) -> np.ndarray:
    flow = functools.partial(states, transient=20.0)
    t = np.arange(steps)
    made = {
        "lorenz": lambda: flow(LORENZ, np.array([1.0, 2.0, 20.0]), 0.02 * t),
        "coarse": lambda: flow(LORENZ, np.array([1.0, 2.0, 20.0]), 0.05 * t)[:, :1],
        "oversampled": lambda: flow(LORENZ, np.array([1.0, 2.0, 20.0]), 0.01 * t)[:, :1],
        "rossler": lambda: flow(ROSSLER, np.array([1.0, 1.0, 0.0]), 0.1 * t)[:, :1],
        "henon": lambda: henon(steps),
        "logistic": lambda: logistic(steps),
        "mackey_glass": lambda: mackey_glass(steps),
        "sine": lambda: np.sin(0.2 * t)[:, None],
        "fast_sine": lambda: np.sin(2.1 * t)[:, None],
    }
    return made[name]()


def noisy(x: np.ndarray, share: float, seed: int = 0) -> np.ndarray:
    return x + share * x.std(axis=0) * np.random.default_rng(seed).standard_normal(x.shape)


def gain(x: np.ndarray, raw: np.ndarray, cleaned: np.ndarray) -> np.ndarray:
    """In dB, of each variable."""
    return 10 * np.log10(((raw - x) ** 2).sum(axis=0) / ((cleaned - x) ** 2).sum(axis=0))


# ---------------------------------------------------------------------------------- plain loops


def plain_vectors(u, dimension, delay):
    count = len(u) - (dimension - 1) * delay
    return np.array([u[i : i + dimension * delay : delay].ravel() for i in range(count)])


def plain_average(u, noise, sets, dimension, delay, reach, minimum):
    change = np.zeros_like(u)
    for i, members in enumerate(sets):
        here = i + dimension // 2 * delay
        near = members + dimension // 2 * delay
        if len(near) < minimum:
            continue
        for k in range(u.shape[1]):
            precision = 1 / np.var(u[near, k], ddof=1) - 3 / reach**2
            share = min(max(noise[k] ** 2 * precision, 0), 1)
            change[here, k] = share * (np.mean(u[near, k]) - u[here, k])
    return change


def plain_project(u, noise, sets, dimension, delay, projected):
    variables = u.shape[1]
    inner = list(range(dimension)) if dimension < 3 else list(range(1, dimension - 1))
    R = np.array([1.0 if k in inner else 5.0 for k in range(dimension) for _ in range(variables)])
    unit = np.array(
        [max(noise[n], 1e-2 * max(noise)) for _ in range(dimension) for n in range(variables)]
    )
    sigma = np.array([noise[n] for _ in range(dimension) for n in range(variables)])
    z = plain_vectors(u, dimension, delay) / unit * R
    mass = np.array([z[near].mean(axis=0) for near in sets])
    given_to = [[] for _ in u]
    for i, near in enumerate(sets):
        centre = 2 * mass[i] - mass[near].mean(axis=0)
        variance, axes = np.linalg.eigh(np.cov(z[near].T, bias=True))
        change = np.zeros(len(z[i]))
        for a in range(len(variance) - projected):
            e = axes[:, a]
            share = min(1, np.sum((e * R * sigma / unit) ** 2) / variance[a])
            change -= share * e * (e @ (z[i] - centre))
        change = (change * unit / R).reshape(dimension, variables)
        if all((abs(change[k]) <= 3 * unit[:variables]).all() for k in inner):
            for k in inner:
                given_to[i + k * delay].append(change[k])
    return np.array([np.mean(c, axis=0) if c else np.zeros(variables) for c in given_to])


CASES = pytest.mark.parametrize(
    ("name", "variables", "dimension", "delay"),
    [("lorenz", 1, 5, 2), ("lorenz", 3, 3, 1), ("henon", 2, 1, 1), ("henon", 1, 7, 1)],
)
CROWDS = pytest.mark.parametrize("crowd", [100, 6], ids=["all", "every few"])


def case(monkeypatch, crowd, name, variables):
    monkeypatch.setattr(nr, "NEIGHBOURS", crowd)
    monkeypatch.setattr(nr, "CHUNK", 64)
    u = clean(name)[:300, :variables]
    return noisy((u - u.mean(axis=0)) / u.std(axis=0), 0.1)


@CROWDS
@CASES
def test_neighbours_equal_to_plain_loops(monkeypatch, crowd, name, variables, dimension, delay):
    v = plain_vectors(case(monkeypatch, crowd, name, variables), dimension, delay)
    near, stride = nr.neighbourhoods(v, 0.4, 20)
    distance = np.array([[max(abs(a - b)) for b in v] for a in v])
    assert stride == max(1, int((distance <= 0.4).sum(axis=1).mean() / crowd))
    for i, members in enumerate(np.split(near.indices, near.indptr[1:-1])):
        assert len(set(members)) == len(members)
        expected = [j for j in range(0, len(v), stride) if distance[i, j] <= 0.4]
        if len(expected) >= 20:
            assert sorted(members) == expected
        else:  # by distance: v[i - s] and v[i + s] are often equally far
            np.testing.assert_array_equal(np.sort(distance[i, members]), np.sort(distance[i])[:20])


@CROWDS
@CASES
def test_iterations_equal_to_plain_loops(monkeypatch, crowd, name, variables, dimension, delay):
    u = case(monkeypatch, crowd, name, variables)
    noise = np.array([0.1, 0.08, 0.05])[:variables]
    common = {"dimension": dimension, "delay": delay, "radius": 4.0}
    v, reach = delay_vectors(u, dimension, delay), 4.0 * np.sqrt(np.mean(noise**2))
    by_sample = v.reshape(len(v), dimension, variables)[:, ::-1].reshape(v.shape)
    np.testing.assert_array_equal(by_sample, plain_vectors(u, dimension, delay))

    def sets(minimum):
        near = nr.neighbourhoods(v, reach, minimum)[0]
        return np.split(near.indices, near.indptr[1:-1])

    change, _ = nr.average(u, noise, minimum_neighbours=5, **common)
    plain = plain_average(u, noise, sets(0), dimension, delay, reach, 5)
    assert np.abs(plain).max() > 1e-3
    np.testing.assert_allclose(change, plain, rtol=0, atol=1e-10)
    projected = 1 if dimension * variables < 3 else 2
    change, _ = nr.project(u, noise, projected=projected, minimum_neighbours=20, **common)
    plain = plain_project(u, noise, sets(20), dimension, delay, projected)
    assert np.abs(plain).max() > 1e-3
    np.testing.assert_allclose(change, plain, rtol=0, atol=1e-10)


# ------------------------------------------------------------------------------------ noise level


@pytest.mark.parametrize("share", [0.01, 0.05, 0.1])
@pytest.mark.parametrize("name", ["lorenz", "coarse", "henon", "logistic"])
def test_noise_level(name, share):
    found = nr.noise_level(noisy(clean(name), share)[:, 0])
    assert found.resolved
    assert found.level == pytest.approx(share / np.sqrt(1 + share**2), rel=0.15)
    assert found.smooth == (name not in ("henon", "logistic"))


def test_noise_that_cannot_be_told_from_the_dynamics_is_bounded():
    found = nr.noise_level(noisy(clean("henon"), 1e-5)[:, 0])
    assert not found.resolved
    assert 1e-5 < found.level < 2e-3


# ----------------------------------------------------------------------------------------- gains


@pytest.mark.parametrize(
    ("name", "variables", "share", "simple", "ghkss"),
    [
        ("lorenz", 1, 0.01, 0.0, 7.0),
        ("lorenz", 1, 0.05, 3.5, 7.5),
        ("lorenz", 1, 0.1, 4.0, 8.0),
        ("coarse", 1, 0.05, 1.5, 7.5),
        ("lorenz", 3, 0.1, 1.0, 7.5),
        ("henon", 1, 0.01, 0.2, 6.0),
        ("henon", 1, 0.05, 4.0, 8.5),
        ("henon", 1, 0.1, 5.0, 9.5),
        ("henon", 2, 0.05, 4.0, 10.0),
    ],
)
def test_gain_in_signal_to_noise(name, variables, share, simple, ghkss):
    x = clean(name)[:, :variables]
    raw = noisy(x, share)
    for method, least in (("simple", simple), ("ghkss", ghkss)):
        cleaned, report = reduce_noise(raw, method=method)
        assert (gain(x, raw, cleaned) > least).all(), method
        sizes = [np.linalg.norm(done.correction) for done in report.iterations]
        assert sizes == sorted(sizes, reverse=True)


@pytest.mark.parametrize("share", [0.01, 0.2])
@pytest.mark.parametrize(
    ("name", "steps"),
    [
        ("sine", 2_000),
        ("fast_sine", 2_000),
        ("oversampled", 2_000),
        ("rossler", 2_000),
        ("mackey_glass", 2_000),
        ("lorenz", 1_000),
        ("coarse", 1_000),
        ("henon", 1_000),
        ("logistic", 1_000),
    ],
)
def test_never_negative_at_its_defaults(name, steps, share):
    x = clean(name)[:steps]
    raw = noisy(x, share)
    for method in ("simple", "ghkss"):
        cleaned, _ = reduce_noise(raw, method=method)
        # Where next to nothing is corrected, a hundredth of a dB is chance.
        assert (gain(x, raw, cleaned) > -0.02).all(), method


@pytest.mark.parametrize("draw", ["standard_normal", "random", "standard_exponential"])
@pytest.mark.parametrize("steps", [500, 2_000])
def test_white_noise_is_left_alone(draw, steps):
    for seed in range(3):
        x = getattr(np.random.default_rng(seed), draw)((steps, 1))
        cleaned, report = reduce_noise(x, method="simple" if seed else "ghkss")
        np.testing.assert_array_equal(cleaned, x)
        assert "noise is more than" in report.stopped


SYSTEMS = {
    "lorenz": lambda n, s: states(
        LORENZ, np.array([1 + s, 2, 20]), 0.05 * s * np.arange(n) + 0.02 * np.arange(n), 20.0
    ),
    "rossler": lambda n, s: states(
        ROSSLER, np.array([1 + s, 1, 0]), (0.05 + 0.1 * s) * np.arange(n), 50.0
    ),
    "henon": lambda n, s: henon(n, a=1.2 + 0.2 * s),
    "logistic": lambda n, s: logistic(n, r=3.58 + 0.42 * s),
    "mackey_glass": lambda n, s: mackey_glass(n, history=0.8 + s),
}


@settings(max_examples=20, deadline=None)
@given(
    name=st.sampled_from(sorted(SYSTEMS)),
    steps=st.integers(1_000, 2_000),
    setting=st.floats(0, 1),
    scalar=st.booleans(),
    method=st.sampled_from(["simple", "ghkss"]),
)
def test_clean_data_is_unharmed(name, steps, setting, scalar, method):
    x = SYSTEMS[name](steps, setting)
    x = x[:, :1] if scalar else x
    if (x.std(axis=0) < 1e-9).any():
        return
    cleaned, _ = reduce_noise(x, method=method)
    assert (np.sqrt(np.mean((cleaned - x) ** 2, axis=0)) < 1e-3 * x.std(axis=0)).all()


# ------------------------------------------------------------------------------------ what it keeps


@settings(max_examples=8, deadline=None)
@given(
    scale=st.floats(1e-6, 1e6),
    shift=st.floats(-100, 100),
    method=st.sampled_from(["simple", "ghkss"]),
)
def test_units_do_not_matter(scale, shift, method):
    x = noisy(clean("lorenz")[:600, :1], 0.1)
    cleaned, _ = reduce_noise(x, method=method)
    other, _ = reduce_noise(scale * (x + shift), method=method)
    np.testing.assert_allclose(other / scale - shift, cleaned, rtol=0, atol=1e-6)


def test_ends_stay_and_are_counted():
    raw = noisy(clean("lorenz")[:, :1], 0.1)
    cleaned, report = reduce_noise(raw, dimension=5, delay=2)
    np.testing.assert_allclose(cleaned[[0, 1, -2, -1]], raw[[0, 1, -2, -1]], rtol=1e-12)
    assert [done.untouched for done in report.iterations] == [4, 4, 4]
    cleaned, report = reduce_noise(raw, method="simple", dimension=5, delay=3, minimum_neighbours=1)
    np.testing.assert_allclose(cleaned[:6], raw[:6], rtol=1e-12)
    assert all(done.untouched >= 12 for done in report.iterations)


def test_report_says_what_was_done():
    raw = noisy(clean("lorenz")[:, :1], 0.05)
    _, report = reduce_noise(raw, radius=2.5)
    first, second, _ = report.iterations
    assert first.noise == report.noise[0].level
    assert first.radius == pytest.approx(2.5 * first.noise[0])
    assert second.noise**2 == pytest.approx(first.noise**2 - first.correction**2)
    assert second.radius < first.radius
    assert first.mean_neighbours >= first.fewest_neighbours >= 30
    assert (report.dimension, report.projected) == (11, 3)
    assert report.stopped == "all iterations done"


def test_an_exact_variable_keeps_its_values():
    x = clean("lorenz")[:, :2]
    raw = np.stack([noisy(x, 0.1)[:, 0], x[:, 1]], axis=1)
    cleaned, report = reduce_noise(raw)
    assert [level.resolved for level in report.noise] == [True, False]
    assert gain(x[:, :1], raw[:, :1], cleaned[:, :1]) > 8
    assert np.std(cleaned[:, 1] - x[:, 1]) < 1e-3 * x[:, 1].std()


def test_no_delays_for_states_of_a_map():
    x = clean("henon")
    raw = noisy(x, 0.1)
    for method in ("simple", "ghkss"):
        cleaned, report = reduce_noise(raw, method=method, dimension=1)
        assert (gain(x, raw, cleaned) > 0.2).all()
        assert report.iterations[0].untouched < 100


def test_divergence_curve_comes_back():
    """5 % noise hides the exponential growth; afterwards the curve is near the clean one."""
    x = clean("lorenz")[:, :1]
    raw = noisy(x, 0.05)

    def curve(series):
        rosenstein, *_ = diverge(
            delay_vectors(series / x.std(), 5, 5),
            dimension=5,
            theiler=40,
            max_lag=100,
            references=1_000,
            flow=True,
            rng=np.random.default_rng(0),
        )
        return rosenstein.mean

    error = {
        n: np.abs(curve(s) - curve(x)).mean()
        for n, s in (("raw", raw), ("clean", reduce_noise(raw)[0]))
    }
    assert error["clean"] < 0.6 * error["raw"]


@pytest.mark.parametrize(
    ("x", "message"),
    [
        (np.ones((100, 1)), "variable 0 is not"),
        (np.stack([np.arange(100.0), np.full(100, np.nan)], axis=1), "variable 1 is not"),
        (noisy(clean("henon")[:30], 0.1), "fewer than minimum_neighbours = 30"),
    ],
    ids=["constant", "missing", "short"],
)
def test_what_cannot_be_done_is_said(x, message):
    with pytest.raises(ValueError, match=message):
        reduce_noise(x)
