"""What a server of the tests publishes, and what is asked of it."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from tausweep.series import checksums, downloads


@dataclass
class Published:
    """What a server on this machine publishes, and how well it does."""

    url: str = ""
    files: dict[str, bytes] = field(default_factory=dict)
    cut: list[int] = field(default_factory=list)
    """Bytes after which it breaks off, for each of the next answers."""
    status: list[int] = field(default_factory=list)
    """What it says in the place of each of the next answers."""
    wait: float = 0.0
    """Seconds before it answers."""
    halfway: Callable[[], Any] | None = None
    """Called when half of an answer has been sent."""
    leads_to: str = ""
    """Where it sends those who ask it."""
    ranges: bool = True
    length: bool = True
    version: str = "1"
    kind: str = "application/octet-stream"
    asked: list[tuple[str, str | None, int]] = field(default_factory=list)
    """Paths and ranges asked for, and the status of the answer."""


CONTENT = np.random.default_rng(0).bytes(300_000)
QUICK: dict[str, Any] = {"timeout": 2.0, "attempts": 2, "pause": 0.01}


def left(path: Path) -> list[str]:
    """What lies in the directory of a file, beside the list of checksums."""
    return sorted(f.name for f in path.parent.glob("*") if f.name != checksums.FILE)


def fails(server: Published, path: Path, **options: Any) -> str:
    with pytest.raises(downloads.DownloadError) as error:
        downloads.fetch(f"{server.url}/a.zip", path, **{**QUICK, **options})
    assert "\n" not in str(error.value)
    assert not path.exists()
    return str(error.value)
