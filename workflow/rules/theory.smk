# How linear systems are learned: of no data, so that nothing comes before.


rule analyse_theory:
    input:
        inputs("theory"),
    output:
        "results/theory/{key}.nc",
    log:
        "results/logs/theory/{key}.log",
    benchmark:
        "results/benchmarks/theory/{key}.jsonl"
    conda:
        "../../envs/environment.yaml"
    threads: 1
    resources:
        mem_mb=megabytes("theory"),
        runtime=minutes("theory"),
    params:
        job=job("theory"),
    message:
        "{PLAN:{wildcards.key}}"
    shell:
        "tausweep stage theory --job {params.job:q} --output {output} 2> {log}"
