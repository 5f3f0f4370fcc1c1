"""Cycles, tori and what is regular otherwise, alone and with noise."""

from __future__ import annotations

from functools import partial

import numpy as np
from scipy.signal import lfilter

from .kinds import TURN, Kind, angle, beats, diffusing, enter, noisy_flow, wave

KINDS: dict[str, Kind] = {}
"""By name."""
kind = partial(enter, KINDS)
GOLDEN = (np.sqrt(5) - 1) / 2


@kind
def sine(rng, n):
    """One frequency."""
    return np.sin(angle(rng, n))


@kind
def sines(rng, n):
    """Two to five frequencies by one column."""
    return sum(np.sin(angle(rng, n, 10, 100)) for _ in range(rng.integers(2, 6)))


@kind
def cycle(rng, n):
    """A cycle with harmonics, by two columns."""
    phase = angle(rng, n)
    return np.stack([wave(rng, phase), wave(rng, phase)], axis=1)


@kind
def sawtooth(rng, n):
    """Jumps once a period."""
    return angle(rng, n) / TURN % 1


@kind
def square(rng, n):
    """Two values in turn."""
    return np.sign(np.sin(angle(rng, n)))


@kind
def quantised_sine(rng, n):
    """A sine in 4 to 6 bits."""
    return np.round(2.0 ** rng.integers(3, 6) * np.sin(angle(rng, n)))


@kind
def amplitude_modulated(rng, n):
    """A fast sine under a slow one."""
    return (1 + rng.uniform(0.2, 0.9) * np.sin(angle(rng, n, 200, 600))) * np.sin(angle(rng, n))


@kind
def frequency_modulated(rng, n):
    """A sine whose frequency goes up and down slowly."""
    return np.sin(angle(rng, n) + rng.uniform(1, 5) * np.sin(angle(rng, n, 200, 600)))


@kind
def chirp(rng, n):
    """A sine whose frequency drifts by 5 to 50 %."""
    return np.sin(angle(rng, n) * (1 + rng.uniform(0.05, 0.5) * np.arange(n) / n))


@kind
def damped(rng, n):
    """A sine that dies down by a factor of 10 to 1000."""
    return np.sin(angle(rng, n)) * np.exp(-rng.uniform(2.3, 7) * np.arange(n) / n)


def torus(rng: np.random.Generator, n: int, frequencies: int, columns: int) -> np.ndarray:
    """Smooth functions of two or three incommensurate phases."""
    phases = [angle(rng, n) for _ in range(frequencies)]
    out = []
    for _ in range(columns):
        alone = sum(wave(rng, phase) for phase in phases)
        out.append(alone + 0.5 * np.prod([np.cos(p + rng.uniform(0, 6)) for p in phases], axis=0))
    return np.stack(out, axis=1)


for _frequencies, _columns in ((2, 1), (2, 2), (3, 1), (3, 2), (3, 4)):
    KINDS[f"torus{_frequencies}_{_columns}"] = partial(
        torus, frequencies=_frequencies, columns=_columns
    )


@kind
def torus2_3(rng, n):
    """Two frequencies, on a torus in space."""
    a, b = angle(rng, n), angle(rng, n)
    away = 2 + rng.uniform(0.4, 1) * np.cos(b)
    return np.stack([away * np.cos(a), away * np.sin(a), np.sin(b)], axis=1)


@kind
def torus2_4(rng, n):
    """Two frequencies, four columns."""
    a, b = angle(rng, n), angle(rng, n)
    return np.stack([np.cos(a), np.sin(a), np.cos(b), np.sin(b)], axis=1)


@kind
def circle_map(rng, n):
    """The sine circle map below its critical coupling: θ' = θ + Ω − K/2π sin 2πθ."""
    omega, k, theta = rng.uniform(0.05, 0.45), rng.uniform(0.3, 0.9), rng.uniform()
    out = np.empty(n)
    for t in range(n):
        theta += omega - k / TURN * np.sin(TURN * theta)
        out[t] = theta
    return np.stack([np.cos(TURN * out), np.sin(TURN * out)], axis=1)


@kind
def regular_pendulum_map(rng, n):
    """The standard map at K = 0.5, on a curve around its fixed point."""
    q, p = np.pi + rng.uniform(0.3, 1.2), 0.0
    out = np.empty((n, 2))
    for t in range(n):
        p += 0.5 * np.sin(q)
        q += p
        out[t] = q, p
    return out


def snaking(rng: np.random.Generator, n: int) -> np.ndarray:
    """X' = 2σ tanh(x) cos 2πθ, θ' = θ + golden mean, σ > 1: strange, but not chaotic (Grebogi, Ott,
    Pelikan, Yorke 1984, Physica D 13, 261).
    """
    sigma, theta, x = rng.uniform(1.2, 2), rng.uniform(), 0.5
    out = np.empty((n, 2))
    for t in range(-200, n):
        x, theta = 2 * sigma * np.tanh(x) * np.cos(TURN * theta), (theta + GOLDEN) % 1
        out[t] = x, theta  # the transient is written over
    return out


@kind
def strange_1(rng, n):
    """The strange non-chaotic attractor by one column."""
    return snaking(rng, n)[:, 0]


@kind
def strange_3(rng, n):
    """The same with its phase."""
    x, theta = snaking(rng, n).T
    return np.stack([x, np.cos(TURN * theta), np.sin(TURN * theta)], axis=1)


def logistic(r: float, x: float, n: int) -> np.ndarray:
    """X' = r x (1 − x), a transient of 10 000 steps dropped."""
    out = np.empty(n)
    for t in range(-10_000, n):
        x = r * x * (1 - x)
        if t >= 0:
            out[t] = x
    return out


@kind
def period4(rng, n):
    """The logistic map with a cycle of four."""
    return logistic(rng.uniform(3.46, 3.54), rng.uniform(0.1, 0.9), n)


@kind
def period3(rng, n):
    """Its window of period three."""
    return logistic(rng.uniform(3.829, 3.841), rng.uniform(0.1, 0.9), n)


@kind
def feigenbaum(rng, n):
    """Where its doublings accumulate: λ = 0."""
    return logistic(3.569945671870944, rng.uniform(0.1, 0.9), n)


@kind
def noisy_period4(rng, n):
    """The cycle of four, measured with 5 % of noise."""
    x = period4(rng, n)
    return x + 0.05 * x.std() * rng.standard_normal(x.shape)


@kind
def fixed_point(rng, n):
    """Comes to rest: a damped oscillation of which nothing is left."""
    return np.sin(angle(rng, n)) * np.exp(-np.arange(n) / rng.uniform(20, 100)) + 1


@kind
def noisy_fixed_point(rng, n):
    """The logistic map at its stable fixed point, kicked."""
    r, x, out = rng.uniform(1.5, 2.9), 0.5, np.empty(n)
    for t in range(n):
        x = np.clip(r * x * (1 - x) + 0.02 * rng.standard_normal(), 0.01, 0.99)
        out[t] = x
    return out


@kind
def rossler_cycle(rng, n):
    """Rössler before its doublings end: a = b = 0.2, c = 2.5 to 4."""
    c = rng.uniform(2.5, 4)
    return noisy_flow(
        rng, n, lambda x: _rossler(x, c), (1.0, 1.0, 0.1), dt=0.2, noise=0.0, substeps=4
    )


def _rossler(x: np.ndarray, c: float) -> np.ndarray:
    return np.array([-x[1] - x[2], x[0] + 0.2 * x[1], 0.2 + x[2] * (x[0] - c)])


# ----------------------------------------------------------------------- cycles with some noise


@kind
def noisy_sine(rng, n):
    """A sine with 5 to 30 % of noise."""
    return np.sin(angle(rng, n)) + rng.uniform(0.05, 0.3) * rng.standard_normal(n) / np.sqrt(2)


@kind
def noisy_torus(rng, n):
    """Two frequencies with 5 % of noise."""
    return torus(rng, n, 2, 1) + 0.05 * rng.standard_normal((n, 1))


@kind
def phase_diffusion_1(rng, n):
    """A cycle whose phase diffuses, by one column."""
    return wave(rng, diffusing(rng, n))


@kind
def phase_diffusion_2(rng, n):
    """The same by two columns."""
    phase = diffusing(rng, n)
    return np.stack([np.cos(phase), np.sin(phase)], axis=1)


@kind
def two_diffusing(rng, n):
    """The sum of two waves with phases that diffuse."""
    return wave(rng, diffusing(rng, n)) + wave(rng, diffusing(rng, n))


@kind
def van_der_pol_1(rng, n):
    """Van der Pol's oscillator with noise, by one column."""
    return van_der_pol_2(rng, n)[:, 0]


@kind
def van_der_pol_2(rng, n):
    """The same by both."""
    mu, noise = rng.uniform(0.5, 3), np.array([0.0, rng.uniform(0.05, 0.3)])

    def right(x: np.ndarray) -> np.ndarray:
        return np.array([x[1], mu * (1 - x[0] ** 2) * x[1] - x[0]])

    return noisy_flow(rng, n, right, (1.0, 0.0), dt=0.2, noise=noise, substeps=8)


@kind
def stuart_landau(rng, n):
    """The normal form of a cycle with noise, twisted."""
    twist, noise = rng.uniform(-1, 1), rng.uniform(0.02, 0.15)

    def right(x: np.ndarray) -> np.ndarray:
        r = x @ x
        grow, turn = 1 - r, 2 + twist * (r - 1)
        return np.array([grow * x[0] - turn * x[1], grow * x[1] + turn * x[0]])

    return noisy_flow(rng, n, right, (1.0, 0.0), dt=0.1, noise=noise, substeps=4)


@kind
def noisy_rossler_cycle(rng, n):
    """Rössler's cycle of one turn, kicked."""
    return noisy_flow(
        rng,
        n,
        lambda x: _rossler(x, 2.5),
        (1.0, 1.0, 0.1),
        dt=0.2,
        noise=np.array([0.05, 0.05, 0.0]) * rng.uniform(0.2, 1),
        substeps=4,
    )[:, 0]


@kind
def bursts(rng, n):
    """Packets of a fast wave that come periodically."""
    slow = angle(rng, n, 150, 300)
    return np.exp(4 * (np.cos(slow) - 1)) * np.sin(angle(rng, n, 8, 20))


@kind
def noisy_bursts(rng, n):
    """The same with 2 % of noise, the packets at diffusing times."""
    slow = 0.2 * diffusing(rng, n)
    packets = np.exp(4 * (np.cos(slow) - 1)) * np.sin(angle(rng, n, 8, 20))
    return packets + 0.02 * packets.std() * rng.standard_normal(n)


@kind
def ecg(rng, n):
    """An electrocardiogram with beats at random intervals (waves as in McSharry et al. 2003)."""
    phase = beats(rng, n) % TURN
    place = TURN / 2 + np.array([-1.2, -0.26, 0.0, 0.26, 1.57])
    height, width = np.array([0.1, -0.1, 1.0, -0.2, 0.3]), np.array([0.25, 0.1, 0.1, 0.1, 0.4])
    x = (height * np.exp(-((phase[:, None] - place) ** 2) / (2 * width**2))).sum(axis=1)
    return x + rng.uniform(0, 0.01) * rng.standard_normal(n)


@kind
def pulses(rng, n):
    """Equal pulses at random intervals."""
    return np.exp(rng.uniform(3, 20) * (np.cos(beats(rng, n)) - 1))


@kind
def breathing(rng, n):
    """Breaths of random length and depth."""
    phase = beats(rng, n)
    depth = 1 + 0.2 * rng.standard_normal(n)[(phase // TURN).astype(int)]
    return depth * (1 - np.cos(phase))


@kind
def spikes(rng, n):
    """A leaky neuron that integrates a noisy current and fires, its voltage."""
    current, noise = rng.uniform(1.1, 1.5), rng.uniform(0.02, 0.2)
    v, out = 0.0, np.empty(n)
    for t in range(n):
        v += 0.05 * (current - v) + noise * np.sqrt(0.05) * rng.standard_normal()
        if v > 1:
            v = 0.0
        out[t] = v
    return out


@kind
def excitable(rng, n):
    """FitzHugh and Nagumo's neuron at rest, fired by noise."""
    noise = np.array([0.0, rng.uniform(0.08, 0.2)])

    def right(x: np.ndarray) -> np.ndarray:
        return np.array([(x[0] - x[0] ** 3 / 3 - x[1]) / 0.1, x[0] + 1.05])

    return noisy_flow(rng, n, right, (-1.05, -0.6), dt=0.1, noise=noise, substeps=10)[:, 0]


@kind
def seasons(rng, n):
    """A cycle of the year and correlated noise, as of temperatures."""
    weather = lfilter([1], [1, -rng.uniform(0.5, 0.9)], rng.standard_normal(n))
    return 8 * np.sin(angle(rng, n, 300, 400)) + rng.uniform(1, 3) * weather
