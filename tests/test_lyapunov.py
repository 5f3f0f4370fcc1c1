"""λ_max from data and from equations, and verdicts where there is none."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy.signal import lfilter

from tausweep import config, lyapunov, series, signal
from tausweep.lyapunov import rosenstein, scaling, tangent
from tausweep.series import dataset
from tausweep.series.systems import Duffing, Lorenz63, Rossler, System

STEPS = 20_000
TIME = np.arange(STEPS)
TURN = 2 * np.pi * TIME / 37.3
GOLDEN = (5**0.5 - 1) / 2


def exponents(system: System, **settings) -> np.ndarray:
    rng = np.random.default_rng(1)
    states = np.array([system.draw(rng) for _ in range(128)])
    defaults = {"length": 100.0, "transient": 50.0, "rng": rng}
    return tangent.exponents(system, states, np.zeros(128), **(defaults | settings))


def signal_of(x: np.ndarray, dt: float = 1.0):
    """A signal from samples, half of it for training."""
    x = np.asarray(x).reshape(len(x), -1)
    attrs = {"title": "Series: test", "system": "file", "parameters": "{}"}
    names = [f"x{i}" for i in range(x.shape[1])]
    cell = config.Signal(held_out=0.5)
    return signal.run(cell, dataset.make(x, names, dt=dt, time_unit="1", attrs=attrs))


def logistic(steps: int, r: float = 3.9) -> np.ndarray:
    x = np.empty(steps)
    x[0] = 0.3
    for t in range(steps - 1):
        x[t + 1] = r * x[t] * (1 - x[t])
    return x


def henon(steps: int) -> np.ndarray:
    x = np.empty((steps, 2))
    x[0] = 0.1, 0.1
    for t in range(steps - 1):
        x[t + 1] = 1 - 1.4 * x[t, 0] ** 2 + x[t, 1], 0.3 * x[t, 0]
    return x


# ------------------------------------------------------------------------------- from equations

LITERATURE = [
    (Lorenz63(10.0, 28.0, 8 / 3), 0.9056, {}),  # Sprott 2003
    (Rossler(0.2, 0.2, 5.7), 0.0714, {"length": 500.0}),  # Sprott 2003
    (Rossler(0.15, 0.2, 10.0), 0.0889, {"length": 500.0}),  # 0.090: Rosenstein et al. 1993
    (Duffing(-1.0, 1.0, 0.35, 0.1, 1.4), 0.128, {"length": 1_000.0}),
    (Duffing(-1.0, 1.0, 0.4, 0.25, 1.0), 0.157, {"length": 500.0}),
]


@pytest.mark.slow
@pytest.mark.parametrize(("system", "expected", "settings"), LITERATURE)
def test_tangent_dynamics_gives_the_known_exponent(system, expected, settings):
    found = exponents(system, **settings)[:, 0]
    error = found.std(ddof=1) / np.sqrt(len(found))
    assert abs(found.mean() - expected) < 3 * error + 0.001
    assert error < 0.02 * expected


@pytest.mark.slow
def test_tangent_dynamics_gives_wolfs_exponent():
    found = exponents(Lorenz63(16.0, 45.92, 4.0), length=50.0, transient=20.0)[:, 0]
    assert found.mean() == pytest.approx(1.504, abs=3 * found.std() / np.sqrt(len(found)))


@pytest.mark.parametrize(
    ("system", "divergence"),
    [
        (Lorenz63(10.0, 28.0, 8 / 3), -(10.0 + 1.0 + 8 / 3)),
        (Duffing(-1.0, 1.0, 0.35, 0.1, 1.4), -0.1),
    ],
)
def test_exponents_sum_up_to_the_divergence_of_the_field(system, divergence):
    found = exponents(system, length=10.0, transient=1.0, count=system.dimension)
    np.testing.assert_allclose(found.sum(axis=1), divergence, rtol=1e-5)
    assert (np.diff(found.mean(axis=0)) < 0).all()


def test_a_linear_systems_exponents_are_those_of_its_matrix():
    # ẍ = −x − 0.2 ẋ rotates and shrinks: both exponents are −0.1.
    found = exponents(Duffing(1.0, 0.0, 0.0, 0.2, 1.0), length=200.0, count=2)
    np.testing.assert_allclose(found, -0.1, atol=0.01)


def test_the_signals_own_attractor_is_measured():
    # Two cycles share these equations: a signal on one must not be given the other's exponent.
    cell = config.Duffing(system="duffing", steps=4_000, parameters={"gamma": 0.2})
    on_cycle = signal.run(config.Signal(), series.run(cell))
    settings = config.Lyapunov(tangent=config.Tangent(members=8, time=200.0))
    found = lyapunov.run(settings, on_cycle)
    assert found.attrs["verdict"] == "not chaotic"
    assert found["lambda_max_equations"] < 0
    assert np.isnan(found["tau_pred_equations"])


# ------------------------------------------------------------------------------------ from data

SIMULATED = [
    config.Lorenz63(system="lorenz63", steps=50_000),
    config.Lorenz63(
        system="lorenz63", steps=50_000, parameters={"sigma": 16.0, "rho": 45.92, "beta": 4.0}
    ),
    config.Rossler(system="rossler", steps=50_000),
    config.Rossler(system="rossler", steps=50_000, parameters={"a": 0.15, "b": 0.2, "c": 10.0}),
    config.Duffing(system="duffing", steps=50_000),
    config.Duffing(
        system="duffing",
        steps=50_000,
        dt=0.2,
        parameters={"delta": 0.25, "gamma": 0.4, "omega": 1.0},
    ),
]
KNOWN = [0.9056, 1.504, 0.0714, 0.0889, 0.128, 0.157]


@pytest.mark.slow
@pytest.mark.parametrize(("cell", "known"), list(zip(SIMULATED, KNOWN, strict=True)))
def test_flows_from_data(cell, known):
    quick = config.Tangent(members=2, time=1.0, transient=1.0)
    sample = signal.run(config.Signal(), series.run(cell))
    found = lyapunov.run(config.Lyapunov(tangent=quick), sample)
    assert found.attrs["verdict"] == "chaotic"
    assert found["lambda_max_per_time"] == pytest.approx(known, rel=0.2)
    lower, upper = found["lambda_max_interval"].values / cell.dt
    assert lower <= known <= upper
    assert upper < 2.5 * lower
    assert found["tau_pred"] == pytest.approx(np.log(2) / found["lambda_max"])


@pytest.mark.parametrize(
    ("x", "known", "dimension"), [(henon(STEPS), 0.4192, 1), (logistic(STEPS), 0.4960, 2)]
)
def test_maps_from_data(x, known, dimension):
    cell = config.Lyapunov(embedding=config.Embedding(dimension=dimension))
    found = lyapunov.run(cell, signal_of(x))
    assert found["lambda_max"] == pytest.approx(known, rel=0.05)
    lower, upper = found["lambda_max_interval"].values
    assert lower <= known <= upper


@pytest.fixture(scope="module")
def lorenz():
    cell = config.Lorenz63(system="lorenz63", steps=10_000, transient=20.0)
    return series.run(cell)["x"].values


@settings(deadline=None, max_examples=8)
@given(
    scale=st.tuples(*3 * [st.floats(1e-3, 1e3)]),
    shift=st.tuples(*3 * [st.floats(-1e2, 1e2)]),
    dt=st.floats(0.01, 10.0),
)
def test_units_of_the_variables_change_nothing(lorenz, scale, shift, dt):
    cell = config.Lyapunov(reference_points=500)
    found = lyapunov.run(cell, signal_of(lorenz))
    other = lyapunov.run(cell, signal_of(np.array(scale) * lorenz + shift, dt=dt))
    assert other["lambda_max"] == pytest.approx(float(found["lambda_max"]), rel=1e-3)
    assert other["lambda_max_per_time"] == pytest.approx(float(found["lambda_max"]) / dt, rel=1e-3)


def test_the_held_out_part_is_not_looked_at(lorenz):
    cell = config.Lyapunov(reference_points=500)
    sample = signal_of(lorenz)
    found = lyapunov.run(cell, sample)
    spoilt = sample.copy(deep=True)
    spoilt["x"][int(sample["train_steps"]) :] = 0.0
    assert found.identical(lyapunov.run(cell, spoilt))


def test_the_neighbour_is_the_nearest_beyond_the_theiler_window():
    states = np.random.default_rng(0).normal(size=(300, 2)).cumsum(axis=0)
    for theiler in (1, 20, 200):
        here, there = rosenstein.neighbours(states, theiler, 300)
        apart = np.linalg.norm(states[:, None] - states, axis=2)
        index = np.arange(300)
        apart[np.abs(index[:, None] - index) <= theiler] = np.inf
        expected = np.flatnonzero(np.isfinite(apart).any(axis=1))
        np.testing.assert_array_equal(here, expected)
        np.testing.assert_array_equal(there, apart.argmin(axis=1)[expected])


def test_the_mean_period_of_a_cosine_is_its_period():
    assert rosenstein.mean_period(np.cos(2 * np.pi * TIME / 40)[:, None]) == pytest.approx(40)


def curve_of(values, noise=0.01):
    """A divergence of 10 blocks that scatter about a curve."""
    values = values + noise * np.random.default_rng(0).normal(size=(10, len(values)))
    return rosenstein.Divergence(
        lag=np.arange(values.shape[1]),
        log_sum=values,
        pairs=np.ones_like(values, dtype=int),
        saturated=0.0,
        saturates=True,
        reference_points=10,
        zero_distances=0,
    )


def find(divergence):
    resampled = divergence.bootstrap(100, np.random.default_rng(0))
    return scaling.find(divergence, resampled, shortest=20.0, confidence=0.95)


def test_the_line_ends_before_the_plateau():
    lag = np.arange(500)
    line = find(curve_of(np.minimum(-5 + 0.02 * lag, 0.0)))
    assert line.slope == pytest.approx(0.02, rel=0.02)
    assert line.stop <= 260
    assert line.interval[0] < 0.02 < line.interval[1]


@pytest.mark.parametrize(
    "curve",
    [
        lambda lag: np.log1p(lag) - 6,  # neighbours on a torus
        lambda lag: -1.5 * np.exp(-lag / 5),  # a sudden jump: noise
        lambda lag: np.sin(lag / 3) - 2,
        lambda lag: np.zeros(len(lag)),
        lambda lag: -0.02 * lag,
    ],
)
def test_no_line_in_a_curve_that_is_not_straight(curve):
    assert find(curve_of(curve(np.arange(500.0)))) is None


# ------------------------------------------------------------------------------------- verdicts

NOISE = np.random.default_rng(0).normal(size=(STEPS, 3))
REGULAR = {
    "sine": np.c_[np.sin(TURN), np.cos(TURN)],
    "sine of a whole period": np.c_[np.sin(np.pi * TIME / 20), np.cos(np.pi * TIME / 20)],
    "quantised sine": np.c_[np.sin(TURN), np.cos(TURN)].round(2),
    "sine with noise": np.c_[np.sin(TURN), np.cos(TURN)] + 0.05 * NOISE[:, :2],
    "square wave": np.c_[np.tanh(5 * np.sin(TURN)), np.tanh(5 * np.cos(TURN))],
    "torus": np.c_[np.sin(TURN), np.cos(TURN), np.sin(GOLDEN * TURN), np.cos(GOLDEN * TURN)],
    "spiral into a fixed point": np.c_[np.sin(TURN), np.cos(TURN)] * np.exp(-TIME / 300)[:, None],
    "decay": np.exp(-np.outer(TIME, [0.01, 0.02])),
}
RANDOM = {
    "white": NOISE,
    "white, one variable": NOISE[:, :1],
    "short memory": lfilter([1], [1, -0.9], NOISE, axis=0),
    "short memory, one variable": lfilter([1], [1, -0.9], NOISE[:, :1], axis=0),
    "long memory": lfilter([1], [1, -0.99], NOISE, axis=0),
    "noisy resonance": lfilter([1], [1, -1.98 * np.cos(TURN[1]), 0.9801], NOISE, axis=0),
}


@pytest.mark.parametrize(
    ("x", "verdict"),
    [(x, "not chaotic") for x in REGULAR.values()]
    + [(x, "no scaling range") for x in RANDOM.values()],
    ids=[*REGULAR, *RANDOM],
)
def test_verdicts(x, verdict):
    dimension = 5 if x.shape[1] == 1 else None
    cell = config.Lyapunov(embedding=config.Embedding(dimension=dimension), reference_points=2_000)
    found = lyapunov.run(cell, signal_of(x))
    assert found.attrs["verdict"] == verdict
    for name in ("lambda_max", "lambda_max_interval", "tau_pred", "tau_pred_interval"):
        assert found[name].isnull().all()
    assert found["fit_start"] == found["fit_stop"] == -1


def test_zero_distances_are_counted_and_left_out():
    x = henon(STEPS).round(3)
    found = lyapunov.run(config.Lyapunov(), signal_of(x))
    assert found["zero_distances"] > 0
    assert found["lambda_max"] == pytest.approx(0.419, rel=0.15)


def test_every_variable_says_what_it_is(lorenz):
    found = lyapunov.run(config.Lyapunov(reference_points=200), signal_of(lorenz))
    for name in found.variables:
        assert {"long_name", "units"} <= set(found[name].attrs), name


# --------------------------------------------------------------------------------------- errors


@pytest.mark.parametrize(
    ("settings", "length", "message"),
    [
        ({}, 1_000, r"needs at least 1000 .* raise the series' steps"),
        ({"theiler": 900}, 10_000, r"needs at least 9000 .* lyapunov.theiler"),
        ({"max_lag": 4_000}, 10_000, r"needs at least 8000 .* lyapunov.max_lag"),
        ({"max_lag": 10}, 10_000, r"lyapunov.max_lag must be at least \d+ steps .* found 10"),
        ({"fit_range": (0, 9_000)}, 10_000, r"lyapunov.fit_range must end within the \d+ steps"),
        ({"fit_range": (5, 8)}, 10_000, r"lyapunov.fit_range must hold more than 8 lags"),
        (
            {"embedding": config.Embedding(dimension=100, delay=100)},
            10_000,
            r"lyapunov.embedding spans 9900 steps",
        ),
    ],
)
def test_settings_that_do_not_fit_the_signal_are_refused(lorenz, settings, length, message):
    with pytest.raises(ValueError, match=message):
        lyapunov.run(config.Lyapunov(**settings), signal_of(lorenz[:length]))


def test_a_single_variable_needs_an_embedding(lorenz):
    with pytest.raises(ValueError, match=r"lyapunov.embedding.dimension must be at least 2"):
        lyapunov.run(config.Lyapunov(), signal_of(lorenz[:, :1]))


def test_a_range_by_hand_is_taken_as_it_is(lorenz):
    cell = config.Lyapunov(fit_range=(40, 240), reference_points=1_000)
    found = lyapunov.run(cell, signal_of(lorenz, dt=0.01))
    assert (int(found["fit_start"]), int(found["fit_stop"])) == (40, 240)
    assert found["lambda_max_per_time"] == pytest.approx(0.9, rel=0.3)
