# One rule draws every figure; style is a parameter of this rule alone. Two rules name groups of them.
localrules:
    figures,
    lyapunov,


rule figure:
    input:
        lambda wildcards: ancient(figure(wildcards).cell.path),
    output:
        pdf=f"{FIGURES}.pdf",
        png=report(
            f"{FIGURES}.png",
            category="Figures",
            caption="../report/figure.rst",
            labels={"figure": "{name}"},
        ),
    log:
        f"results/logs/figures/{EXPERIMENT.experiment}/{{name}}.log",
    benchmark:
        f"results/benchmarks/figures/{EXPERIMENT.experiment}/{{name}}.jsonl"
    conda:
        "../../envs/environment.yaml"
    threads: 1
    resources:
        mem_mb=2000,
        runtime=10,
    params:
        kind=lambda wildcards: figure(wildcards).kind,
        options=lambda wildcards: figure(wildcards).json,
    message:
        "figure {wildcards.name}"
    shell:
        "tausweep figure {params.kind} --input {input} --options {params.options:q}"
        " --output {output} 2> {log}"


rule figures:
    input:
        figures("sweep", "reconstruction", "lyapunov"),


rule lyapunov:
    input:
        figures("lyapunov"),
