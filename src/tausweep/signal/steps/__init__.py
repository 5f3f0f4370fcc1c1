"""Steps that can be done to a series, one module each."""
