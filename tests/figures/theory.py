"""Analyses of theory at toy size."""

from functools import cache

from tausweep.theory.analyses.continuous import Continuous
from tausweep.theory.analyses.convergence import Convergence
from tausweep.theory.analyses.depth import Depth
from tausweep.theory.analyses.forcing import Forcing
from tausweep.theory.analyses.modes import Modes
from tausweep.theory.analyses.remedies import Remedies
from tausweep.theory.analyses.spectra import Spectra

ANALYSES = {
    "spectra": Spectra(n=[3, 10], eigenvalues=2_000, missing=[0.34, 0.7]),
    "modes": Modes(steps=2_000),
    "remedies": Remedies(n=6, rank=2, draws=20),
    "forcing": Forcing(longest=8, tau=[1, 3], starts=5, steps=50),
    "convergence": Convergence(n=[4, 30], decades=1.0),
    "continuous": Continuous(truth=[-2.0, 0.5], near=[-1.0, 0.0, 0.5], samples=1_000, time=10.0),
    "depth": Depth(followed=[1, 3], depths=[1, 2, 6], strengths=[1.0, 0.3], small=0.01),
}


@cache
def found(name):
    """What such an analysis gives."""
    return ANALYSES[name].compute()
