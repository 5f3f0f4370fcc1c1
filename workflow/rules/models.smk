# From signals to trained models, their free-running orbits, and how good these are.


rule train:
    input:
        inputs("train"),
    output:
        "results/train/{key}.nc",
    log:
        "results/logs/train/{key}.log",
    benchmark:
        "results/benchmarks/train/{key}.jsonl"
    conda:
        "../../envs/environment.yaml"
    threads: 1
    resources:
        mem_mb=megabytes("train"),
        runtime=minutes("train"),
        gpu=1,
    params:
        job=job("train"),
    message:
        "train {PLAN:{wildcards.key}}"
    shell:
        "tausweep stage train --job {params.job:q} --threads {threads} --output {output} 2> {log}"


# A single orbit is one long chain of tiny steps: a GPU would only wait.
rule run_orbit:
    input:
        inputs("orbit"),
    output:
        "results/orbit/{key}.nc",
    log:
        "results/logs/orbit/{key}.log",
    benchmark:
        "results/benchmarks/orbit/{key}.jsonl"
    conda:
        "../../envs/environment.yaml"
    threads: 1
    resources:
        mem_mb=megabytes("orbit"),
        runtime=minutes("orbit"),
    params:
        job=job("orbit"),
    message:
        "orbits of {PLAN:{wildcards.key}}"
    shell:
        "tausweep stage orbit --job {params.job:q} --output {output} 2> {log}"


rule list_members:
    input:
        inputs("members"),
    output:
        "results/members/{key}.nc",
    log:
        "results/logs/members/{key}.log",
    benchmark:
        "results/benchmarks/members/{key}.jsonl"
    conda:
        "../../envs/environment.yaml"
    threads: 1
    resources:
        mem_mb=megabytes("members"),
        runtime=minutes("members"),
    params:
        job=job("members"),
    message:
        "members: {PLAN:{wildcards.key}}"
    shell:
        "tausweep stage members --job {params.job:q} --output {output} 2> {log}"


# A metric of all orbits of a sweep; one that is costly, of one training job.
rule measure:
    input:
        inputs("metrics"),
    output:
        "results/metrics/{key}.nc",
    log:
        "results/logs/metrics/{key}.log",
    benchmark:
        "results/benchmarks/metrics/{key}.jsonl"
    conda:
        "../../envs/environment.yaml"
    threads: 1
    resources:
        mem_mb=megabytes("metrics"),
        runtime=minutes("metrics"),
    params:
        job=job("metrics"),
    message:
        "{PLAN:{wildcards.key}}"
    shell:
        "tausweep stage metrics --job {params.job:q} --output {output} 2> {log}"


rule measure_reference:
    input:
        inputs("reference"),
    output:
        "results/reference/{key}.nc",
    log:
        "results/logs/reference/{key}.log",
    benchmark:
        "results/benchmarks/reference/{key}.jsonl"
    conda:
        "../../envs/environment.yaml"
    threads: 1
    resources:
        mem_mb=megabytes("reference"),
        runtime=minutes("reference"),
    params:
        job=job("reference"),
    message:
        "floor and ceiling: {PLAN:{wildcards.key}}"
    shell:
        "tausweep stage reference --job {params.job:q} --output {output} 2> {log}"


rule find_best:
    input:
        inputs("best"),
    output:
        "results/best/{key}.nc",
    log:
        "results/logs/best/{key}.log",
    benchmark:
        "results/benchmarks/best/{key}.jsonl"
    conda:
        "../../envs/environment.yaml"
    threads: 1
    resources:
        mem_mb=megabytes("best"),
        runtime=minutes("best"),
    params:
        job=job("best"),
    message:
        "the best τ: {PLAN:{wildcards.key}}"
    shell:
        "tausweep stage best --job {params.job:q} --output {output} 2> {log}"


# Of all sweeps, for `tausweep suggest` and whoever refers to them.
rule best:
    input:
        [planned.path for planned in PLAN.jobs.values() if planned.stage == "best"],
    localrule: True


rule collect:
    input:
        inputs("collect"),
    output:
        "results/collect/{key}.nc",
    log:
        "results/logs/collect/{key}.log",
    benchmark:
        "results/benchmarks/collect/{key}.jsonl"
    conda:
        "../../envs/environment.yaml"
    threads: 1
    resources:
        mem_mb=megabytes("collect"),
        runtime=minutes("collect"),
    params:
        job=job("collect"),
    message:
        "collect all results"
    shell:
        "tausweep stage collect --job {params.job:q} --output {output} 2> {log}"


# All members of a study in one table.
rule pool:
    input:
        inputs("pool"),
    output:
        "results/pool/{key}.nc",
    log:
        "results/logs/pool/{key}.log",
    benchmark:
        "results/benchmarks/pool/{key}.jsonl"
    conda:
        "../../envs/environment.yaml"
    threads: 1
    resources:
        mem_mb=megabytes("pool"),
        runtime=minutes("pool"),
    params:
        job=job("pool"),
    message:
        "{PLAN:{wildcards.key}}"
    shell:
        "tausweep stage pool --job {params.job:q} --output {output} 2> {log}"


# What all experiments say together.
rule judge_claims:
    input:
        inputs("claims"),
    output:
        "results/claims/{key}.nc",
    log:
        "results/logs/claims/{key}.log",
    benchmark:
        "results/benchmarks/claims/{key}.jsonl"
    conda:
        "../../envs/environment.yaml"
    threads: 1
    resources:
        mem_mb=megabytes("claims"),
        runtime=minutes("claims"),
    params:
        job=job("claims"),
    message:
        "{PLAN:{wildcards.key}}"
    shell:
        "tausweep stage claims --job {params.job:q} --output {output} 2> {log}"


rule compare_published:
    input:
        inputs("reproduction"),
    output:
        "results/reproduction/{key}.nc",
    log:
        "results/logs/reproduction/{key}.log",
    benchmark:
        "results/benchmarks/reproduction/{key}.jsonl"
    conda:
        "../../envs/environment.yaml"
    threads: 1
    resources:
        mem_mb=megabytes("reproduction"),
        runtime=minutes("reproduction"),
    params:
        job=job("reproduction"),
    message:
        "{PLAN:{wildcards.key}}"
    shell:
        "tausweep stage reproduction --job {params.job:q} --output {output} 2> {log}"
