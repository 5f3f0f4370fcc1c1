"""Unfinished training on disk, so that a job that was killed goes on."""

from __future__ import annotations

import logging
import os
import time
from collections.abc import Callable
from pathlib import Path

import xarray as xr

from tausweep import store
from tausweep.whole import StoreError

log = logging.getLogger(__name__)


class Checkpoint:
    """A file beside the results that holds the state of one training job until it is done.

    Whoever writes the result removes it then.

    A file that cannot be used (damaged, edited, of another job, engine or code) is said and left
    aside: training then begins again. Without a path, nothing is kept.
    """

    def __init__(self, path: Path | None, every: float, job: str = "") -> None:
        self._path, self._every, self._job = path, every, job
        self._last = time.monotonic()

    def load(self, fits: Callable[[xr.Dataset], bool]) -> xr.Dataset | None:
        """What was kept last, if there is anything and it is a state that `fits`."""
        if self._path is None or not os.path.lexists(self._path):
            return None
        try:
            found = store.read(self._path, stage="checkpoint")
        except StoreError as error:
            log.warning("%s: training begins again", error)
            return None
        if not fits(found):
            log.warning(
                "%s: kept by another engine or version of tausweep: training begins again",
                self._path,
            )
            return None
        log.info("going on after epoch %d, from %s", found.sizes["epoch"], self._path)
        return found

    def due(self) -> bool:
        """Whether it is time to save."""
        return self._path is not None and time.monotonic() - self._last >= self._every

    def save(self, state: xr.Dataset) -> None:
        """Keep this state in the place of the last; training goes on where that is impossible."""
        if self._path is None:
            return
        key = self._path.stem
        try:
            store.write(
                state, self._path, stage="checkpoint", key=key, job=self._job, provenance={}
            )
        except StoreError as error:
            log.warning("no checkpoint: %s", error)
        self._last = time.monotonic()
