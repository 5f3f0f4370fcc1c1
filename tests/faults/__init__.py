"""The real workflow where something breaks: see ``python -m tests.faults --help``."""
