"""Stage `metrics`: how well trained models reproduce the held-out data; a file per metric."""
