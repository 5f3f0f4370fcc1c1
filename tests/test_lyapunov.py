"""λ_max from data, and verdicts where there is none."""

from typing import NamedTuple

import numpy as np
import pytest
import xarray as xr
from by_hand import henon, lorenz_by_hand
from hypothesis import given, settings
from hypothesis import strategies as st
from pydantic import ValidationError
from scipy.signal import lfilter
from simulated import simulated

from tausweep.lyapunov import data, divergence, maps, scaling
from tausweep.lyapunov import stage as lyapunov
from tausweep.lyapunov.divergence import Curve
from tausweep.lyapunov.settings import Embedding, Lyapunov
from tausweep.series import dataset
from tausweep.series import stage as series
from tausweep.signal import stage as signal
from tausweep.signal.settings import Signal
from tausweep.statespace.surrogates import phase_randomised
from tausweep.systems.system import Simulated

STEPS = 20_000
GOLDEN = (5**0.5 - 1) / 2


def signal_of(x: np.ndarray, dt: float = 1.0):
    """A signal from samples, half of it for training."""
    x = np.asarray(x).reshape(len(x), -1)
    attrs = {"title": "Series: test", "system": "file", "parameters": "{}"}
    names = [f"x{i}" for i in range(x.shape[1])]
    cell = Signal(held_out=0.5)
    return signal.run(cell, dataset.make(x, names, dt=dt, time_unit="1", attrs=attrs))


def logistic(steps: int, r: float = 3.9) -> np.ndarray:
    x = np.empty(steps)
    x[0] = 0.3
    for t in range(steps - 1):
        x[t + 1] = r * x[t] * (1 - x[t])
    return x


SMALL = Lyapunov(reference_points=300, bootstrap=20)


class Known(NamedTuple):
    """A simulated system whose exponent is known, in nats per unit of time."""

    series: Simulated
    truth: float
    within: float = 0.05
    """Largest relative error of the estimate."""


def long(name: str, **settings) -> Simulated:
    return simulated(name, steps=2 * STEPS, **settings)


WOLF = {"sigma": 16.0, "rho": 45.92, "beta": 4.0}
KNOWN = {
    "henon": Known(long("henon"), 0.4192, 0.02),
    "logistic 4": Known(long("logistic"), np.log(2), 0.02),
    "logistic 3.9": Known(long("logistic", parameters={"r": 3.9}), 0.4953, 0.02),
    "lorenz": Known(long("lorenz63"), 0.9056),
    "wolf": Known(long("lorenz63", parameters=WOLF), 1.504),
    "rossler": Known(long("rossler", dt=0.2), 0.0711, 0.1),
    "duffing": Known(long("duffing"), 0.1275, 0.1),
    "ueda": Known(long("ueda"), 0.1039, 0.1),
}
HIGH = {
    "lorenz96": Known(long("lorenz96", parameters={"N": 20}), 1.546),
    "mackey-glass": Known(long("mackey_glass"), 0.00513, 0.25),
}
FAST = ["henon", "logistic 4", "logistic 3.9", "lorenz", "rossler", "duffing"]


def measured(known: Known, seed: int) -> tuple[float, float, float, xr.Dataset]:
    """The estimate and its interval per unit of time, from `STEPS` training samples."""
    cell = known.series.model_copy(update={"seed": seed})
    sample = signal.run(Signal(held_out=0.5), series.run(cell))
    # Few reference points: the curves are not what is tested here.
    found = lyapunov.run(SMALL, sample)
    lower, upper = found["lambda_max_interval"].values / cell.dt
    return float(found["lambda_max_per_time"]), lower, upper, found


@pytest.mark.parametrize("name", FAST)
def test_the_exponent_of_known_systems(name):
    known = KNOWN[name]
    value, lower, upper, found = measured(known, seed=0)
    assert found.attrs["verdict"] == "chaotic"
    assert found.attrs["estimated_by"] == "maps"
    assert value == pytest.approx(known.truth, rel=known.within)
    assert lower <= known.truth <= upper
    assert upper < 1.5 * lower
    # The best maps come first: those that leave the least unexplained per step.
    bias = found["maps_unexplained"] / found["maps_step"]
    assert bias[0] == bias[found["maps_kind"] == "quadratic"].min()  # global: second choice


@pytest.mark.slow
@pytest.mark.parametrize("name", list(HIGH))
def test_the_exponent_of_systems_of_many_dimensions(name):
    known = HIGH[name]
    value, lower, upper, found = measured(known, seed=0)
    assert found.attrs["verdict"] == "chaotic"
    assert value == pytest.approx(known.truth, rel=known.within)
    assert lower <= known.truth <= upper
    if name == "lorenz96":
        assert found["maps_kind"][0] == "global"


@pytest.mark.slow
@pytest.mark.parametrize("name", ["logistic 4", "lorenz"])
def test_the_interval_holds_the_truth_of_other_seeds(name):
    known = KNOWN[name]
    held = 0
    for seed in range(1, 11):
        _, lower, upper, _ = measured(known, seed)
        held += lower <= known.truth <= upper
    assert held >= 9


@pytest.mark.slow
@pytest.mark.parametrize("name", ["henon", "lorenz", "wolf"])
def test_the_curves_alone_hold_the_truth(name):
    known = KNOWN[name]
    sample = signal.run(Signal(held_out=0.5), series.run(known.series))
    cell = Lyapunov(estimator="curves")
    found = lyapunov.run(cell, sample)
    assert found.attrs["estimated_by"] == "curves"
    assert found["lambda_max_per_time"] == pytest.approx(known.truth, rel=0.15)
    lower, upper = found["lambda_max_interval"].values / known.series.dt
    assert lower <= known.truth <= upper


@pytest.fixture(scope="module")
def lorenz():
    cell = simulated("lorenz63", steps=10_000, transient=20.0)
    return series.run(cell)["x"].values


def standard(x: np.ndarray) -> np.ndarray:
    x = np.asarray(x, dtype=float).reshape(len(x), -1)
    return (x - x.mean(axis=0)) / x.std(axis=0)


def exponent(x: np.ndarray) -> float:
    found = data.measure(x, SMALL)
    assert found.maps is not None
    return found.maps.best.exponent


# ----------------------------------------------------------------------- units and invariances


@settings(deadline=None, max_examples=3)
@given(
    scale=st.tuples(*3 * [st.floats(1e-3, 1e3)]),
    shift=st.tuples(*3 * [st.floats(-1e2, 1e2)]),
    dt=st.floats(0.01, 10.0),
)
def test_units_of_the_variables_change_nothing(lorenz, scale, shift, dt):
    found = lyapunov.run(SMALL, signal_of(lorenz))
    other = lyapunov.run(SMALL, signal_of(np.array(scale) * lorenz + shift, dt=dt))
    value = float(found["lambda_max"])
    assert other["lambda_max"] == pytest.approx(value, rel=1e-6)
    assert other["lambda_max_per_time"] == pytest.approx(value / dt, rel=1e-6)
    assert other["tau_pred"] == pytest.approx(np.log(2) / value, rel=1e-6)


def test_the_order_of_the_variables_changes_nothing(lorenz):
    x = standard(lorenz[:3_000])
    assert exponent(x[:, ::-1]) == pytest.approx(exponent(x), rel=1e-6)


@pytest.mark.parametrize("coordinates", [2, 3])
def test_a_rotation_of_state_space_changes_little(coordinates):
    # Neighbours stay. What changes is the first tangent vector, which has turned into the growing
    # direction when growth is first counted, and the ridge: it damps u₁u₂ as it damps u₁².
    x = standard(henon(4_000) if coordinates == 2 else lorenz_by_hand(4_000))
    step = 1 if coordinates == 2 else 6
    rng = np.random.default_rng(0)
    for _ in range(4):
        rotation, _ = np.linalg.qr(rng.standard_normal((coordinates, coordinates)))
        one, other = (
            maps.local(u, coordinates, dimension=1, step=step, theiler=20)
            for u in (x, x @ rotation)
        )
        assert other.exponent == pytest.approx(one.exponent, rel=0.02)
        assert other.unexplained == pytest.approx(one.unexplained, rel=0.1)


def test_both_units_and_the_predictability_time(lorenz):
    found = lyapunov.run(SMALL, signal_of(lorenz, dt=0.01))
    value = float(found["lambda_max"])
    assert found["lambda_max_per_time"] == pytest.approx(value / 0.01)
    assert found["tau_pred"] == pytest.approx(np.log(2) / value)
    assert found["lambda_max"].attrs["units"] == "nat step-1"
    lower, upper = found["lambda_max_interval"].values
    assert lower < value < upper
    np.testing.assert_allclose(
        found["tau_pred_interval"].values, [np.log(2) / upper, np.log(2) / lower]
    )


def test_the_held_out_part_is_not_looked_at(lorenz):
    sample = signal_of(lorenz[:4_000])
    found = lyapunov.run(SMALL, sample)
    spoilt = sample.copy(deep=True)
    spoilt["x"][int(sample["train_steps"]) :] = 0.0
    assert found.identical(lyapunov.run(SMALL, spoilt))


def test_every_variable_says_what_it_is(lorenz):
    found = lyapunov.run(SMALL, signal_of(lorenz))
    for name in found.variables:
        assert {"long_name", "units"} <= set(found[name].attrs), name


@pytest.mark.parametrize("decimals", [1, 2])
def test_zero_distances_are_counted_and_left_out(decimals):
    # No plateau at −inf: what is zero is not averaged, and is reported.
    found = lyapunov.run(SMALL, signal_of(henon(10_000).round(decimals)))
    assert found["zero_distances"] > 0
    for name in found.data_vars:
        if found[name].dtype.kind == "f":
            assert not np.isinf(found[name]).any(), name
    if decimals == 2:
        assert found.attrs["verdict"] == "chaotic"
        lower, upper = found["lambda_max_interval"].values
        assert lower <= 0.4192 <= upper


# ----------------------------------------------------------------------------- maps, by themselves


def cloud(steps: int, coordinates: int) -> np.ndarray:
    """Noisy states of a map of the plane, with further coordinates that are mixed from it."""
    rng = np.random.default_rng(3)
    plane = henon(steps)
    states = np.concatenate([plane, np.tanh(plane @ rng.standard_normal((2, coordinates)))], axis=1)
    return states[:, :coordinates] + 0.01 * rng.standard_normal((steps, coordinates))


def ridge(design: np.ndarray, image: np.ndarray, damping: np.ndarray) -> np.ndarray:
    """Least squares of Σ |image − design c|² + Σ damping_k |c_k|², by numpy.linalg.lstsq."""
    rows = np.concatenate([design, np.diag(np.sqrt(damping))])
    target = np.concatenate([image, np.zeros((len(damping), image.shape[1]))])
    return np.linalg.lstsq(rows, target, rcond=None)[0]


def products(u: np.ndarray) -> np.ndarray:
    """All products of two coordinates, written out."""
    pairs = [(i, j) for i in range(u.shape[1]) for j in range(i, u.shape[1])]
    return np.stack([u[:, i] * u[:, j] for i, j in pairs], axis=1)


def growth_of(jacobians: list[np.ndarray]) -> np.ndarray:
    """Growth of a tangent vector under ∂image/∂state, its first twentieth dropped."""
    vector = np.full(jacobians[0].shape[0], jacobians[0].shape[0] ** -0.5)
    growth = []
    for jacobian in jacobians:
        vector = jacobian @ vector
        growth.append(np.log(np.linalg.norm(vector)))
        vector /= np.linalg.norm(vector)
    return np.array(growth[int(maps.SETTLE * len(growth)) :])


@pytest.mark.parametrize(("coordinates", "step", "theiler"), [(1, 1, 0), (2, 1, 5), (3, 2, 20)])
def test_local_quadratic_maps_are_those_of_plain_least_squares(coordinates, step, theiler):
    check_local(cloud(500, coordinates), step, theiler, "quadratic")


def test_local_linear_maps_are_those_of_plain_least_squares():
    check_local(cloud(500, maps.QUADRATIC + 1), 2, 7, "linear")


def check_local(states: np.ndarray, step: int, theiler: int, kind: str) -> None:
    variables = 1
    found = maps.local(states, variables, dimension=1, step=step, theiler=theiler)
    known = states[:-step]
    jacobians, unexplained = [], []
    for at in range(0, len(known), step):
        apart = np.linalg.norm(known - known[at], axis=1)
        apart[np.abs(np.arange(len(known)) - at) <= theiler] = np.inf
        near = np.argsort(apart)[: found.neighbours]
        u, v = states[near] - states[at], states[near + step] - states[at + step]
        size = np.sqrt((u**2).sum(axis=1).mean())
        design = u / size
        if kind == "quadratic":
            design = np.concatenate([design, products(u / size)], axis=1)
        damping = np.full(design.shape[1], maps.RIDGE**2 * len(near))
        jacobians.append(ridge(design, v, damping)[: states.shape[1]].T / size)
        free = np.concatenate([design, np.ones((len(near), 1))], axis=1)
        constant = ridge(free, v, np.append(damping, 0.0))[-1, :variables]
        spread = np.sqrt((v[:, :variables] ** 2).sum(axis=1).mean())
        unexplained.append(np.linalg.norm(constant) / spread)
    assert found.kind == kind
    np.testing.assert_allclose(found.growth, growth_of(jacobians), rtol=0, atol=1e-8)
    assert found.unexplained == pytest.approx(np.mean(unexplained), rel=1e-8)
    assert found.exponent == pytest.approx(growth_of(jacobians).mean() / step, abs=1e-8)


def test_the_global_map_is_that_of_plain_least_squares():
    states = cloud(400, 3)
    known, image = states[:-1], states[1:]
    design = np.concatenate([known, products(known), np.ones((len(known), 1))], axis=1)
    found = maps.everywhere(states, 2, dimension=1)
    coefficients = ridge(design, image, np.full(design.shape[1], 1e-9 * len(known)))
    jacobians = []
    for x in known:
        # ∂/∂x_k of the terms, written out.
        slope = np.zeros((3, design.shape[1]))
        slope[:, :3] = np.eye(3)
        for term, (i, j) in enumerate([(0, 0), (0, 1), (0, 2), (1, 1), (1, 2), (2, 2)]):
            slope[i, 3 + term] += x[j]
            slope[j, 3 + term] += x[i]
        jacobians.append((slope @ coefficients).T)
    np.testing.assert_allclose(found.growth, growth_of(jacobians), rtol=0, atol=1e-7)
    error = np.linalg.norm((design @ coefficients - image)[:, :2], axis=1)
    spread = np.linalg.norm((image - image.mean(axis=0))[:, :2], axis=1)
    assert found.unexplained == pytest.approx(np.mean(error / spread), rel=1e-6)


def test_the_exponent_of_a_known_map_is_that_of_its_jacobians():
    # Along the same orbit, so that nothing but the maps differs.
    x = logistic(STEPS)
    exact = np.log(np.abs(3.9 * (1 - 2 * x[:-1])))[int(maps.SETTLE * (STEPS - 1)) :].mean()
    for found in (
        maps.local(x[:, None], 1, dimension=1, step=1, theiler=1),
        maps.everywhere(x[:, None], 1, dimension=1),
    ):
        assert found.exponent == pytest.approx(exact, abs=1e-3)
        assert found.unexplained < 2e-3

    states = henon(STEPS)
    exact = growth_of([np.array([[-2.8 * u, 1.0], [0.3, 0.0]]) for u, _ in states[:-1]]).mean()
    for found in (
        maps.local(states, 2, dimension=1, step=1, theiler=1),
        maps.everywhere(states, 2, dimension=1),
    ):
        assert found.exponent == pytest.approx(exact, abs=1e-3)
        assert found.unexplained < 2e-3


def test_maps_of_several_steps_have_the_same_exponent():
    states = henon(STEPS)
    one, four = (maps.local(states, 2, dimension=1, step=s, theiler=1) for s in (1, 4))
    assert len(four.growth) == pytest.approx(len(one.growth) / 4, abs=1)
    assert four.exponent == pytest.approx(one.exponent, rel=0.02)


def test_maps_need_enough_states():
    assert maps.local(cloud(90, 2), 2, dimension=1, step=1, theiler=1) is None  # LEAST maps
    assert maps.local(cloud(300, 9), 1, dimension=1, step=1, theiler=1) is None  # neighbours
    assert maps.everywhere(cloud(50, 2), 2, dimension=1) is None


@pytest.mark.parametrize("correlated", [0.0, 0.8])
def test_the_sampling_error_is_that_of_a_correlated_mean(correlated):
    # ln of the growths as an AR(1): the standard error of its mean is σ / (1 − a) / √n.
    errors, exponents = [], []
    for seed in range(40):
        noise = np.random.default_rng(seed).standard_normal(6_000)
        growth = lfilter([1], [1, -correlated], noise)[1_000:]
        found = maps.Maps("linear", 1, 1, 1, 1, growth, 0.0)
        errors.append(found.sampling_error)
        exponents.append(found.exponent)
    expected = 1 / (1 - correlated) / np.sqrt(5_000)
    assert np.mean(errors) == pytest.approx(expected, rel=0.1)
    assert np.std(exponents, ddof=1) == pytest.approx(expected, rel=0.35)


# --------------------------------------------------------------------------- curves, by themselves


@pytest.mark.parametrize("flow", [False, True])
def test_curves_are_those_of_a_plain_double_loop(flow):
    x = standard(lorenz_by_hand(400) if flow else henon(400))
    max_lag, theiler = 30, 15
    curves = divergence.diverge(
        x,
        dimension=1,
        theiler=theiler,
        max_lag=max_lag,
        references=len(x),
        flow=flow,
        rng=np.random.default_rng(0),
    )
    last = len(x) - max_lag
    velocity = np.gradient(x, axis=0)
    velocity /= np.linalg.norm(velocity, axis=1, keepdims=True)
    most = max(divergence.RADII)

    def apart(i: int, j: int) -> float:
        between = x[j] - x[i]
        if flow:
            between = between - (between @ velocity[i]) * velocity[i]
        return float(np.linalg.norm(between))

    neighbours = []
    for i in range(last):
        far = [j for j in range(last) if abs(i - j) > theiler]
        far.sort(key=lambda j, i=i: np.linalg.norm(x[j] - x[i]))
        neighbours.append(far[:most])
    lags = range(max_lag + 1)
    nearest = [
        np.mean([np.log(apart(i + lag, near[0] + lag)) for i, near in enumerate(neighbours)])
        for lag in lags
    ]
    np.testing.assert_array_equal(curves[0].lag, list(lags))
    np.testing.assert_allclose(curves[0].mean, nearest, rtol=1e-8)
    for curve, rank in zip(curves[1:], divergence.RADII, strict=True):
        radius = np.median([apart(i, near[rank - 1]) for i, near in enumerate(neighbours)])
        inside = [
            (i, [j for j in near if apart(i, j) <= radius]) for i, near in enumerate(neighbours)
        ]
        expected = [
            np.mean(
                [
                    np.log(np.mean([apart(i + lag, j + lag) for j in near]))
                    for i, near in inside
                    if near
                ]
            )
            for lag in lags
        ]
        assert curve.radius == pytest.approx(radius)
        np.testing.assert_allclose(curve.mean, expected, rtol=1e-8)
    assert [curve.estimator for curve in curves] == ["rosenstein", "kantz", "kantz"]


def test_saturation_is_the_distance_of_unrelated_states():
    x = standard(np.random.default_rng(0).standard_normal((3_000, 4)))
    pairs = divergence.Pairs(x, 100, 1, 100, flow=False)
    # E |x − y|² is twice the variance.
    assert pairs.saturation(np.random.default_rng(0)) == pytest.approx(np.log(8) / 2, abs=0.02)


def test_resampling_takes_blocks_whole():
    curve = curve_of(np.arange(5.0))
    twice = np.zeros((1, 10), dtype=int)
    twice[0, 3] = 2
    np.testing.assert_allclose(curve.resample(twice)[0], curve.log_sum[3] / curve.count[3])
    again = curve.bootstrap(500, np.random.default_rng(0))
    np.testing.assert_allclose(again.mean(axis=0), curve.mean, atol=0.01)
    # The spread of a mean of ten blocks.
    expected = curve.log_sum.std(axis=0) / np.sqrt(10)
    np.testing.assert_allclose(again.std(axis=0), expected, rtol=0.2)


def curve_of(values, noise=0.01, lag=None):
    """A divergence of 10 blocks that scatter about a curve."""
    scatter = np.random.default_rng(0).normal(size=(10, len(values)))
    log_sum = np.asarray(values) + noise * scatter
    return Curve(
        estimator="rosenstein",
        dimension=1,
        radius=np.nan,
        lag=np.arange(len(values)) if lag is None else lag,
        log_sum=log_sum,
        count=np.ones_like(log_sum, dtype=int),
        saturation=0.0,
        zero_distances=0,
    )


HOW = {"resamples": 100, "confidence": 0.95}


def find(*curves, shortest=20.0):
    rng = np.random.default_rng(0)
    return scaling.find(curves, shortest=shortest, rng=rng, **HOW)


@settings(deadline=None, max_examples=20)
@given(slope=st.floats(0.01, 1.0), start=st.floats(-20, 0), noise=st.floats(1e-6, 0.03))
def test_the_slope_of_a_straight_line(slope, start, noise):
    line = find(curve_of(start + slope * np.arange(200), noise))
    assert line.slope == pytest.approx(slope, rel=0.02)
    assert line.interval[0] <= slope * (1 - scaling.SYSTEMATIC) * 1.03
    assert line.interval[1] >= slope * (1 + scaling.SYSTEMATIC) * 0.97
    assert line.start < line.stop
    middle = (line.start + line.stop) / 2
    assert line.intercept + line.slope * middle == pytest.approx(start + slope * middle, abs=0.1)


@pytest.mark.parametrize("knee", [100, 200, 350])
def test_the_plateau_does_not_enter(knee):
    lag = np.arange(500)
    line = find(curve_of(0.02 * np.minimum(lag - knee, 0.0)))
    assert line.slope == pytest.approx(0.02, rel=0.02)
    assert line.stop <= 1.05 * knee
    assert line.interval[0] < 0.02 < line.interval[1]


def test_the_jump_before_the_line_does_not_enter():
    # Neighbours first turn into the growing direction.
    lag = np.arange(300)
    line = find(curve_of(0.02 * np.minimum(lag, 250) - 1.5 * np.exp(-lag / 4)))
    assert line.slope == pytest.approx(0.02, rel=0.03)
    assert line.start > 4


def test_lags_may_be_thinned():
    lag = np.arange(0, 900, 3)
    line = find(curve_of(0.02 * np.minimum(lag, 600), lag=lag))
    assert line.slope == pytest.approx(0.02, rel=0.02)
    assert line.stop in lag


def test_curves_of_another_slope_widen_the_interval():
    lag = np.arange(200)
    alone = find(curve_of(0.02 * lag - 5))
    both = find(curve_of(0.02 * lag - 5), curve_of(0.03 * lag - 5))
    assert both.interval[0] < 0.02 < 0.03 < both.interval[1]
    assert np.diff(both.interval) > 2 * np.diff(alone.interval)


NOT_STRAIGHT = {
    "neighbours on a torus": lambda lag: np.log1p(lag) - 6,
    "diffusion": lambda lag: 0.5 * np.log1p(lag) - 4,
    "noise: a sudden jump": lambda lag: -1.5 * np.exp(-lag / 5),
    "oscillation": lambda lag: np.sin(lag / 3) - 2,
    "plateau": lambda lag: np.zeros(len(lag)),
    "contraction": lambda lag: -0.02 * lag,
    "too little growth": lambda lag: 0.001 * lag - 5,
}


@pytest.mark.parametrize("name", list(NOT_STRAIGHT))
def test_no_line_in_a_curve_that_is_not_straight(name):
    assert find(curve_of(NOT_STRAIGHT[name](np.arange(500.0)))) is None


@given(power=st.floats(0.3, 1.0), amplitude=st.floats(-8, 0))
@settings(deadline=None, max_examples=20)
def test_no_line_in_a_power_law(power, amplitude):
    # tᵖ of diffusion to that of a torus.
    lag = 1 + np.arange(400)
    assert find(curve_of(amplitude + power * np.log(lag), lag=lag)) is None


def test_a_range_by_hand_is_taken_as_it_is():
    lag = np.arange(300)
    rng = np.random.default_rng(0)
    line = scaling.take([curve_of(0.01 * np.maximum(lag - 100, 0))], (150, 250), rng=rng, **HOW)
    assert (line.start, line.stop) == (150, 250)
    assert line.slope == pytest.approx(0.01, rel=0.02)
    # Straight or not: across the knee the slope is that of the least-squares line.
    values = curve_of(0.01 * np.maximum(lag - 100, 0))
    across = scaling.take([values], (50, 150), rng=rng, **HOW)
    assert across.slope == pytest.approx(np.polyfit(lag[50:151], values.mean[50:151], 1)[0])


def test_a_range_by_hand_in_a_signal(lorenz):
    cell = Lyapunov(fit_range=(40, 240), reference_points=1_000)
    found = lyapunov.run(cell, signal_of(lorenz, dt=0.01))
    # The first and last lag in it at which the curve is computed.
    spacing = int(found["lag"][1])
    assert 40 <= found["fit_start"] < 40 + spacing
    assert 240 - spacing < found["fit_stop"] <= 240
    assert found.attrs["estimated_by"] == "curves"
    assert found["lambda_max_per_time"] == pytest.approx(0.9, rel=0.3)


# ------------------------------------------------------------------------------------- surrogates


@settings(deadline=None, max_examples=20)
@given(seed=st.integers(0, 1_000), length=st.integers(50, 401), variables=st.integers(1, 3))
def test_surrogates_keep_all_spectra(seed, length, variables):
    rng = np.random.default_rng(seed)
    x = rng.standard_normal((length, variables)).cumsum(axis=0) @ rng.standard_normal(
        (variables, variables)
    )
    copy = phase_randomised(x, rng)
    before, after = np.fft.rfft(x, axis=0), np.fft.rfft(copy, axis=0)
    cross = before[:, :, None] * before[:, None].conj()
    scale = np.abs(cross).max()
    np.testing.assert_allclose(
        after[:, :, None] * after[:, None].conj(), cross, rtol=0, atol=1e-10 * scale
    )
    np.testing.assert_allclose(copy.mean(axis=0), x.mean(axis=0), atol=1e-10 * np.abs(x).max())
    assert not np.allclose(copy, x)


def p_value(x: np.ndarray, seed: int = 0) -> float:
    given_both = Embedding(dimension=3, delay=4)
    cell = SMALL.model_copy(update={"surrogates": 19, "embedding": given_both, "seed": seed})
    return data.measure(standard(x), cell).p_value


def test_surrogates_tell_determinism_from_noise(lorenz):
    assert p_value(lorenz[:4_000:2]) == pytest.approx(1 / 20)


def test_noise_is_like_its_surrogates():
    found = [
        p_value(
            lfilter([1], [1, -0.9], np.random.default_rng(seed).standard_normal((1_000, 1)), axis=0)
        )
        for seed in range(5)
    ]
    assert sum(p > 0.05 for p in found) >= 4


# ------------------------------------------------------------------------------------- verdicts


def quasi(steps: int, rng: np.random.Generator) -> tuple[np.ndarray, np.ndarray]:
    """Two incommensurate phases of random period and beginning."""
    turn = 2 * np.pi * (np.arange(steps) / rng.uniform(10, 60) + rng.uniform())
    return turn, GOLDEN * turn


def sine(steps, rng):
    return np.sin(quasi(steps, rng)[0])


def circle(steps, rng):
    turn, _ = quasi(steps, rng)
    return np.c_[np.sin(turn), np.cos(turn)]


def torus(steps, rng):
    one, two = quasi(steps, rng)
    return np.sin(one) + 0.7 * np.sin(two)


def flat_torus(steps, rng):
    one, two = quasi(steps, rng)
    return np.c_[np.sin(one), np.cos(one), np.sin(two), np.cos(two)]


def spiral(steps, rng):
    return circle(steps, rng) * np.exp(-np.arange(steps) / rng.uniform(100, 600))[:, None]


def sawtooth(steps, rng):
    period = int(rng.integers(5, 60))
    return np.arange(steps) % period / period


def white(steps, rng):
    return rng.standard_normal(steps)


def autoregressive(steps, rng):
    return lfilter([1], [1, -0.9], rng.standard_normal(steps))


NEVER_CHAOTIC = {
    "sine": sine,
    "circle": circle,
    "torus, one variable": torus,
    "torus": flat_torus,
    "decay": spiral,
    "decay, one variable": lambda steps, rng: spiral(steps, rng)[:, 0],
    "decay, tiny noise": lambda n, rng: spiral(n, rng) + 1e-6 * rng.standard_normal((n, 2)),
    "noisy sine": lambda n, rng: sine(n, rng) + 0.05 * white(n, rng),
    "noisy circle": lambda n, rng: circle(n, rng) + 0.05 * rng.standard_normal((n, 2)),
    "sawtooth of whole steps": sawtooth,
    "quantised sine": lambda steps, rng: sine(steps, rng).round(2),
    "square wave": lambda steps, rng: np.sign(sine(steps, rng)),
    "white": white,
    "white, three variables": lambda steps, rng: rng.standard_normal((steps, 3)),
    "noise with memory": autoregressive,
    "random walk": lambda steps, rng: rng.standard_normal(steps).cumsum(),
}
THEILER = {"random walk": 50}
"""Its mean period grows with its length, so that no series is long enough for that."""


def judge(name: str, steps: int, seed: int) -> str:
    x = standard(NEVER_CHAOTIC[name](steps, np.random.default_rng(seed)))
    cell = SMALL.model_copy(update={"theiler": THEILER.get(name)})
    found = data.measure(x, cell)
    return data.verdict(found, cell, len(x))[0]


@pytest.mark.parametrize("name", list(NEVER_CHAOTIC))
def test_what_is_not_chaotic_is_not_called_so(name):
    for seed in range(2):
        word = judge(name, 1_500, seed)
        assert word in ("not chaotic", "no scaling range"), seed


@pytest.mark.slow
@pytest.mark.parametrize("name", list(NEVER_CHAOTIC))
def test_what_is_not_chaotic_is_never_called_so(name):
    lengths = [1_500, 1_500, 1_500, 1_500, 3_000]
    words = [judge(name, lengths[seed % 5], seed) for seed in range(50)]
    assert set(words) <= {"not chaotic", "no scaling range"}


REGULAR = ["circle", "torus, one variable", "decay", "sawtooth of whole steps"]


@pytest.mark.parametrize(
    ("name", "verdict"),
    [(name, "not chaotic") for name in REGULAR]
    + [(name, "no scaling range") for name in ("white", "noise with memory")],
)
def test_without_a_number_all_of_it_is_missing(name, verdict):
    x = NEVER_CHAOTIC[name](4_000, np.random.default_rng(0))
    found = lyapunov.run(SMALL, signal_of(x))
    assert found.attrs["verdict"] == verdict
    for variable in ("lambda_max", "lambda_max_per_time", "lambda_max_interval"):
        assert found[variable].isnull().all()
    assert found["tau_pred"].isnull().all()
    assert found["tau_pred_interval"].isnull().all()
    assert found.attrs["estimated_by"] == "none"


def test_maps_that_do_not_predict_are_not_believed():
    cell = SMALL.model_copy(update={"estimator": "maps"})
    found = lyapunov.run(cell, signal_of(white(4_000, np.random.default_rng(0))))
    assert found.attrs["verdict"] == "maps do not predict"
    assert found["lambda_max"].isnull()


# --------------------------------------------------------------------------------------- errors


@pytest.mark.parametrize(
    ("settings", "length", "message"),
    [
        ({}, 1_000, r"needs at least 1000 .* give a longer series"),
        ({"theiler": 900}, 10_000, r"needs at least 9000 .* lyapunov.theiler"),
        ({"max_lag": 4_000}, 10_000, r"needs at least 8000 .* lyapunov.max_lag"),
        ({"fit_range": (0, 9_000)}, 10_000, r"lyapunov.fit_range must end within the \d+ steps"),
        ({"fit_range": (5, 8)}, 10_000, r"lyapunov.fit_range must hold more than 8 lags"),
        (
            {"embedding": Embedding(dimension=100, delay=100)},
            10_000,
            r"lyapunov.embedding spans 9900 steps",
        ),
    ],
)
def test_settings_that_do_not_fit_the_signal_are_refused(lorenz, settings, length, message):
    with pytest.raises(ValueError, match=message):
        lyapunov.run(Lyapunov(**settings), signal_of(lorenz[:length]))


def test_a_range_is_of_the_curves():
    with pytest.raises(ValidationError, match="fit_range is of the curves, and estimator is maps"):
        Lyapunov(estimator="maps", fit_range=(5, 50))
