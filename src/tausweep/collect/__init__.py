"""Stage `collect`: all results of an experiment in one tidy Dataset."""
