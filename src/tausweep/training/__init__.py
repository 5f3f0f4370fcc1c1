"""Stage `train`: from a signal to the parameters of a block of members."""
