"""Stage `metrics`: how well orbits reproduce the held-out data."""
