# How every rule finds its job in the plan. A file's name is its content's key, so the age of
# files says nothing: all inputs are `ancient`, and a job runs when its output is not there.

import sys

from tausweep.cost.asked import Requests
from tausweep.job import Job

# Jobs find the command `tausweep` installed beside this Snakemake, be it activated or not.
shell.prefix(f"export PATH={Path(sys.executable).parent}:$PATH; ")


wildcard_constraints:
    key="[0-9a-f]{16}",


def inputs(stage):
    return lambda wildcards: ancient(PLAN.job(stage, wildcards.key).input_paths)


def job(stage):
    return lambda wildcards: PLAN.job(stage, wildcards.key).json


# Time and memory that a scheduler is asked for: more at each attempt. `of` is a stage, or a job.
REQUESTS = Requests(PLAN.jobs)


def asked(of, wildcards):
    return REQUESTS.of(of if isinstance(of, Job) else PLAN.job(of, wildcards.key))


def minutes(of):
    return lambda wildcards, attempt: attempt * asked(of, wildcards).minutes


def megabytes(of):
    return lambda wildcards, attempt: attempt * asked(of, wildcards).megabytes


def figures(*kinds):
    return [
        path
        for name, drawing in PLAN.figures.items()
        if drawing.settings.figure.kind in kinds
        for path in PLAN.drawn(name)
    ]
