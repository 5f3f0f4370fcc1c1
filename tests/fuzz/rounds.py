"""Rounds of one kind of input, each with bounds of time, of memory, and of what may be said."""

from __future__ import annotations

import faulthandler
import logging
import random
import resource
import sys
import tempfile
import time
import traceback
import warnings
from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path

import tausweep

SECONDS = 10.0
"""Of processor time, for one round."""
BYTES = 2_000_000_000
"""Of memory, for all rounds: what a process takes does not fall again."""

Attempt = Callable[[], object]
Case = tuple[Attempt, str, tuple[type[Exception], ...]]
"""What is tried, what a refusal must name, and as what it may be raised."""
Kind = Callable[[random.Random, Path], Case]


@dataclass
class Result:
    """How rounds ended, and what is wrong, with the number of the round for each."""

    ended: Counter[str] = field(default_factory=Counter)
    faults: list[str] = field(default_factory=list)
    longest: float = 0.0
    memory: int = 0

    def __str__(self) -> str:
        ended = ", ".join(f"{n} {end}" for end, n in sorted(self.ended.items()))
        return f"{ended}; at most {self.longest:.1f} s and {self.memory / 1e9:.1f} GB"


def run(name: str, kind: Kind, rounds: int, first: int = 0) -> Result:
    """Rounds from this one on; each depends on its kind and number alone."""
    result = Result()
    warnings.simplefilter("error")
    logging.disable()
    resource.setrlimit(resource.RLIMIT_AS, (4 * BYTES, resource.RLIM_INFINITY))
    for number in range(first, first + rounds):
        print(f"\r{name} {number} ", end="", file=sys.stderr, flush=True)
        faulthandler.dump_traceback_later(12 * SECONDS, exit=True)
        with tempfile.TemporaryDirectory() as directory:
            case = kind(random.Random(f"{name} {number}"), Path(directory))
            before = _processor()
            end, fault = _ending(*case)
            taken = _processor() - before
        faulthandler.cancel_dump_traceback_later()
        if taken > SECONDS:
            fault = f"took {taken:.1f} s; {fault}"
        if (memory := _memory()) > BYTES >= result.memory:
            fault = f"took {memory / 1e9:.1f} GB; {fault}"
        if fault:
            result.faults.append(f"{name} {number}: {fault}")
        result.ended[end] += 1
        result.longest, result.memory = max(result.longest, taken), memory
    print(file=sys.stderr)
    return result


def _ending(attempt: Attempt, named: str, allowed: tuple[type[Exception], ...]) -> tuple[str, str]:
    try:
        attempt()
    except allowed as error:
        text = str(error)
        if len(text.splitlines()) != 1:
            return "refused", f"not one line: {text[:300]!r}"
        if named not in text:
            return "refused", f"does not name {named}: {text[:300]!r}"
        if len(text) > 3000:
            return "refused", f"{len(text)} characters: {text[:300]!r}"
        return "refused", _hidden(error.__cause__)
    except BaseException:
        return "crashed", traceback.format_exc()
    return "taken", ""


MISTAKES = (LookupError, AttributeError, TypeError, NameError, ArithmeticError, AssertionError)
"""What code of ours would raise where it is wrong, and should be seen instead of blaming a file."""


def _hidden(cause: BaseException | None) -> str:
    """What a refusal hides that should not be: a mistake of ours, or memory that was asked for."""
    if cause is None:
        return ""
    last = traceback.extract_tb(cause.__traceback__)[-1]
    ours = Path(last.filename).is_relative_to(Path(tausweep.__file__).parent)
    if (ours and isinstance(cause, MISTAKES)) or isinstance(cause, MemoryError | Warning):
        return "hides " + "".join(traceback.format_exception(cause))
    return ""


def _processor() -> float:
    children = resource.getrusage(resource.RUSAGE_CHILDREN)
    return time.process_time() + children.ru_utime + children.ru_stime


def _memory() -> int:
    who = (resource.RUSAGE_SELF, resource.RUSAGE_CHILDREN)
    return 1024 * max(resource.getrusage(one).ru_maxrss for one in who)
