"""Inputs that are wrong in ways nobody thought of: see ``python -m tests.fuzz --help``."""
