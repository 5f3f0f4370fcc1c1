"""Simulated systems: settings, equations and literature, one file and one class each."""
