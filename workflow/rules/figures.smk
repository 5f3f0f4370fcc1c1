# Figures have names that people give them, which say nothing of what they show. So each has a third
# output, a file named by the key of all that it shows and how: a figure is drawn anew when that is
# not there, whatever Snakemake remembers. A figure that is there stays until the new one is
# whole (`update`).
#
# Which there are and what their captions say, the plan knows: nothing here names a kind of figure.
from tausweep.figures.settings import KINDS

for name, drawing in PLAN.figures.items():

    rule:
        name:
            "_".join(("figure", *Path(name).parts))
        input:
            ancient(drawing.input_paths),
        output:
            [
                (
                    report(
                        update(path),
                        category="Figures",
                        caption="../report/figure.rst",
                        labels={"series": drawing.settings.series, "figure": name},
                    )
                    if path.endswith((".png", ".csv"))
                    else update(path)
                )
                for path in PLAN.files(name)
            ],
            drawn=PLAN.marker(name),
        log:
            f"results/logs/figures/{name}.log",
        benchmark:
            f"results/benchmarks/figures/{name}.jsonl"
        priority: 1  # what can be looked at before hours of training, is drawn before
        conda:
            "../../envs/environment.yaml"
        threads: 1
        resources:
            mem_mb=megabytes(drawing),
            runtime=minutes(drawing),
        params:
            name=name,
            caption=PLAN.captions[name],
            job=drawing.json,
            files=PLAN.files(name),
        message:
            "figure {params.name}"
        shell:
            "tausweep stage figure --job {params.job:q}"
            " --output {params.files} --marker {output.drawn} 2> {log}"


rule figures:
    input:
        figures(*KINDS),
    localrule: True


# All of a kind: `snakemake lyapunov`.
for kind in KINDS:

    rule:
        name:
            kind
        input:
            figures(kind),
        localrule: True
