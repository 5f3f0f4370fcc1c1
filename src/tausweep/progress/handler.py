"""Progress as a logger plugin of Snakemake, which hands it all that it logs.

Snakemake loads this whenever it starts, also to run a single job: so it imports little.
"""

from __future__ import annotations

import contextlib
import logging
import sys
import threading
from collections.abc import Callable
from typing import TYPE_CHECKING

from snakemake_interface_logger_plugins.base import LogHandlerBase

if TYPE_CHECKING:
    from tausweep.progress.watch import Watch

TICK = 2.0
"""Seconds between two looks at what runs."""


class LogHandler(LogHandlerBase):
    """Shows progress, unless Snakemake was asked to show something else, and then does.

    An error in here never reaches Snakemake: one line tells of it, and from then on all is shown in
    Snakemake's words.
    """

    writes_to_file = False
    has_filter = False  # what --quiet and the like leave out, does not come here
    has_formatter = False  # `format` gives Snakemake's words
    needs_rulegraph = False

    @property
    def writes_to_stream(self) -> bool:
        """Whether this writes in the place of Snakemake."""
        asked, own = self.common_settings, self.settings
        in_full = asked.dryrun or asked.printshellcmds or asked.verbose or asked.debug_dag
        return not (getattr(own, "off", False) or in_full or asked.quiet)

    def __post_init__(self) -> None:
        """Begin, before anything is known of the workflow."""
        self._stream = sys.stdout if self.common_settings.stdout else sys.stderr
        self._watch: Watch | None = None
        self._ended = threading.Event()
        if self.writes_to_stream:
            self._guarded(self._open)

    def emit(self, record: logging.LogRecord) -> None:
        """Take what Snakemake tells."""
        watch = self._watch
        if watch is not None and self._guarded(lambda: watch.take(record, self.format)):
            return
        if self.writes_to_stream:
            self._write(self.format(record))

    def close(self) -> None:
        """Say what became of the run."""
        self._ended.set()
        self.acquire()
        if self._watch is not None:
            self._guarded(self._watch.close)
            self._watch = None
        self.release()
        super().close()

    def _open(self) -> None:
        from tausweep.progress.watch import Watch

        # On a full disk Snakemake cannot write its log, and every line of it would be a traceback.
        logging.raiseExceptions = False
        self._watch = Watch(self._stream, colour=not self.common_settings.nocolor)
        threading.Thread(target=self._ticks, daemon=True).start()

    def _ticks(self) -> None:
        while not self._ended.wait(TICK):
            self.acquire()
            if self._watch is not None:
                self._guarded(self._watch.tick)
            self.release()

    def _guarded(self, act: Callable[[], None]) -> bool:
        """Do it, and give up progress where that fails; tell whether it was done."""
        try:
            act()
        except Exception as error:
            self._watch = None
            self._write(f"progress is not shown: {type(error).__name__}: {error}")
            return False
        return True

    def _write(self, text: str) -> None:
        with contextlib.suppress(Exception):  # there is no stream, it is closed, or nobody reads
            if text not in ("", "None"):
                self._stream.write(text + "\n")
                self._stream.flush()
