"""λ_max of the same series by other packages and by tausweep: the table of docs/lyapunov.md.

    pip install 'nolds<0.6.3' neurokit2       # into an environment that has tausweep
    OMP_NUM_THREADS=1 python benchmarks/lyapunov_peers.py              # about half an hour
    python benchmarks/lyapunov_peers.py --systems henon --points 2000  # what is missing is left out

One variable of systems of `systems.py`, 5 000 points, without noise. Each cell is value / truth
(1: right) and seconds of processor time. tausweep has its 95 % interval as well. Columns:

- tausweep: default settings;
- plain: Rosenstein's method by loops (`rosenstein.py`), one line in one mean period;
- nolds r, nolds e: its lyap_r (Rosenstein) and lyap_e (Eckmann), the largest of its exponents;
- NeuroKit2: its complexity_lyapunov, method rosenstein1993;
- … as installed: the same, called with the series alone.

Those that are not as installed are given the delay embedding that tausweep finds, and the mean
period as the time that neighbours must be apart.
"""

from __future__ import annotations

import argparse
import importlib.util
import time
import warnings
from collections.abc import Callable
from typing import NamedTuple

import numpy as np
import rosenstein
import systems
from estimate import estimate

from tausweep.statespace import embedding
from tausweep.statespace.neighbours import mean_period

CASES = (
    "henon",
    "ikeda",
    "logistic4",
    "lorenz63",
    "lorenz38",
    "rossler5.7",
    "chen",
    "halvorsen",
    "duffing2",
    "ueda",
    "mackey_glass17",
    "sprott_jerk",
)
"""Of the tuning half, so that this table spoils no test."""


class Given(NamedTuple):
    """A standardised series and what is known of it."""

    x: np.ndarray
    dimension: int
    delay: int
    apart: int


def plain(given: Given) -> float:
    """Loops."""
    return rosenstein.exponent(
        embedding.delay_vectors(given.x[:, None], given.dimension, given.delay)
    )


def nolds_r(given: Given) -> float:
    """Rosenstein by nolds, in the same embedding."""
    import nolds

    return float(
        nolds.lyap_r(
            given.x,
            emb_dim=given.dimension,
            lag=given.delay,
            min_tsep=given.apart,
            trajectory_len=max(6, given.apart),
        )
    )


def nolds_e(given: Given) -> float:
    """Eckmann by nolds, with matrices in the same embedding."""
    import nolds

    size = max(2, given.dimension)
    whole = (size - 1) * given.delay + 1
    found = nolds.lyap_e(given.x, emb_dim=whole, matrix_dim=size, min_tsep=given.apart)
    return float(found.max())


def neurokit(given: Given) -> float:
    """NeuroKit2, in the same embedding."""
    import neurokit2

    return float(
        neurokit2.complexity_lyapunov(
            given.x, delay=given.delay, dimension=given.dimension, separation=given.apart
        )[0]
    )


def nolds_r_alone(given: Given) -> float:
    """As installed."""
    import nolds

    return float(nolds.lyap_r(given.x))


def nolds_e_alone(given: Given) -> float:
    """As installed."""
    import nolds

    return float(nolds.lyap_e(given.x).max())


def neurokit_alone(given: Given) -> float:
    """As installed."""
    import neurokit2

    return float(neurokit2.complexity_lyapunov(given.x)[0])


PEERS: dict[str, tuple[str | None, Callable[[Given], float]]] = {
    "plain": (None, plain),
    "nolds r": ("nolds", nolds_r),
    "nolds e": ("nolds", nolds_e),
    "NeuroKit2": ("neurokit2", neurokit),
    "nolds r as installed": ("nolds", nolds_r_alone),
    "nolds e as installed": ("nolds", nolds_e_alone),
    "NeuroKit2 as installed": ("neurokit2", neurokit_alone),
}
"""The package each needs, and what it does."""


def given(x: np.ndarray) -> Given:
    """What the peers are told."""
    series = (x - x.mean(axis=0)) / x.std(axis=0)
    period = round(mean_period(series))
    chosen = embedding.choose(series, theiler=period)
    return Given(series[:, 0], chosen.dimension, chosen.delay, period)


def cell(peer: Callable[[Given], float], series: Given, true: float) -> str:
    """Value / truth and seconds; or what went wrong."""
    start = time.process_time()
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            value = peer(series)
    except Exception as error:  # of any kind: it is the peer's
        return type(error).__name__
    return f"{value / true:.2f} ({time.process_time() - start:.1f} s)"


def main() -> None:
    """Print the table."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--systems", nargs="+", default=CASES)
    parser.add_argument("--points", type=int, default=5_000)
    parser.add_argument("--seed", type=int, default=0)
    options = parser.parse_args()
    here = {
        name: peer
        for name, (package, peer) in PEERS.items()
        if package is None or importlib.util.find_spec(package)
    }
    print("| system | tausweep | " + " | ".join(here) + " |")
    print("|---|---|" + "---|" * len(here), flush=True)
    for name in options.systems:
        x = systems.samples(name, "scalar", options.seed, options.points)
        true = systems.truth(name).value
        ours = estimate(x)
        low, high = ours.lower / true, ours.upper / true
        told = (
            f"{ours.value / true:.2f} [{low:.2f}, {high:.2f}]" if ours.has_number else ours.verdict
        )
        cells = [cell(peer, given(x), true) for peer in here.values()]
        print(f"| {name} | {told} ({ours.seconds:.1f} s) | " + " | ".join(cells) + " |", flush=True)


if __name__ == "__main__":
    main()
