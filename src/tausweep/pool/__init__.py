"""All trained members of a study in one table."""
