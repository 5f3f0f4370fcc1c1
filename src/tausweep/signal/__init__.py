"""Stage `signal`: series made ready for training."""
