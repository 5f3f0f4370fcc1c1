"""The published code's metrics, by plain loops and by what is known of them."""

import math
from itertools import pairwise

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from motions import noise, red_noise

from tausweep.metrics.d_h import DH
from tausweep.metrics.d_h_legacy import hellinger, power_spectrum
from tausweep.metrics.d_stsp_legacy import ALPHA, DStspLegacy, histogram


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
    metric = DStspLegacy(bins=bins)
    p, q = metric.describe(data, data), metric.describe(orbit, data)
    return metric.distance(p, q)["D_stsp_legacy"]


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
    kept = histogram(x, scale, 4)
    assert kept.box.tolist() == [1, 2, 3]
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
            if not np.isfinite(part).all():
                continue
            if part.max() == part.min():  # all power at the zero frequency
                part = np.full(piece, math.sqrt((piece - 1) / piece))
            else:
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
    y[40:96, 0] = 0.7  # the second of three pieces is part constant, the third whole
    y[64:96, 1] = math.nan
    p, q = (power_spectrum(s, 32, sigma, frequencies) for s in (x, y))
    expected = [loop_legacy_d_h(x[:, j], y[:, j], 32, sigma, frequencies) for j in range(2)]
    assert hellinger(p, q) == pytest.approx(expected, rel=1e-6, abs=1e-9)


def test_legacy_d_h_has_the_published_faults():
    slow = np.sin(0.01 * np.arange(20_000))[:, None]
    p = power_spectrum(slow, 2_000, 2.0, 500)
    assert 0.1 < hellinger(p, p)[0] < 0.5  # identical, and yet not 0
    assert hellinger(2 * p, p)[0] == 0  # no root of a negative number


def test_legacy_d_h_knows_a_fixed_point():
    """As the published code, whose rounded means leave ±√((T−1)/T) of a piece that stands still.

    The loop does what it does: subtracts a mean that is off by rounding, and divides by the
    standard deviation of the rest. By leaving such pieces out, an orbit that came to rest after
    30 % of its time would score as one that did not.
    """
    moving = red_noise(20_000, 1)
    rest = moving.copy()
    rest[6_000:] = rest[6_000]
    off = np.full(2_000, 1e-9)
    published = off / math.sqrt(np.sum(off**2) / (len(off) - 1))
    at_zero = np.abs(np.fft.rfft(published)) ** 2 * 2 / len(off) ** 2
    still = power_spectrum(np.full((20_000, 1), 0.5), 2_000, 1e-3, 500)
    assert still[:, 0] == pytest.approx(at_zero[:500], abs=1e-9)
    assert at_zero[0] == pytest.approx(2, rel=1e-3)
    p, q = (power_spectrum(x, 2_000, 2.0, 500) for x in (moving, rest))
    assert hellinger(p, q)[0] > 0.45 > 2 * hellinger(p, p)[0]


def test_legacy_d_h_hardly_sees_a_map():
    """The logistic map's cycle of period 8 has its power above a quarter cycle per step: the
    published code cuts it off, and scores an exact copy 1. D_H scores it 0.
    """
    x = [0.5]
    for _ in range(24_000):
        x.append(3.55 * x[-1] * (1 - x[-1]))
    cycle = np.array(x[-20_000:])[:, None]
    p = power_spectrum(cycle, 2_000, 2.0, 500)
    assert hellinger(p, p)[0] > 0.98
    own = DH()
    p = own.describe(cycle, cycle)
    assert own.distance(p, p)["D_H"] == 0


def test_legacy_d_stsp_has_no_value_above_five_variables():
    assert math.isnan(legacy_d_stsp(noise(50, 40), noise(50, 40), 10))


def test_legacy_d_h_of_less_than_a_piece_uses_what_there_is():
    x = noise(300, 1)
    assert np.array_equal(power_spectrum(x, 2_000, 2.0, 500), power_spectrum(x, 300, 2.0, 500))
