"""Models that are fitted, and what can be done with them then."""
