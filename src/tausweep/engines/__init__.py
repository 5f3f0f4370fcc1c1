"""Engines: how windows and orbits are computed; they differ in speed, not in results."""
