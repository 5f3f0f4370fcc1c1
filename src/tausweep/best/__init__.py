"""Stage `best`: the learning interval that one should use, from a sweep of it."""
