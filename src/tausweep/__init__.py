"""tausweep: learn chaotic dynamics with RNNs by sweeping the forcing interval τ."""
