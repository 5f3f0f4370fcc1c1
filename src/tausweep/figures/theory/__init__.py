"""Figures of how linear systems are learned (`tausweep.theory`)."""
