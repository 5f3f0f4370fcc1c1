"""How a job is run. Nothing here changes what it computes, so nothing here is in a key."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path


@dataclass(frozen=True)
class Execution:
    """What a job may use, and where it keeps what it would need to go on."""

    engine: str = "auto"
    """eager, fused, cuda, or auto for the fastest that can run here."""
    threads: int = 1
    checkpoint: Path | None = None
    """Where unfinished training is kept; nowhere without."""
    every: float = 60.0
    """Seconds between two checkpoints."""
    job: str = ""
    """Canonical JSON of the job, which a checkpoint is checked against."""


PLAIN = Execution()
"""The fastest engine, one thread, and no checkpoint."""
