"""The claim under test: that the best learning interval is the predictability time."""
