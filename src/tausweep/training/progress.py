"""How far training has come: a bar on a terminal, a line now and then in a log."""

from __future__ import annotations

import logging
import sys
import time

import numpy as np
from jaxtyping import Float
from tqdm import tqdm

log = logging.getLogger(__name__)

BETWEEN = 60.0
"""Seconds between two lines of a log."""


class Progress:
    """Shows epoch, median loss, members alive, speed and time left."""

    def __init__(self, epochs: int, done: int) -> None:
        self._bar = tqdm(total=epochs, initial=done, unit="epoch", disable=not sys.stderr.isatty())
        self._began = self._last = time.monotonic()
        self._first, self._epochs = done, epochs

    def show(self, epoch: int, loss: Float[np.ndarray, " member"]) -> None:
        """Say that `epoch` epochs are done, the last with these losses."""
        now, end = time.monotonic(), epoch == self._epochs
        if not self._bar.disable:
            self._bar.update(epoch - self._bar.n)
            self._bar.set_postfix_str(_state(loss), refresh=False)
            if end:
                self._bar.close()
        elif end or now - self._last >= BETWEEN:
            self._last = now
            speed = (epoch - self._first) / max(now - self._began, 1e-9)
            left = (self._epochs - epoch) / speed
            log.info(
                "epoch %d/%d, %s, %.3g epochs/s, %.0f s left",
                epoch, self._epochs, _state(loss), speed, left,
            )  # fmt: skip


def _state(loss: Float[np.ndarray, " member"]) -> str:
    alive = loss[np.isfinite(loss)]
    typical = f"{np.median(alive):.3g}" if len(alive) else "none"
    return f"median loss {typical}, {len(alive)} of {len(loss)} members alive"
