"""Stage `orbit`: freely generated orbits."""
