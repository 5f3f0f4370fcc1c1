# What Snakemake 9.27 and its Slurm plugin 2.8 do wrong, mended when a run starts. No option does.

import sys


onstart:
    # At most 100 jobs start a second. For that, each job that ends leaves a timer behind that looks
    # through all that waits, every second, for as long as anything does: some hundred of them take a
    # whole core from the jobs.
    limit = workflow.scheduler.job_rate_limiter
    if limit and (limit.max_jobs, limit.timespan) == (100, 1):
        workflow.scheduler.job_rate_limiter = None
    # Where Slurm does not say how jobs are, as its controller is away, the plugin forgets them, and
    # waits for them for ever. What is not known of is still running, as far as one knows.
    slurm = sys.modules.get("snakemake_executor_plugin_slurm")
    ask = getattr(slurm, "query_job_status", None)
    if ask is not None:

        async def asked(*arguments):
            states, seconds = await ask(*arguments)
            return ({}, 0.0) if states is None else (states, seconds)

        slurm.query_job_status = asked
