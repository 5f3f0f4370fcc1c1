# How every rule finds its cell in the plan. A file's name is its content's key, so the age of
# files says nothing: all inputs are `ancient`, and a job runs when its output is not there.


wildcard_constraints:
    key="[0-9a-f]{16}",


FIGURES = f"results/figures/{EXPERIMENT.experiment}/{{name}}"


def inputs(stage):
    return lambda wildcards: ancient(PLAN.cell(stage, wildcards.key).input_paths)


def cell(stage):
    return lambda wildcards: PLAN.cell(stage, wildcards.key).json


def figure(wildcards):
    return PLAN.figure(wildcards.name)


def figures(*kinds):
    names = [name for name, figure in PLAN.figures.items() if figure.kind in kinds]
    return expand(f"{FIGURES}.{{format}}", name=names, format=["pdf", "png"])
