"""Jobs as they are run: what they are given is looked at first."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest
from conftest import TINY

from tausweep import runner
from tausweep.experiment import load
from tausweep.job import Job
from tausweep.plan import Plan

BY_STAGE = {job.stage: job for job in Plan(load(TINY)).jobs.values() if job.inputs}


@pytest.mark.parametrize("job", BY_STAGE.values(), ids=BY_STAGE)
def test_an_input_is_one_or_a_list_as_its_stage_takes_it(job: Job, tmp_path: Path) -> None:
    for role, names in job.inputs.items():
        other = [names] if isinstance(names, str) else names[0]
        wrong = replace(job, inputs={**job.inputs, role: other})
        must = "a list" if isinstance(names, list) else "one"
        with pytest.raises(
            ValueError, match=rf"not a job of stage {job.stage}: inputs: {role}: must be {must}$"
        ):
            runner.run(wrong, [tmp_path / "results" / job.stage / f"{wrong.key}.nc"])
