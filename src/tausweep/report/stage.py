"""Stage `report`: results in, one page to read out."""

from __future__ import annotations

import base64
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from importlib.resources import files
from typing import Any

import xarray as xr
from jinja2 import Environment, PackageLoader, StrictUndefined
from markupsafe import Markup

from tausweep.figures import stage as figures
from tausweep.figures.claims import ClaimsFigure
from tausweep.figures.figure import Style
from tausweep.figures.sweep import SweepFigure
from tausweep.figures.table import Table
from tausweep.lyapunov import report as lyapunov
from tausweep.report.answer import answers
from tausweep.report.charts import Spec
from tausweep.report.explorer import Explorer, explore
from tausweep.report.settings import Chapter, Page, Shown
from tausweep.report.signals import about, charts
from tausweep.report.words import html_of, in_rst, interval, line_of, number, symbols, title_of
from tausweep.stages import STAGES

LIBRARIES = ("vega", "vega-lite")
"""What draws the charts that answer to a reader; `envs/package.json` says which versions."""

WIDE, NARROW, FONT_SIZE = 7.0, 3.9, 8.0
"""Width of figures in inches, on a screen or paper and on a phone, and their letters in points: so
they are as large as the text around them.
"""

Results = Mapping[str, xr.Dataset]
"""By reference, `stage/key`."""


@dataclass(frozen=True)
class Image:
    """A drawing, with its size in points."""

    uri: str
    width: int
    height: int


@dataclass(frozen=True)
class Picture:
    """A figure or table as it stands on a page."""

    shown: Shown
    caption: Markup
    alt: str
    wide: Image | None
    narrow: Image | None
    """For a screen or paper, and for a phone; none of a table."""
    table: tuple[list[str], list[list[str]]] | None
    """Head and rows."""
    files: list[tuple[str, str]]
    """Format and place of its files, relative to the page."""
    data: list[tuple[str, str]]
    """Reference and place of what it is drawn from."""


@dataclass(frozen=True)
class Section:
    """A series as a page tells of it."""

    number: int
    series: str
    about: list[tuple[str, str]]
    signal: list[Spec]
    lyapunov: Mapping[str, Any]
    explorer: Explorer | None
    pictures: Mapping[str, list[Picture]]
    """By the part of the story: `data`, `lyapunov`, `sweep`, `orbits`, `more`."""


PARTS = {"signal": "data", "lyapunov": "lyapunov", "sweep": "sweep", "reconstruction": "orbits"}
"""Of the story, by kind of figure."""
MORE = "more"
"""Where other kinds are told."""


@dataclass(frozen=True)
class Written:
    """A page, to be rendered."""

    page: Page
    results: Results

    def render(self, suffix: str) -> bytes:
        """The content of a file: html, the page, or rst, how Snakemake's report begins."""
        told = answers(self.page, self.results)
        if suffix == "rst":
            return _environment().get_template("front.rst.j2").render(
                page=self.page, answers=told
            ).encode()  # fmt: skip
        sections = _sections(self.page, self.results)
        text = _environment().get_template("page.html.j2").render(
            page=self.page,
            answers=told,
            sections=sections,
            together={
                shown.kind: _picture(shown, self.results, self.page)
                for shown in self.page.figures
            },
            data={"explorers": {s.number: s.explorer.found for s in sections if s.explorer},
                  "signals": {s.number: s.signal for s in sections}},
            trained=line_of(self.page.trained) if self.page.trained else "",
            lost=_lost(sections),
            sources=_sources(self.page),
            libraries=[Markup(_asset(f"vendor/{name}.min.js")) for name in LIBRARIES],
            script=Markup(_asset("page/page.js")),
            css=Markup(_asset("page/page.css")),
        )  # fmt: skip
        return text.encode()


def run(settings: Page, **results: xr.Dataset) -> Written:
    """Write a page.

    Parameters
    ----------
    settings
        What it tells of.
    results
        Everything that it tells and shows, by reference.
    """
    return Written(settings, results)


@cache
def _environment() -> Environment:
    environment = Environment(
        loader=PackageLoader("tausweep.report", "page"),
        autoescape=lambda name: name is not None and ".html" in name,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
        keep_trailing_newline=True,
    )
    environment.filters |= {
        "symbols": symbols,
        "number": number,
        "interval": interval,
        "rst": in_rst,
    }
    return environment


@cache
def _asset(name: str) -> str:
    return files("tausweep.report").joinpath(name).read_text(encoding="utf-8")


def _sections(page: Page, results: Results) -> list[Section]:
    return [_section(i + 1, chapter, page, results) for i, chapter in enumerate(page.chapters)]


def _section(number: int, chapter: Chapter, page: Page, results: Results) -> Section:
    of = {role: results[reference] for role, reference in chapter.inputs.items()}
    pictures: dict[str, list[Picture]] = {part: [] for part in (*PARTS.values(), MORE)}
    for shown in chapter.figures:
        part = PARTS.get(shown.kind, MORE)
        pictures[part].append(_picture(shown, results, page))
    return Section(
        number,
        chapter.series,
        about(of["series"], of["signal"]),
        charts(of["signal"]),
        lyapunov.numbers(of["lyapunov"], of["signal"]),
        _explorer(chapter, page, results),
        pictures,
    )


def _explorer(chapter: Chapter, page: Page, results: Results) -> Explorer | None:
    """Of what was trained, if there is a figure of the sweep."""
    shown = [each.drawing for each in chapter.figures]
    sweeps = [each.figure for each in shown if isinstance(each.figure, SweepFigure)]
    if not sweeps:
        return None
    collect = results[page.inputs["collect"]]
    return explore(collect, sweeps, chapter.series, shown[0].style, 1 / len(page.chapters))


def _lost(sections: Sequence[Section]) -> str:
    """How many members diverged, of those that did."""
    known = [section.explorer for section in sections if section.explorer]
    trained, lost = sum(e.trained for e in known), sum(e.diverged for e in known)
    if not lost:
        return ""
    every = "All" if lost == trained else f"{lost} of"
    return f"{every} {trained} trained members diverged."


# ----------------------------------------------------------------------------------- its figures


def _picture(shown: Shown, results: Results, page: Page) -> Picture:
    inputs = {role: results[reference] for role, reference in shown.inputs.items()}
    figure = shown.drawing.figure
    table = wide = narrow = None
    if isinstance(figure, Table):
        head, *rows = figure.rows(inputs)
        table = list(head), [list(row) for row in rows]
    else:
        wide = _drawn(shown, inputs, WIDE)
        narrow = None if isinstance(figure, SweepFigure) else _drawn(shown, inputs, NARROW)
    caption = html_of(shown.caption)
    directory, file = shown.name.split("/")
    there = "" if directory == page.name else f"../{directory}/"
    return Picture(
        shown,
        caption,
        title_of(caption),
        wide,
        narrow,
        table,
        [(suffix, f"{there}{file}.{suffix}") for suffix in figure.formats],
        [(reference, _place(reference)) for reference in shown.inputs.values()],
    )


def _drawn(shown: Shown, inputs: Results, width: float) -> Image:
    style = Style(width=width, font_size=FONT_SIZE, colours=shown.drawing.style.colours)
    figure = shown.drawing.figure
    if isinstance(figure, ClaimsFigure):
        figure = figure.model_copy(update={"sentences": False})  # the page has them as its answer
    drawing = shown.drawing.model_copy(update={"style": style, "figure": figure})
    drawn = figures.run(drawing, **inputs).render("svg")
    size = re.search(rb'viewBox="0 0 ([0-9.]+) ([0-9.]+)"', drawn)
    assert size is not None
    uri = f"data:image/svg+xml;base64,{base64.b64encode(drawn).decode()}"
    return Image(uri, round(float(size[1])), round(float(size[2])))


def _place(reference: str) -> str:
    """Where a result is, relative to the page."""
    return f"../../{reference}.nc"


def _sources(page: Page) -> list[tuple[str, str, str]]:
    """What the page is written from: what it is, its reference and its place; each file once."""
    return [(STAGES[r.split("/")[0]].title, r, _place(r)) for r in page.references]
