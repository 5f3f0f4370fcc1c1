"""How far a run of Snakemake is, how long the rest will take, and what failed and why."""
