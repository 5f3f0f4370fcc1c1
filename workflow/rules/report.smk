# One page to read for each experiment, and one for a study. Like figures, a page has a name for
# people and a file that says by its name what it was written from.
#
# The captions of all its figures are longer than a command line may be, so its job is planned again
# from the configuration. What is asked of Snakemake by a function of the output is no reason for it
# to run a job again, or a default that is written out would write pages anew.
import json

from tausweep.drawn import REPORT

SETTINGS = json.dumps(config, ensure_ascii=False)
PLACE = str(Path(*workflow.configfiles[:1]).parent)

for directory, written in PLAN.pages.items():
    page, front, drawn = PLAN.drawn(f"{directory}/{REPORT}")

    rule:
        name:
            f"report_{directory}"
        input:
            ancient(written.input_paths),
        output:
            page=report(
                update(page),
                category="Report",
                caption="../report/page.rst",
                labels={"report": directory},
            ),
            front=update(front),
            drawn=drawn,
        log:
            f"results/logs/report/{directory}.log",
        benchmark:
            f"results/benchmarks/report/{directory}.jsonl"
        conda:
            "../../envs/environment.yaml"
        threads: 1
        resources:
            mem_mb=megabytes(written),
            runtime=minutes(written),
        params:
            name=directory,
            key=written.key,
            settings=lambda wildcards, output: SETTINGS,
            place=lambda wildcards, output: PLACE,
        message:
            "report of {params.name}"
        shell:
            "tausweep report --settings {params.settings:q} --relative-to {params.place:q}"
            " --name {params.name} 2> {log}"


# A page links to the files of its figures, which it is not made from.
rule reports:
    input:
        rules.figures.input,
        [path for name in PLAN.pages for path in PLAN.drawn(f"{name}/{REPORT}")],
    localrule: True
