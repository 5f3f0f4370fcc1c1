# From equations or files to signals and their largest Lyapunov exponent.


rule series:
    input:
        lambda w: ancient(cell("series", w).input_paths),
    output:
        "results/series/{key}.nc",
    log:
        "results/logs/series/{key}.log",
    benchmark:
        "results/benchmarks/series/{key}.jsonl"
    params:
        cell=lambda w: cell("series", w).json,
        source=lambda w, input: f"--source {input[0]:q}" if input else "",
