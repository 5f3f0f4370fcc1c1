# One rule draws every figure; style is a parameter of this rule alone. Two rules name groups of them.
localrules:
    figures,
    lyapunov,


FIGURES = [
    f"results/figures/{EXPERIMENT.experiment}/{name}.{format}"
    for name in PLAN.figures
    for format in ("pdf", "png")
]


def figure(wildcards):
    try:
        return PLAN.figures[wildcards.name]
    except KeyError:
        known = ", ".join(PLAN.figures)
        raise WorkflowError(f"no figure {wildcards.name}: there are {known}") from None


rule figure:
    input:
        lambda wildcards: ancient(figure(wildcards).cell.path),
    output:
        pdf=f"results/figures/{EXPERIMENT.experiment}/{{name}}.pdf",
        png=report(
            f"results/figures/{EXPERIMENT.experiment}/{{name}}.png",
            category="Figures",
            caption="../report/figure.rst",
            labels={"figure": "{name}"},
        ),
    log:
        f"results/logs/figures/{EXPERIMENT.experiment}/{{name}}.log",
    benchmark:
        f"results/benchmarks/figures/{EXPERIMENT.experiment}/{{name}}.jsonl"
    params:
        kind=lambda wildcards: figure(wildcards).kind,
        options=lambda wildcards: figure(wildcards).json,
    conda:
        "../../envs/environment.yaml"
    threads: 1
    resources:
        mem_mb=2000,
        runtime=10,
    message:
        "figure {wildcards.name}"
    shell:
        "tausweep figure {params.kind} --input {input} --options {params.options:q}"
        " --output {output} 2> {log}"


rule figures:
    input:
        FIGURES,


rule lyapunov:
    input:
        [path for path in FIGURES if "/lyapunov_" in path],
