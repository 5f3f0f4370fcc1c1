"""Kinds of series that are not chaotic, each drawn by a generator of random numbers."""
