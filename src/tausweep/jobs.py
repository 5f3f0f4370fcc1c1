"""Jobs that are planned, each once however often it is asked for."""

from __future__ import annotations

from typing import Any

from tausweep.job import Job


class Jobs(dict[str, Job]):
    """Jobs by their reference, `stage/key`; what they are about, and what is to be downloaded."""

    def __init__(self) -> None:
        super().__init__()
        self.labels: dict[str, str] = {}
        """By key, for messages."""
        self.downloads: dict[str, str] = {}
        """Where each file that others publish is fetched from, by its path here."""

    def add(self, stage: str, settings: Any, **inputs: Job | list[Job]) -> Job:
        """The job of a stage with these settings and inputs by role."""
        references = {
            role: i.reference if isinstance(i, Job) else [c.reference for c in i]
            for role, i in inputs.items()
        }
        return self.keep(Job(stage, settings, references))

    def keep(self, job: Job) -> Job:
        """Give the job, or the one there is with its key."""
        return self.setdefault(job.reference, job)

    def label(self, label: str, *jobs: Job) -> None:
        """Say what jobs are about."""
        self.labels.update({job.key: label for job in jobs})
