"""Stage `truth`: Lyapunov exponents of the equations that a series was simulated from."""
