"""What jobs cost for what they do: a start and a rate for each kind, fitted to jobs that ran."""

from __future__ import annotations

import csv
import statistics
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import astuple, dataclass, fields
from importlib.resources import files
from typing import TextIO

from tausweep.cost.speed import Speed
from tausweep.cost.work import Work

LEAST = 0.05
"""Weight, beside a job that ran, of the belief that a start costs what the cheapest of all jobs
cost: it decides where all jobs of a kind did the same amount."""
BY_KERNEL = ("train", "orbit")
"""Stages whose rates go with the speed of a model's steps; others go with that of arrays."""


@dataclass(frozen=True)
class Cost:
    """Of a job."""

    seconds: float
    """On one core."""
    memory: float
    """The most it holds at once, in MiB."""
    disk: float
    """Of what it writes, in MiB."""


@dataclass(frozen=True)
class Line:
    """A cost that grows with the amount of work."""

    start: float
    rate: float

    def at(self, amount: float) -> float:
        """The cost of so much."""
        return self.start + self.rate * amount


@dataclass(frozen=True)
class Rate:
    """What jobs of a kind cost."""

    seconds: Line
    memory: Line
    disk: Line

    def of(self, amount: float, start: float = 1.0, work: float = 1.0) -> Cost:
        """The cost of a job, on a machine on which a start, and work, take so many times longer."""
        seconds = Line(self.seconds.start * start, self.seconds.rate * work)
        return Cost(seconds.at(amount), self.memory.at(amount), self.disk.at(amount))


@dataclass(frozen=True)
class Rates:
    """Of all kinds of jobs, and how fast the machine was that they were measured on."""

    kinds: Mapping[str, Rate]
    speed: Speed

    def cost(self, work: Work, speed: Speed) -> Cost:
        """Of a job on a machine of this speed.

        A kind that was not measured costs what is usual among those of its stage.
        """
        stage = work.kind.split()[0]
        start = speed.start / self.speed.start
        by = "kernel" if stage in BY_KERNEL else "arrays"
        slower = getattr(speed, by) / getattr(self.speed, by)
        known = self.kinds.get(work.kind)
        if known is not None:
            return known.of(work.amount, start, slower)
        alike = [rate for kind, rate in self.kinds.items() if kind.split()[0] == stage]
        if not alike:
            return Cost(0.0, 0.0, 0.0)
        costs = [rate.of(work.amount, start, slower) for rate in alike]
        return Cost(*map(statistics.median, zip(*map(astuple, costs), strict=True)))

    def write(self, file: TextIO) -> None:
        """As a table, which `read` reads."""
        for field in fields(Speed):
            file.write(f"# {field.name} {getattr(self.speed, field.name):.4g}\n")
        names = [f"{cost.name}_{part}" for cost in fields(Cost) for part in ("start", "rate")]
        writer = csv.writer(file, lineterminator="\n")
        writer.writerow(["kind", *names])
        for kind, rate in sorted(self.kinds.items()):
            lines = (getattr(rate, cost.name) for cost in fields(Cost))
            numbers = (f"{x:.4g}" for line in lines for x in (line.start, line.rate))
            writer.writerow([kind, *numbers])

    @classmethod
    def read(cls, lines: Iterable[str]) -> Rates:
        """The rates in a table."""
        lines = list(lines)
        comments = [line.split() for line in lines if line.startswith("#")]
        speed = {name: float(value) for _, name, value in comments}
        kinds = {}
        for row in csv.DictReader(line for line in lines if not line.startswith("#")):
            parts = {
                cost.name: Line(float(row[f"{cost.name}_start"]), float(row[f"{cost.name}_rate"]))
                for cost in fields(Cost)
            }
            kinds[row["kind"]] = Rate(**parts)
        return cls(kinds, Speed(**speed))


def measured() -> Rates:
    """The rates that come with this package; benchmarks/cost.py made them."""
    text = files("tausweep.cost").joinpath("measured.csv").read_text(encoding="utf-8")
    return Rates.read(text.splitlines())


def fit(done: Sequence[tuple[Work, Cost]], speed: Speed) -> Rates:
    """Rates by least squares of relative errors over jobs that ran on a machine of this speed."""
    kinds: dict[str, list[tuple[float, Cost]]] = {}
    for work, cost in done:
        kinds.setdefault(work.kind, []).append((work.amount, cost))
    names = [field.name for field in fields(Cost)]
    least = {name: min(getattr(cost, name) for _, cost in done) for name in names}
    rates = {}
    for kind, jobs in kinds.items():
        amounts = [amount for amount, _ in jobs]
        lines = {
            name: line(amounts, [getattr(cost, name) for _, cost in jobs], least[name])
            for name in names
        }
        rates[kind] = Rate(**lines)
    return Rates(rates, speed)


def line(amounts: Sequence[float], costs: Sequence[float], least: float) -> Line:
    """Start and rate, neither below zero, with the least relative errors.

    Parameters
    ----------
    amounts, costs
        Of every job, above zero.
    least
        What a start is believed to cost, for want of better.
    """
    import numpy as np
    from scipy.optimize import nnls

    cost = np.maximum(costs, 1e-6)
    most = max(amounts)
    rows = np.column_stack([np.ones(len(cost)), np.asarray(amounts) / most]) / cost[:, None]
    belief = np.array([LEAST / max(least, 1e-6), 0.0])
    (start, rate), _ = nnls(np.vstack([rows, belief]), np.r_[np.ones(len(cost)), LEAST])
    return Line(float(start), float(rate / most))
