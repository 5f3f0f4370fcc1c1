"""Metrics: known answers, identities, and plain loops that compute the same."""

import math
from itertools import pairwise

import numpy as np
import pytest
import xarray as xr
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays

from tausweep.metrics import legacy
from tausweep.metrics.geometry import Histogram, Partition, divergence
from tausweep.metrics.settings import Metrics
from tausweep.metrics.spectrum import hellinger, power_spectrum
from tausweep.metrics.stage import VARIABLES, run

ALPHA = 1e-5


def d_stsp(data, orbit, bins=30, margin=0.1, alpha=ALPHA):
    partition = Partition.around(data, bins, margin)
    return divergence(partition.histogram(data), partition.histogram(orbit), alpha)


def d_h(x, y, bandwidth=0.01):
    return hellinger(power_spectrum(x, bandwidth), power_spectrum(y, bandwidth))


def noise(*shape, seed=0):
    return np.random.default_rng(seed).standard_normal(shape)


def red_noise(steps, variables, seed=0):
    """A random motion whose spectrum falls with frequency."""
    x = np.cumsum(noise(steps + 50, variables, seed=seed), axis=0)
    return x[50:] - x[:-50]


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


# ---------------------------------------------------------------------------------------- D_stsp


def dense_d_stsp(data, orbit, bins, margin, alpha):
    """D_stsp by its definition: loops over samples, and over all cells."""
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


def test_unvisited_cells_count_where_lengths_differ():
    """Of 30⁵ cells nearly all are unvisited: with α = 1 they make up the whole distribution."""
    data, orbit = noise(500, 5), noise(50, 5, seed=1)
    cells = 30**5 + 1
    p0, q0 = 1 / (500 + cells), 1 / (50 + cells)
    partition = Partition.around(data, 30, 0.1)
    p, q = partition.histogram(data), partition.histogram(orbit)
    n, m = (dict(zip(h.cell.tolist(), h.count.tolist(), strict=True)) for h in (p, q))
    visited = math.fsum(
        p0 * (n.get(k, 0) + 1) * math.log(p0 * (n.get(k, 0) + 1) / (q0 * (m.get(k, 0) + 1)))
        for k in n.keys() | m.keys()
    )
    never_visited = (cells - len(n.keys() | m.keys())) * p0 * math.log(p0 / q0)
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
    # All of it lost is the same as one far away: every sample in the overflow cell.
    assert scores[-1] == d_stsp(data, np.full_like(data, 1e6), bins=10) > 10


def test_a_variable_that_does_not_move_has_one_box():
    data = np.column_stack([noise(100, 1)[:, 0], np.full(100, 3.0)])
    partition = Partition.around(data, 4, 0.1)
    assert partition.histogram(data).cell.max() < partition.cells - 1
    assert partition.histogram(data + np.array([0, 1e-9])).cell.tolist() == [partition.cells - 1]


def test_d_stsp_says_what_it_cannot_do():
    with pytest.raises(ValueError, match=r"at most 5 variables, found 6"):
        d_stsp(noise(10, 6), noise(10, 6))
    with pytest.raises(ValueError, match=r"held-out data must be finite"):
        d_stsp(np.array([[0.0], [math.nan]]), noise(10, 1))


# ------------------------------------------------------------------------------------------- D_H


@settings(deadline=None)
@given(st.integers(2, 60), st.integers(0, 9), st.sampled_from([0.0, 1e-3, 0.02, 0.4]))
def test_d_h_is_a_bounded_symmetric_distance(steps, seed, bandwidth):
    x, y = noise(steps, 2, seed=seed), red_noise(steps, 2, seed=seed)
    assert np.all(d_h(x, x, bandwidth) == 0)
    assert np.all(d_h(x, y, bandwidth) == d_h(y, x, bandwidth))
    assert np.all((d_h(x, y, bandwidth) >= 0) & (d_h(x, y, bandwidth) <= 1))
    assert power_spectrum(x, bandwidth).sum(axis=0) == pytest.approx([1, 1], rel=1e-12)


@settings(max_examples=30, deadline=None)
@given(st.floats(1e-3, 1e3), st.floats(-100, 100))
def test_d_h_ignores_amplitude_and_offset(amplitude, offset):
    x, y = noise(300, 2), red_noise(300, 2)
    assert d_h(x, amplitude * y + offset) == pytest.approx(d_h(x, y), abs=1e-6)
    assert d_h(x, -amplitude * x + offset) == pytest.approx([0, 0], abs=1e-6)


def test_d_h_of_sines_is_one_apart_and_zero_together():
    t = 2 * np.pi * np.arange(4_000)[:, None]
    slow, late, fast = np.sin(0.02 * t), np.sin(0.02 * t + 1), np.sin(0.2 * t)
    assert d_h(slow, fast, 1e-3) == pytest.approx(1, abs=1e-9)
    assert d_h(slow, late, 1e-3) < 1e-6


def test_d_h_of_two_lines_by_hand():
    """Power ½:½ against 9:1 on two lines: H² = 1 − (√(½·.9) + √(½·.1))."""
    t = np.arange(1_000)
    one, two = np.sin(2 * np.pi * 0.1 * t), np.sin(2 * np.pi * 0.3 * t)
    expected = math.sqrt(1 - math.sqrt(0.45) - math.sqrt(0.05))
    for bandwidth in (0.0, 5e-3):  # lines far apart stay apart when smoothed
        found = d_h((one + two)[:, None], (3 * one + two)[:, None], bandwidth)
        assert found == pytest.approx(expected, rel=1e-6)


def test_smoothing_has_a_width_in_frequency_and_loses_no_power():
    """A line at .25 becomes a Gaussian of standard deviation .02, at any length."""
    for steps in (1_000, 4_000):
        line = np.cos(0.5 * np.pi * np.arange(steps))[:, None]
        p = power_spectrum(line, 0.02)[:, 0]
        frequency = np.arange(1, steps // 2 + 1) / steps
        assert p @ frequency == pytest.approx(0.25, abs=1e-9)
        assert math.sqrt(p @ (frequency - 0.25) ** 2) == pytest.approx(0.02, rel=0.01)


def test_smoothing_folds_back_what_would_leave_the_spectrum():
    """The lowest line smoothed over σ = 20 bins: g(i) + g(i + 1), the second its reflection."""
    slow = np.cos(2 * np.pi * np.arange(1_000) / 1_000)[:, None]
    p = power_spectrum(slow, 0.02)[:, 0]
    i = np.arange(60)
    g = np.exp(-0.5 * (i / 20) ** 2) + np.exp(-0.5 * ((i + 1) / 20) ** 2)
    assert p[:60] / p[0] == pytest.approx(g / g[0], rel=1e-9)


@pytest.mark.parametrize("constant", [0.0, 0.3, 1e4])
def test_d_h_of_a_constant_is_one(constant):
    x = noise(500, 2)
    still = x.copy()
    still[:, 1] = constant
    assert d_h(x, still).tolist() == [0, 1]
    assert d_h(still, still).tolist() == [0, 1]


def test_a_fixed_point_that_flickers_in_its_last_digit_is_constant():
    point = np.float32(0.3)
    flicker = np.where(noise(500, 1) > 0, point, np.nextafter(point, np.float32(1)))
    assert flicker.dtype == np.float32
    assert np.ptp(flicker) > 0
    assert d_h(noise(500, 1), flicker).tolist() == [1]


@pytest.mark.parametrize("value", [math.nan, math.inf, -math.inf])
def test_d_h_of_an_orbit_that_diverged_is_one(value):
    x = noise(500, 2)
    lost = x.copy()
    lost[400:, 0] = value
    assert d_h(x, lost).tolist() == [1, 0]


# ---------------------------------------------------------------------------------------- legacy


def loop_legacy_d_stsp(data, orbit, bins):
    """The published D_stsp, sample by sample and box by box."""
    scale = [np.std(column, ddof=1) for column in data.T]

    def smoothed(x):
        count = dict.fromkeys(np.ndindex((bins,) * len(scale)), 0)
        for sample in x:
            if not np.isfinite(sample).all():
                continue
            place = [(v + 2 * s) / (4 * s) * bins for v, s in zip(sample, scale, strict=True)]
            box = tuple(int(p) for p in place)
            if all(0 < b < bins for b in box):
                count[box] += 1
        kept = sum(count.values())
        if not kept:
            return None
        return [(n + ALPHA) / (kept + ALPHA * len(count)) for n in count.values()]

    p, q = smoothed(data), smoothed(orbit)
    if p is None or q is None:
        return math.nan
    return sum(a * math.log(a / b) for a, b in zip(p, q, strict=True))


def legacy_d_stsp(data, orbit, bins):
    scale = data.std(axis=0, ddof=1)
    p, q = (legacy.histogram(x, scale, bins) for x in (data, orbit))
    return legacy.divergence(p, q)


@settings(deadline=None)
@given(st.integers(0, 99), st.integers(1, 3), st.integers(2, 6), st.sampled_from([0.5, 1, 5]))
def test_legacy_d_stsp_is_what_a_loop_gives(seed, variables, bins, spread):
    data = noise(40, variables, seed=seed) + 0.5
    orbit = spread * noise(30, variables, seed=seed + 1)
    orbit[25:] = math.nan
    expected = loop_legacy_d_stsp(data, orbit, bins)
    assert legacy_d_stsp(data, orbit, bins) == pytest.approx(expected, rel=1e-9, nan_ok=True)


def test_legacy_d_stsp_drops_what_is_outside_and_the_lowest_box():
    scale = np.array([1.0])  # boxes of width 1 from −2 to 2
    x = np.array([[-2.5], [-1.5], [-0.5], [0.5], [0.6], [1.5], [2.0], [math.nan], [math.inf]])
    kept = legacy.histogram(x, scale, 4)
    assert kept.cell.tolist() == [1, 2, 3]
    assert kept.count.tolist() == [1, 2, 1]
    data = noise(100, 1)
    nothing = np.full((100, 1), math.nan)
    assert math.isnan(legacy_d_stsp(data, nothing, 10))
    assert math.isnan(legacy_d_stsp(np.ones((100, 1)), data, 10))


def loop_legacy_d_h(x, y, piece, sigma, frequencies):
    """The published D_H of one variable: sums over time, a kernel by hand, trapezoids."""
    radius = int(5 * sigma)
    kernel = [math.exp(-0.5 * (k / sigma) ** 2) for k in range(-radius, radius + 1)]
    kernel = [k / sum(kernel) for k in kernel]

    def spectrum(series):
        spectra = []
        for start in range(0, len(series) - piece + 1, piece):
            part = series[start : start + piece]
            if not np.isfinite(part).all() or part.max() == part.min():
                continue
            part = (part - part.mean()) / part.std(ddof=1)
            power = []
            for f in range(piece // 2 + 1):
                angle = 2 * math.pi * f * np.arange(piece) / piece
                cosine, sine = np.sum(part * np.cos(angle)), np.sum(part * np.sin(angle))
                power.append((cosine**2 + sine**2) / piece * 2 / piece)
            size = len(power)
            spectra.append(
                [
                    sum(
                        kernel[k + radius] * power[i + k]
                        for k in range(-radius, radius + 1)
                        if 0 <= i + k < size
                    )
                    for i in range(size)
                ]
            )
        return np.mean(spectra, axis=0)[:frequencies]

    root = np.sqrt(spectrum(x) * spectrum(y))
    area = sum((a + b) / 2 for a, b in pairwise(root))
    return math.sqrt(max(1 - area, 0))


@settings(max_examples=10, deadline=None)
@given(st.integers(0, 99), st.sampled_from([1.0, 2.0]), st.sampled_from([10, 500]))
def test_legacy_d_h_is_what_a_loop_gives(seed, sigma, frequencies):
    x, y = red_noise(100, 2, seed=seed), noise(100, 2, seed=seed)
    y[40:70, 0] = 0.7  # the second of three pieces is part constant, the third whole
    y[64:96, 1] = math.nan
    p, q = (legacy.power_spectrum(s, 32, sigma, frequencies) for s in (x, y))
    expected = [loop_legacy_d_h(x[:, j], y[:, j], 32, sigma, frequencies) for j in range(2)]
    assert legacy.hellinger(p, q) == pytest.approx(expected, rel=1e-6, abs=1e-9)


def test_legacy_d_h_has_the_published_faults():
    slow = np.sin(0.01 * np.arange(20_000))[:, None]
    p = legacy.power_spectrum(slow, 2_000, 2.0, 500)
    assert 0.1 < legacy.hellinger(p, p)[0] < 0.5  # identical, and yet not 0
    still = legacy.power_spectrum(np.full((20_000, 1), 0.5), 2_000, 2.0, 500)
    assert np.isnan(legacy.hellinger(p, still)).all()
    assert legacy.hellinger(2 * p, p)[0] == 0  # no root of a negative number


def test_legacy_d_h_of_less_than_a_piece_uses_what_there_is():
    x = noise(300, 1)
    assert np.array_equal(
        legacy.power_spectrum(x, 2_000, 2.0, 500), legacy.power_spectrum(x, 300, 2.0, 500)
    )


# ----------------------------------------------------------------------------------- the stage

TRAIN, HELD_OUT, STEPS = 3_000, 2_600, 4_000
N = 2_600
CELL = Metrics.model_validate({"geometry": {"bins": 8}, "legacy": {"piece": 500}, "excerpt": 50})
TRUE, STILL, LOST, LOST_LATE = range(4)
SCALE, MEAN = np.array([2.0, 0.5]), np.array([1.0, -0.3])  # of the series before standardising


@pytest.fixture(scope="module")
def inputs():
    """Four members: the truth itself, a constant, one diverged early and one after step n."""
    truth = red_noise(TRAIN + HELD_OUT + STEPS, 2)
    truth = (truth - truth[:TRAIN].mean(axis=0)) / truth[:TRAIN].std(axis=0)
    held_out = truth[TRAIN : TRAIN + HELD_OUT]
    x = np.stack([truth[TRAIN : TRAIN + STEPS]] * 4)
    x[STILL] = held_out.mean(axis=0)
    x[LOST, 200:] = math.nan
    x[LOST_LATE, 3_000:] = math.nan
    member = {"member": [4, 5, 6, 7]}
    loss = np.arange(4 * 30, dtype=float).reshape(4, 30)
    orbit = xr.Dataset(
        {
            "x": (("member", "time", "variable"), x.astype(np.float32)),
            "diverged": ("member", np.array([0, 0, 1, 1], dtype=np.int8)),
            "diverged_at": ("member", [-1, -1, 200, 3_000]),
        },
        coords=member,
        attrs={"title": "Orbits: a test"},
    )
    signal = xr.Dataset(
        {
            "x": (("time", "variable"), truth[: TRAIN + HELD_OUT]),
            "train_steps": TRAIN,
            "scale": ("variable", SCALE),
            "mean": ("variable", MEAN),
        },
        coords={"variable": ["u", "v"], "time": 0.5 * np.arange(TRAIN + HELD_OUT)},
    )
    train = xr.Dataset(
        {"loss": (("member", "epoch"), loss), "tau": 7, "of_tau_pred": 0.5}, coords=member
    )
    return orbit, signal, train


@pytest.fixture(scope="module")
def metrics(inputs):
    return run(CELL, *inputs)


def test_stage_has_its_schema(metrics, tmp_path):
    assert set(metrics.data_vars) == set(VARIABLES)
    for name, (dims, _, _) in VARIABLES.items():
        assert metrics[name].dims == dims, name
    assert all({"long_name", "units"} <= metrics[v].attrs.keys() for v in metrics.variables)
    assert metrics["member"].values.tolist() == [4, 5, 6, 7]
    assert metrics["variable"].values.tolist() == ["u", "v"]
    assert metrics["diverged"].dtype == np.int8
    assert metrics["excerpt"].dtype == metrics["data_excerpt"].dtype == np.float32
    assert metrics.attrs["title"]
    assert metrics["D_stsp"].attrs["bins"] == 8
    assert metrics["D_H"].attrs["bandwidth"] == CELL.spectrum.bandwidth
    metrics.to_netcdf(tmp_path / "metrics.nc")
    with xr.open_dataset(tmp_path / "metrics.nc") as read:
        xr.testing.assert_identical(read.load(), metrics)


def test_stage_compares_the_same_length(metrics, inputs):
    orbit, signal, _ = inputs
    x = signal["x"].to_numpy()
    data, other = x[TRAIN : TRAIN + N], x[TRAIN - N : TRAIN]
    assert metrics["n"] == N
    mean = np.broadcast_to(data.mean(axis=0), data.shape)
    assert metrics["D_stsp_floor"] == d_stsp(data, other, bins=8)
    assert metrics["D_stsp_ceiling"] == d_stsp(data, mean, bins=8)
    assert metrics["D_H_floor"] == d_h(data, other, CELL.spectrum.bandwidth).mean()
    raw, raw_other = (part * SCALE + MEAN for part in (data, other))
    assert metrics["D_stsp_legacy_floor"] == legacy_d_stsp(raw, raw_other, 10)
    p, q = (legacy.power_spectrum(s, 500, 2.0, 500) for s in (raw, raw_other))
    assert metrics["D_H_legacy_floor"] == legacy.hellinger(p, q).mean()
    lost = orbit["x"].to_numpy()[LOST, :N]
    assert metrics["D_stsp"][LOST] == d_stsp(data, lost, bins=8)
    assert metrics["D_stsp_legacy"][LOST] == legacy_d_stsp(raw, lost * SCALE + MEAN, 10)
    assert np.array_equal(metrics["data_excerpt"], data[:50].astype(np.float32))
    assert np.array_equal(metrics["excerpt"], orbit["x"][:, :50])


def test_stage_ranks_members(metrics):
    """The truth is perfect; a constant is the ceiling; a diverged member is never missing."""
    value, floor, ceiling = (metrics[f"D_stsp{s}"].to_numpy() for s in ("", "_floor", "_ceiling"))
    assert value[TRUE] < floor < value[LOST]
    assert value[STILL] == pytest.approx(float(ceiling))
    assert metrics["D_H"].values == pytest.approx([0, 1, 1, 1], abs=1e-5)
    assert metrics["D_H_variable"].values[:, 1] == pytest.approx([0, 1, 1, 1], abs=1e-5)
    assert metrics["D_H_ceiling"] == 1
    assert metrics["diverged"].values.tolist() == [0, 0, 1, 1]
    assert metrics["diverged_at"].values.tolist() == [-1, -1, 200, 3_000]
    assert metrics["constant"].values.tolist() == [[0, 0], [1, 1], [0, 0], [0, 0]]


def test_stage_takes_loss_and_tau_from_training(metrics):
    assert metrics["final_loss"].values.tolist() == [24.5, 54.5, 84.5, 114.5]  # epochs 20 to 29
    assert metrics["tau"] == 7
    assert metrics["of_tau_pred"] == 0.5


def test_a_member_is_judged_alone(metrics, inputs):
    orbit, signal, train = inputs
    alone = run(CELL, orbit.isel(member=[LOST]), signal, train.isel(member=[LOST]))
    xr.testing.assert_identical(alone, metrics.isel(member=[LOST]))


def test_a_short_orbit_sets_the_length(inputs):
    """Compared are the beginning of the held-out part and the end of the training part."""
    orbit, signal, train = inputs
    short = run(CELL, orbit.isel(time=slice(0, 20)), signal, train)
    assert short["n"] == short.sizes["step"] == 20
    x = signal["x"].to_numpy()
    assert short["D_stsp_floor"] == d_stsp(x[TRAIN : TRAIN + 20], x[TRAIN - 20 : TRAIN], bins=8)


def test_a_short_training_part_sets_the_length(inputs):
    orbit, signal, train = inputs
    short = run(CELL, orbit, signal.assign(train_steps=600), train)
    assert short["n"] == 600
    x = signal["x"].to_numpy()
    assert short["D_stsp_floor"] == d_stsp(x[600:1_200], x[:600], bins=8)


def test_stage_refuses_members_of_another_block(inputs):
    orbit, signal, train = inputs
    with pytest.raises(ValueError, match="member"):
        run(CELL, orbit, signal, train.assign_coords(member=[0, 1, 2, 3]))


def test_histogram_counts_visits():
    histogram = Histogram.of(np.array([3, 1, 3, 3]), 5)
    assert histogram.at(np.array([0, 1, 3])).tolist() == [0, 1, 3]
