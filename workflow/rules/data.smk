# Data that others publish: downloaded where Snakemake runs, as compute nodes often have no network.

import re
from pathlib import Path


# Only of what is not there: a file that is, be it somebody's own copy, is no output of a rule, which
# could be made anew or deleted. A download that broke off goes on.
rule download:
    output:
        "{file}",
    log:
        "results/logs/download/{file}.log",
    wildcard_constraints:
        file="|".join(re.escape(f) for f in PLAN.downloads if not Path(f).exists()) or "(?!)",
    localrule: True
    conda:
        "../../envs/environment.yaml"
    threads: 1
    resources:
        mem_mb=500,
    params:
        url=lambda wildcards: PLAN.downloads[wildcards.file],
    message:
        "download {wildcards.file} from {params.url}"
    shell:
        "tausweep download --url {params.url:q} --output {output:q} 2> {log:q}"
