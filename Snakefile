# tausweep: on the difficulty of learning chaotic dynamics with RNNs, as a workflow.
from pathlib import Path

from snakemake.exceptions import WorkflowError
from snakemake.logging import logger
from snakemake.utils import min_version, validate

from tausweep import configfile as configuration
from tausweep.errors import ConfigError
from tausweep.plan import Plan
from tausweep.study import load

min_version("9.0")

# A file given with --configfile stands alone: config.yaml is not merged into it, unless all it
# holds are settings on their own.
if not {"study", "experiment", "series", "models", "methods", "theory"} & set(config):

    configfile: Path(workflow.basedir) / "config.yaml"


try:
    for file in workflow.configfiles:
        configuration.check(file)
    PLAN = Plan(load(config, Path(*workflow.configfiles[:1]).parent))
except ConfigError as error:
    raise WorkflowError(f"configuration: {error}") from None
validate(config, "workflow/schemas/config.schema.json", set_default=False)


report: "workflow/report/workflow.rst"


include: "workflow/rules/common.smk"
include: "workflow/rules/data.smk"
include: "workflow/rules/signals.smk"
include: "workflow/rules/models.smk"
include: "workflow/rules/theory.smk"
include: "workflow/rules/figures.smk"
include: "workflow/rules/report.smk"
include: "workflow/rules/onstart.smk"


# For who shows how far a run is: what is planned, and which jobs a rule is for.
logger.info("", extra={"plan": PLAN, "logs": {r.name: r.log[0] for r in workflow.rules if r.log}})


rule all:
    default_target: True
    input:
        rules.figures.input,
        rules.reports.input,
        rules.best.input,
