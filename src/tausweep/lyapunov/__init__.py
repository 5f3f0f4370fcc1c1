"""Stage `lyapunov`: λ_max of a signal, from data."""
