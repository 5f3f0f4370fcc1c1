"""Methods on points of state space: arrays in, arrays out."""
