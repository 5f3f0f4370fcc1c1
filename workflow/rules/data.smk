# Data that others publish: downloaded where Snakemake runs, as compute nodes often have no network.

import re


# What is there is never fetched again: there are no inputs, and where a file comes from is no
# parameter, so that another mirror changes nothing. A download that broke off goes on.
rule download:
    output:
        "{file}",
    log:
        "results/logs/download/{file}.log",
    wildcard_constraints:
        file="|".join(map(re.escape, PLAN.downloads)) or "(?!)",
    localrule: True
    conda:
        "../../envs/environment.yaml"
    threads: 1
    resources:
        url=lambda wildcards: PLAN.downloads[wildcards.file],
    message:
        "download {wildcards.file} from {resources.url}"
    shell:
        "tausweep download --url {resources.url:q} --output {output:q} 2> {log:q}"
