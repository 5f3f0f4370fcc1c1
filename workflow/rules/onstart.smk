# What Snakemake 9.27 and its Slurm plugin 2.8 do wrong, mended when a run starts. No option does.

import sys


# What Slurm says of jobs, so that the plugin waits for none for ever:
#   - where nothing is said, as the controller is away, it would forget all jobs, without a word;
#   - jobs that ended minutes ago are no longer in the queue, and it would take them for running:
#     they have ended, and how, their files tell;
#   - sacct says by whom a job was cancelled ("CANCELLED by 0"), which it would not understand.
def mend(slurm):
    ask, check = slurm.query_job_status, slurm.Executor.check_active_jobs
    active, answered = set(), True

    async def asked(command, logger):
        nonlocal answered
        states, seconds = await ask(command, logger)
        asks = command.split()[0]
        if answered and states is None:
            logger.warning(f"{asks} does not say how jobs are doing: asking until it does")
        answered = states is not None
        if not answered:
            return {}, 0.0
        gone = active - states.keys() if asks == "squeue" else ()
        told = {job: state.split()[0] for job, state in states.items() if state}
        return told | dict.fromkeys(gone, "UNKNOWN"), seconds

    async def checked(executor, jobs):
        active.clear()
        active.update(job.external_jobid for job in jobs)
        async for job in check(executor, jobs):
            yield job

    slurm.query_job_status, slurm.Executor.check_active_jobs = asked, checked


onstart:
    # At most 100 jobs start a second. For that, each job that ends leaves a timer behind that looks
    # through all that waits, every second, for as long as anything does: some hundred of them take a
    # whole core from the jobs.
    limit = workflow.scheduler.job_rate_limiter
    if limit and (limit.max_jobs, limit.timespan) == (100, 1):
        workflow.scheduler.job_rate_limiter = None
    plugin = sys.modules.get("snakemake_executor_plugin_slurm")
    if hasattr(plugin, "query_job_status"):
        mend(plugin)
