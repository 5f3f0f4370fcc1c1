# From equations or files to signals and their largest Lyapunov exponent.


rule make_series:
    input:
        inputs("series"),
    output:
        "results/series/{key}.nc",
    log:
        "results/logs/series/{key}.log",
    benchmark:
        "results/benchmarks/series/{key}.jsonl"
    priority: 1  # what will fail shall fail before hours of training
    conda:
        "../../envs/environment.yaml"
    threads: 1
    resources:
        mem_mb=megabytes("series"),
        runtime=minutes("series"),
    params:
        job=job("series"),
    message:
        "series: {PLAN:{wildcards.key}}"
    shell:
        "tausweep stage series --job {params.job:q} --source {input:q} --output {output} 2> {log}"


rule make_signal:
    input:
        inputs("signal"),
    output:
        "results/signal/{key}.nc",
    log:
        "results/logs/signal/{key}.log",
    benchmark:
        "results/benchmarks/signal/{key}.jsonl"
    priority: 1  # what will fail shall fail before hours of training
    conda:
        "../../envs/environment.yaml"
    threads: 1
    resources:
        mem_mb=megabytes("signal"),
        runtime=minutes("signal"),
    params:
        job=job("signal"),
    message:
        "signal: {PLAN:{wildcards.key}}"
    shell:
        "tausweep stage signal --job {params.job:q} --output {output} 2> {log}"


rule measure_truth:
    input:
        inputs("truth"),
    output:
        "results/truth/{key}.nc",
    log:
        "results/logs/truth/{key}.log",
    benchmark:
        "results/benchmarks/truth/{key}.jsonl"
    priority: 1  # what will fail shall fail before hours of training
    conda:
        "../../envs/environment.yaml"
    threads: 1
    resources:
        mem_mb=megabytes("truth"),
        runtime=minutes("truth"),
    params:
        job=job("truth"),
    message:
        "λ of the equations: {PLAN:{wildcards.key}}"
    shell:
        "tausweep stage truth --job {params.job:q} --output {output} 2> {log}"


rule measure_lyapunov:
    input:
        inputs("lyapunov"),
    output:
        "results/lyapunov/{key}.nc",
    log:
        "results/logs/lyapunov/{key}.log",
    benchmark:
        "results/benchmarks/lyapunov/{key}.jsonl"
    priority: 1  # what will fail shall fail before hours of training
    conda:
        "../../envs/environment.yaml"
    threads: 1
    resources:
        mem_mb=megabytes("lyapunov"),
        runtime=minutes("lyapunov"),
    params:
        job=job("lyapunov"),
    message:
        "λ_max: {PLAN:{wildcards.key}}"
    shell:
        "tausweep stage lyapunov --job {params.job:q} --output {output} 2> {log}"
