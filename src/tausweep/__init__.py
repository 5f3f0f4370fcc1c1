"""tausweep: learn chaotic dynamics with RNNs by sweeping the forcing interval τ."""

__version__ = "0.1.0"
