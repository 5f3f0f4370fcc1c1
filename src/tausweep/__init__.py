"""tausweep: learn chaotic dynamics with RNNs by sweeping the forcing interval τ."""

from tausweep.catalogue.result import Result, open

__all__ = ["Result", "open"]
