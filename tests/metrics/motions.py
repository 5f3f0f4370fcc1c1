"""Random motions that tests of metrics compare."""

import numpy as np


def noise(*shape, seed=0):
    return np.random.default_rng(seed).standard_normal(shape)


def red_noise(steps, variables, seed=0):
    """A random motion whose spectrum falls with frequency."""
    x = np.cumsum(noise(steps + 50, variables, seed=seed), axis=0)
    return x[50:] - x[:-50]
