# Figures have names that people give them, which say nothing of what they show. So each has a third
# output, an empty file named by the key of all that it shows and how: a figure is drawn anew when
# that is not there, whatever Snakemake remembers. A figure that is there stays until the new one is
# whole (`update`).
localrules:
    figures,
    lyapunov,
    signal,


for name, drawing in PLAN.figures.items():

    rule:
        name:
            f"figure_{name}"
        input:
            ancient(drawing.input_paths),
        output:
            pdf=update(f"{FIGURES}/{name}.pdf"),
            png=report(
                update(f"{FIGURES}/{name}.png"),
                category="Figures",
                caption="../report/figure.rst",
                labels={"figure": name},
            ),
            drawn=touched(name, drawing),
        log:
            f"results/logs/figures/{EXPERIMENT}/{name}.log",
        benchmark:
            f"results/benchmarks/figures/{EXPERIMENT}/{name}.jsonl"
        conda:
            "../../envs/environment.yaml"
        threads: 1
        resources:
            mem_mb=2000,
            runtime=10,
        params:
            name=name,
            kind=drawing.settings.kind,
            job=drawing.json,
        message:
            "figure {params.name}"
        shell:
            "tausweep stage figure --job {params.job:q}"
            " --output {output.pdf} {output.png} --marker {output.drawn} 2> {log}"


rule figures:
    input:
        figures("signal", "sweep", "reconstruction", "lyapunov"),


rule lyapunov:
    input:
        figures("lyapunov"),


rule signal:
    input:
        figures("signal"),
