# tausweep: on the difficulty of learning chaotic dynamics with RNNs, as a workflow.
import sys
from pathlib import Path

from snakemake.exceptions import WorkflowError
from snakemake.utils import min_version, validate

from tausweep.config import ConfigError, load
from tausweep.plan import Plan

min_version("9.0")

# Jobs find the command `tausweep` installed beside this Snakemake, be it activated or not.
shell.prefix(f"export PATH={Path(sys.executable).parent}:$PATH; ")

# A file given with --configfile stands alone: config.yaml is not merged into it, unless all it
# holds are settings without an experiment of their own.
if not {"experiment", "series", "models", "methods"} & set(config):

    configfile: Path(workflow.basedir) / "config.yaml"


try:
    EXPERIMENT = load(config)
    PLAN = Plan(EXPERIMENT)
except ConfigError as error:
    raise WorkflowError(f"configuration: {error}") from None
validate(config, "workflow/schemas/config.schema.json", set_default=False)


report: "workflow/report/workflow.rst"


include: "workflow/rules/common.smk"
include: "workflow/rules/signals.smk"
include: "workflow/rules/models.smk"
include: "workflow/rules/figures.smk"


rule all:
    default_target: True
    input:
        rules.figures.input,
