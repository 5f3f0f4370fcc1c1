"""What made a file: versions, code, machine, time."""

from __future__ import annotations

import importlib.metadata
import platform
import subprocess
import sys
from datetime import UTC, datetime
from pathlib import Path

_PACKAGES = ("numpy", "scipy", "torch", "xarray", "netCDF4")


def collect(seconds: float) -> dict[str, str | float]:
    """Global attributes that describe this run of a stage, which took `seconds`."""
    commit, dirty = _git()
    versions = [f"{name} {importlib.metadata.version(name)}" for name in _PACKAGES]
    created = datetime.now(UTC).isoformat(timespec="seconds")
    source = f"tausweep {importlib.metadata.version('tausweep')}"
    return {
        "created": created,
        "seconds": round(seconds, 3),
        "host": platform.node(),
        "device": _device(),
        "source": source,
        "history": f"{created}: made by {source}",
        "versions": f"python {platform.python_version()}, {', '.join(versions)}",
        "git_commit": commit,
        "git_dirty": dirty,
    }


def _device() -> str:
    torch = sys.modules.get("torch")  # asked only where the stage itself needed it
    if torch is not None and torch.cuda.is_initialized():
        return f"cuda: {torch.cuda.get_device_name()}"
    return f"cpu: {platform.machine()}"


def _git() -> tuple[str, str]:
    """Commit of the library's checkout and whether it has changes; 'unknown' outside one."""
    here = Path(__file__).parent

    def git(*arguments: str) -> str:
        return subprocess.run(
            ["git", "-C", str(here), *arguments], capture_output=True, text=True, check=True
        ).stdout.strip()

    try:
        return git("rev-parse", "HEAD"), str(bool(git("status", "--porcelain"))).lower()
    except (OSError, subprocess.CalledProcessError):
        return "unknown", "unknown"
