"""The best τ of every sweep beside τ_pred, as a forest of intervals."""

from __future__ import annotations

import math
import textwrap
from dataclasses import dataclass
from typing import cast

import numpy as np
import xarray as xr
from matplotlib.artist import Artist
from matplotlib.axes import Axes
from matplotlib.figure import Figure, SubFigure
from matplotlib.lines import Line2D
from matplotlib.ticker import FuncFormatter, LogLocator, NullFormatter

from tausweep.claims.words import NOT_MEASURED, NOTHING
from tausweep.figures.claims import ClaimsFigure
from tausweep.figures.drawing.collected import symbol
from tausweep.figures.drawing.panels import columns
from tausweep.figures.drawing.style import PALETTE, QUIET, characters, shorten
from tausweep.figures.figure import Style

ROW, LINE, FRAME = 0.2, 0.145, 0.9
"""Heights in inches: of a sweep, of a line of text, of axis and legend."""

COLOUR, UNLEARNED = PALETTE[0], "0.6"


@dataclass(frozen=True)
class Row:
    """A sweep by one quantity."""

    label: str
    ratio: float
    interval: tuple[float, float]
    good: tuple[float, float]
    edge: int
    says: bool
    instead: str
    """What stands in its place where there is no ratio."""

    @property
    def colour(self) -> str:
        """Quiet where the best says nothing: no τ made the models learn, or none can be told."""
        return COLOUR if self.says else UNLEARNED


def claims(dataset: xr.Dataset, settings: ClaimsFigure, style: Style) -> Figure:
    """Draw the ratio of the best τ to τ_pred of every sweep, a panel for each quantity.

    Parameters
    ----------
    dataset
        Output of stage `claims`.
    settings, style
        Where τ_pred is from, and how it looks.
    """
    quantities = dataset["quantity"].values.tolist()
    told = _sentences(dataset, style) if settings.sentences else []
    entries = _entries()
    across = columns(entries, characters(style))
    frame = FRAME + LINE * (math.ceil(len(entries) / across) - 1)
    height = frame + ROW * dataset.sizes["sweep"] + LINE * len(told)
    figure = Figure(figsize=(style.width, height), layout="constrained")
    above = _above(figure, LINE * len(told), told, style)
    panels = above.subplots(1, len(quantities), sharey=True, sharex=True, squeeze=False)[0]
    for q, (axes, name) in enumerate(zip(panels, quantities, strict=True)):
        rows = [_row(dataset.isel(sweep=i), q, settings) for i in range(dataset.sizes["sweep"])]
        _forest(axes, rows)
        axes.set_title(f"by {symbol(name)}", loc="left")
    panels[0].set_yticks(range(len(rows)), [row.label for row in rows])
    panels[0].set_ylabel("series · model")
    panels[0].set_ylim(len(rows) - 0.4, -0.6)
    above.legend(handles=entries, loc="outside upper left", ncols=across)
    return figure


def _above(figure: Figure, height: float, told: list[str], style: Style) -> Figure | SubFigure:
    """Where the panels stand, above what is told, in letters of a height in inches."""
    if not told:
        return figure
    ratios = [figure.get_figheight() - height, height]
    above, below = figure.subfigures(2, 1, squeeze=False, height_ratios=ratios).flat
    below.text(0.01, 0.98, "\n".join(told), va="top", fontsize=0.9 * style.font_size, color="0.2")
    return cast(SubFigure, above)


def _sentences(dataset: xr.Dataset, style: Style) -> list[str]:
    width = int(1.08 * characters(style))  # in smaller letters
    texts = [str(text) for text in dataset["sentence"].values.ravel()]
    lines = [line for text in texts for line in textwrap.wrap(text, width, subsequent_indent="   ")]
    return [_symbols(line) for line in lines]


def _symbols(text: str) -> str:
    """The sentence with its symbols set as such."""
    for plain in ("D_stsp", "D_H"):
        text = text.replace(f"{plain} ", f"{symbol(plain)} ")
    return text.replace("τ_pred", r"τ$_\mathrm{pred}$")


def _row(sweep: xr.Dataset, q: int, settings: ClaimsFigure) -> Row:
    """By τ_pred of the source asked for, where there is one; else by the other."""
    wanted = ["data", "equations"].index(settings.source)
    ratios = sweep["ratio"].values[q]
    source = wanted if np.isfinite(ratios[wanted]) else 1 - wanted
    tau_pred = float(sweep["tau_pred"][source])
    series, model, method = (str(sweep[name].values) for name in ("series", "model", "method"))
    of = f"{series} · {model}" + ("" if method == "sparse_tf" else f" · {method}")
    verdict = str(sweep["verdict"].values[q, source])
    low, high = sweep["ratio_interval"].values[q, source]
    first, last = sweep["good"].values[q] / tau_pred
    return Row(
        shorten(of, 40),
        float(ratios[source]),
        (float(low), float(high)),
        (float(first), float(last)),
        int(sweep["edge"][q]),
        verdict not in NOTHING,
        NOT_MEASURED if verdict == NOT_MEASURED else r"no $\tau_\mathrm{pred}$",
    )


def _forest(axes: Axes, rows: list[Row]) -> None:
    axes.set_xscale("log")
    axes.axvline(1, color=QUIET, linewidth=0.8, zorder=0)
    for y, row in enumerate(rows):
        if not np.isfinite(row.ratio):
            axes.text(0.5, y, row.instead, ha="center", va="center", color=QUIET,
                      transform=axes.get_yaxis_transform(), gid="none",
                      bbox={"color": "white", "pad": 1})  # fmt: skip
            continue
        axes.plot(row.good, [y, y], color=row.colour, alpha=0.2, linewidth=6, solid_capstyle="butt",
                  gid=f"good: {row.label}")  # fmt: skip
        axes.plot(row.interval, [y, y], color=row.colour, gid=f"interval: {row.label}")
        axes.plot([row.ratio], [y], "o", color=row.colour, gid=f"best: {row.label}",
                  markerfacecolor="white" if row.edge else row.colour)  # fmt: skip
    if not any(np.isfinite(row.ratio) for row in rows):
        axes.set_xlim(0.1, 10)  # of nothing
    axes.set_xlabel(r"best $\tau$ / $\tau_\mathrm{pred}$")
    axes.xaxis.set_major_locator(LogLocator(subs=(1, 2, 5)))  # a range may hold no power of ten
    axes.xaxis.set_major_formatter(FuncFormatter(lambda v, _: f"{v:g}"))
    axes.xaxis.set_minor_formatter(NullFormatter())
    axes.tick_params(axis="y", length=0)


def _entries() -> list[Artist]:
    """Of the legend."""
    return [
        Line2D([], [], marker="o", color=COLOUR, label="best τ and its interval"),
        Line2D([], [], marker="o", color=COLOUR, markerfacecolor="white", linestyle="",
               label="at an edge of what was tried"),
        Line2D([], [], color=COLOUR, alpha=0.2, linewidth=6, label="good τ"),
        Line2D([], [], marker="o", color=UNLEARNED, label="says nothing"),
    ]  # fmt: skip
