"""Stage `series`: series as they come."""
