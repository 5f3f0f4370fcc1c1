"""How λ_max was found: divergence of neighbours in time (Mikhaeil et al. 2022, Fig. 4a), what each
estimator says, and what the embedding was chosen by.
"""

from __future__ import annotations

from collections.abc import Sequence
from textwrap import wrap
from typing import Any

import numpy as np
import xarray as xr
from matplotlib.axes import Axes
from matplotlib.figure import Figure, SubFigure

from tausweep.figures.drawing.style import LINES, PALETTE, QUIET, characters, number, shorten
from tausweep.figures.figure import Style
from tausweep.lyapunov.report import Estimate, estimates, of_equations, says

ROSENSTEIN, FIT = PALETTE[0], PALETTE[1]
KANTZ = ((PALETTE[2], "o"), (PALETTE[4], "s"))
"""Colour and marker of Kantz's curves, by radius."""
SURROGATE = "0.80"
WIDE = 75
"""Characters across a figure from which panels stand side by side."""
ENTRIES = 8
"""Entries of the legend beside those of the curves, at most, and its margin."""
VARIABLES = 4
"""Of more variables than these, the median is drawn."""
LAMBDA_MAX = r"$\lambda_\mathrm{max}$"
TAU_PRED = r"$\tau_\mathrm{pred}$"


def lyapunov(dataset: xr.Dataset, style: Style, truth: xr.Dataset | None = None) -> Figure:
    """Draw the divergence of neighbours, the estimates of λ_max and the choice of the embedding.

    Above: all divergence curves against time, where they saturate, the line fitted to them where
    there is one, and guide lines with the slope λ_max and with that of the equations, through the
    middle of that line; beside them the verdict. Below: every estimate with its interval, or why
    there is none; what the delay and the dimension of the embedding were read from.

    Parameters
    ----------
    dataset
        Output of the stage lyapunov.
    style
        How it looks.
    truth
        Output of the stage truth, of the same series, where it has equations.
    """
    words = _words(dataset)
    wide = characters(style) >= WIDE
    figure, above, below = _grid(
        style, wide, lines=words.count("\n") + ENTRIES + len(dataset.curve)
    )
    known = [] if truth is None else [of_equations(dataset, truth)]
    _divergence(above.subplots(), dataset, known)
    above.legend(
        title=words,
        alignment="left",
        loc="outside right upper" if wide else "outside lower left",
    )
    panels = below.subplots(*((1, 3) if wide else (3, 1)), gridspec_kw={"wspace": 0.08})
    _estimates(panels[0], dataset, known)
    _delay(panels[1], dataset)
    _dimension(panels[2], dataset)
    return figure


def _grid(style: Style, wide: bool, lines: int) -> tuple[Figure, SubFigure, SubFigure]:
    """A figure in two: for the curves with so many lines written beside or below them, and for
    three panels side by side, or below each other.
    """
    letter = style.font_size / 72
    written, panel = 1.5 * lines * letter, 20 * letter
    if wide:
        heights = [max(0.42 * style.width, written), panel]
    else:
        heights = [0.75 * style.width + written, 3 * panel]
    figure = Figure(figsize=(style.width, sum(heights)), layout="constrained")
    rows = figure.add_gridspec(2, 1, height_ratios=heights)
    return figure, figure.add_subfigure(rows[0]), figure.add_subfigure(rows[1])


# --------------------------------------------------------------------------------- the curves


def _divergence(axes: Axes, dataset: xr.Dataset, known: Sequence[Estimate]) -> None:
    """All curves and lines, labelled for the legend beside them."""
    if not dataset.sizes["curve"]:
        axes.text(0.5, 0.5, "no curves", transform=axes.transAxes, color=QUIET, ha="center")
        axes.plot([], [], linestyle="none", label=" ")  # for a legend of words alone
        axes.set_axis_off()
        return
    _surrogates(axes, dataset)
    dimensions = np.unique(dataset["curve_dimension"])
    for c in range(dataset.sizes["curve"]):
        _curve(axes, dataset.isel(curve=c), c, dimensions, np.unique(_radii(dataset, c)))
    finite = dataset["divergence"].values[np.isfinite(dataset["divergence"].values)]
    saturation = np.unique(dataset["saturation"].values.round(6))
    for i, level in enumerate(saturation):
        label = "_" if i else "saturation" + (", of each $m$" if len(saturation) > 1 else "")
        axes.axhline(level, color=QUIET, linewidth=0.6, label=label, zorder=1, gid="saturation")
    seen = [*finite, *saturation]
    margin = 0.04 * np.ptp(seen) or 0.5
    axes.set_ylim(min(seen) - margin, max(seen) + margin)
    lag = dataset["lag"].values
    axes.set_xlim(lag[0], max(lag[-1], lag[0] + 1))
    fitted = _fit(axes, dataset)
    _guides(axes, dataset, fitted or _halfway(dataset), known)
    _time_axes(axes, dataset.attrs["dt"], dataset.attrs["time_unit"])


def _radii(dataset: xr.Dataset, c: int) -> np.ndarray:
    """Radii of the curves of the same dimension."""
    alike = dataset["curve_dimension"] == dataset["curve_dimension"][c]
    radii = dataset["curve_radius"].values[alike.values]
    return np.asarray(radii[np.isfinite(radii)])


def _curve(
    axes: Axes, curve: xr.Dataset, c: int, dimensions: np.ndarray, radii: np.ndarray
) -> None:
    """A curve of Rosenstein bold with its standard error, one of Kantz thin with markers."""
    mean, error = curve["divergence"].values, curve["divergence_std_error"].values
    there = np.isfinite(mean)
    lag, mean, error = curve["lag"].values[there], mean[there], error[there]
    dimension, radius = curve["curve_dimension"].item(), curve["curve_radius"].item()
    line = LINES[int(np.searchsorted(dimensions, dimension)) % len(LINES)]
    look: dict[str, Any]
    if curve["curve_estimator"].item() == "rosenstein":
        label = f"Rosenstein, $m$ = {dimension}"
        colour, look = ROSENSTEIN, {"linewidth": 1.8, "zorder": 3}
        axes.fill_between(lag, mean - error, mean + error, color=colour, alpha=0.2, linewidth=0)
    else:
        colour, marker = KANTZ[int(np.searchsorted(radii, radius)) % len(KANTZ)]
        label = rf"Kantz, $m$ = {dimension}, $\epsilon$ = {number(radius)}"
        look = {"linewidth": 0.8, "marker": marker, "markersize": 3, "markerfacecolor": "white"}
        # At other places for every curve, so that markers do not hide each other.
        look |= {"markeredgewidth": 0.8, "markevery": (0.01 * c, 0.11)}
    axes.plot(lag, mean, line, color=colour, label=label, gid=f"divergence {c}", **look)


def _surrogates(axes: Axes, dataset: xr.Dataset) -> None:
    """Curves of surrogates, on the level of the data's first curve."""
    curves = dataset["surrogate_divergence"].values
    if not len(curves):
        return
    curves = curves + dataset["saturation"].values[0]
    for i, curve in enumerate(curves):
        there = np.isfinite(curve)
        share = f"{dataset['surrogate_p'].item():.2g}"
        label = "_" if i else f"{len(curves)} surrogates ($p$ = {share})"
        axes.plot(
            dataset["lag"].values[there], curve[there], color=SURROGATE, linewidth=0.5,
            zorder=1, label=label, gid="surrogate",
        )  # fmt: skip


def _fit(axes: Axes, dataset: xr.Dataset) -> tuple[float, float] | None:
    """Scaling range, and the line through it; returns its middle."""
    c = dataset["fit_curve"].item()
    if c < 0:
        return None
    ends = np.array([dataset["fit_start"].item(), dataset["fit_stop"].item()])
    axes.axvspan(*ends, color=FIT, alpha=0.12, linewidth=0, zorder=0, label="scaling range")
    estimator = dataset["curve_estimator"].values[c]
    slope = dataset[f"lambda_max_{estimator}"].item()
    line = dataset["intercept"].item() + slope * ends
    axes.plot(ends, line, color=FIT, linewidth=2.0, zorder=4, gid="fit",
              label=f"fitted line, slope {number(slope)}")  # fmt: skip
    return float(ends.mean()), float(line.mean())


def _halfway(dataset: xr.Dataset) -> tuple[float, float]:
    """Where the first curve has come half of its way to saturation, for guides without a fit."""
    mean = dataset["divergence"].values[0]
    there = np.isfinite(mean)
    if not there.any():  # all neighbours coincide, always
        return 0.0, float(dataset["saturation"].values[0])
    lag, mean = dataset["lag"].values[there], mean[there]
    half = (mean[0] + max(mean.max(), dataset["saturation"].values[0])) / 2
    at = int(np.argmax(mean >= half)) if (mean >= half).any() else len(mean) // 2
    return float(lag[at]), float(mean[at])


def _guides(
    axes: Axes, dataset: xr.Dataset, through: tuple[float, float], known: Sequence[Estimate]
) -> None:
    """Lines of slope λ_max, where that is not the fitted line's, and of the equations' slope."""
    if dataset.attrs["estimated_by"] == "maps":
        slope = dataset["lambda_max"].item()
        axes.axline(through, slope=slope, color="black", linewidth=1.0, linestyle="--", zorder=5,
                    label=f"slope of the maps, {number(slope)}", gid="headline")  # fmt: skip
    for slope in (each.value for each in known if not each.lacking):
        axes.axline(through, slope=slope, color=QUIET, linewidth=1.4, linestyle=":", zorder=6,
                    label=f"slope of the equations, {number(slope)}", gid="equations")  # fmt: skip


def _time_axes(axes: Axes, dt: float, unit: str) -> None:
    """Steps below, time above."""
    axes.set_xlabel("time since neighbours (steps)")
    axes.set_ylabel("mean log distance (standard deviations)")
    above = axes.secondary_xaxis(
        "top", functions=(lambda n: np.multiply(n, dt), lambda t: np.divide(t, dt))
    )
    above.set_xlabel("time (system's unit)" if unit == "1" else f"time ({unit})", parse_math=False)


# ---------------------------------------------------------------------------------- the words


NARROWEST = 2e-4
"""Least width of the axis of estimates, in nats per step, whose numbers need no power of ten:
exponents of a cycle differ from zero by rounding errors."""
LINE = 40
"""Characters of a line of words."""


def _words(dataset: xr.Dataset) -> str:
    """Verdict, λ_max and τ_pred with their intervals, in lines of about 40 characters."""
    said = says(dataset).replace(" that leave", "\nthat leave")
    if dataset.attrs["verdict"] != "chaotic":
        return f"no {LAMBDA_MAX}: " + "\n".join(wrap(said, LINE))
    lines = [
        said,
        f"{LAMBDA_MAX} = {_with_interval(dataset, 'lambda_max')} per step",
        f"{TAU_PRED} = {_with_interval(dataset, 'tau_pred')} steps",
        f"[{100 * dataset.attrs['confidence']:g} % interval]",
    ]
    dt, unit = dataset.attrs["dt"], dataset.attrs["time_unit"].replace("$", r"\$")
    if (dt, unit) != (1, "step"):
        per, of = ("per unit of time", "units of time") if unit == "1" else (f"per {unit}", unit)
        lines.insert(2, f"  = {_with_interval(dataset, 'lambda_max', 1 / dt)} {per}")
        lines.insert(4, f"  = {_with_interval(dataset, 'tau_pred', dt)} {of}")
    return "\n".join(lines)


def _with_interval(dataset: xr.Dataset, name: str, factor: float = 1.0) -> str:
    """Write a value with its confidence interval: 0.0111 [0.0105, 0.0118]."""
    lower, upper = factor * dataset[f"{name}_interval"].sel(bound=["lower", "upper"]).to_numpy()
    return f"{number(factor * dataset[name].item())} [{number(lower)}, {number(upper)}]"


# ------------------------------------------------------------------- estimates and embedding


def _estimates(axes: Axes, dataset: xr.Dataset, known: Sequence[Estimate]) -> None:
    """Every estimate as a point with its interval, or why there is none."""
    lower, upper = dataset["lambda_max_interval"].sel(bound=["lower", "upper"]).to_numpy()
    verdict = dataset.attrs["verdict"]
    value = dataset["lambda_max"].item()
    first = Estimate(LAMBDA_MAX, value, (lower, upper), "" if verdict == "chaotic" else verdict)
    rows = [first, *estimates(dataset), *known]
    for y, row in enumerate(rows):
        if row.lacking:
            text = row.lacking.replace(": ", ":\n")
            axes.text(0.03, y, text, transform=axes.get_yaxis_transform(), color=QUIET,
                      va="center", style="italic", fontsize="small")  # fmt: skip
            continue
        reach = np.abs(np.array(row.interval) - row.value)[:, None]
        axes.errorbar(row.value, y, xerr=reach, fmt="D" if y == 0 else "o", capsize=2,
                      color="black" if y == 0 else PALETTE[0], gid=row.name)  # fmt: skip
    if not first.lacking:
        axes.axvspan(lower, upper, color="black", alpha=0.07, linewidth=0, zorder=0)
    axes.set_yticks(range(len(rows)), [row.name for row in rows])
    axes.set_ylim(len(rows) - 0.5, -0.5)
    axes.tick_params(axis="y", length=0)
    axes.set_xlabel(f"{LAMBDA_MAX} (nats per step)")
    if all(row.lacking for row in rows):
        axes.set_xticks([])
    else:
        low, high = axes.get_xlim()
        wider = max(NARROWEST - (high - low), 0) / 2
        axes.set_xlim(low - wider, high + wider)
        axes.locator_params(axis="x", nbins=3)


def _delay(axes: Axes, dataset: xr.Dataset) -> None:
    """Mutual information and, dashed, autocorrelation against lag, with the chosen delay."""
    lag, names = dataset["delay_lag"].values, dataset["variable"].values
    other = axes.twinx()
    other.spines["right"].set_visible(True)
    several = len(names) > VARIABLES
    labels = ["median"] if several else [shorten(str(name), 12) for name in names]
    for panel, name, line in ((axes, "mutual_information", "-"), (other, "autocorrelation", "--")):
        values = dataset[name].transpose("delay_lag", "variable").values
        values = np.median(values, axis=1)[:, None] if several else values
        for i, curve in enumerate(values.T):
            panel.plot(lag, curve, line, color=PALETTE[i], linewidth=1.0, label=labels[i], gid=name)
    axes.set_ylim(bottom=0)
    axes.set_xlim(left=0)
    axes.set_xlabel("lag (steps)")
    axes.set_ylabel("mutual information (nat)")
    other.set_yticks([-1, -0.5, 0, 0.5, 1])
    other.set_ylim(min(0, 1.05 * float(dataset["autocorrelation"].min())), 1.05)
    other.set_ylabel("autocorrelation (dashed)")
    chosen = dataset["embedding_delay"].item()
    axes.axvline(chosen, color="black", linewidth=0.8, zorder=1, gid="delay")
    _above(axes, f"delay {chosen} {'step' if chosen == 1 else 'steps'}")


def _dimension(axes: Axes, dataset: xr.Dataset) -> None:
    """False neighbours and Cao's E1 and E2 against dimension, with the chosen one."""
    size = dataset["embedding_size"].values
    for i, (name, marker, label) in enumerate((
        ("false_neighbours", "o", "false"),
        ("cao_e1", "s", "$E_1$"),
        ("cao_e2", "^", "$E_2$"),
    )):  # fmt: skip
        axes.plot(size, dataset[name].values, LINES[i], marker=marker, color=PALETTE[i],
                  label=label, gid=name)  # fmt: skip
    axes.set_xticks(size)
    axes.set_ylim(bottom=min(0, axes.get_ylim()[0]))
    axes.set_xlim(size[0] - 0.3, size[-1] + 0.3)
    axes.set_xlabel("dimension $m$")
    axes.set_ylabel("share of false; Cao's $E$")
    chosen = dataset["embedding_dimension"].item()
    axes.axvline(chosen, color="black", linewidth=0.8, zorder=1, gid="dimension")
    _above(axes, f"dimension {chosen}")


def _above(axes: Axes, chosen: str) -> None:
    """What was chosen, and the legend, above a panel, where no line is."""
    handles, labels = axes.get_legend_handles_labels()
    columns = 4 if sum(map(len, labels)) < 20 else 2
    axes.legend(
        handles, labels, loc="lower left", bbox_to_anchor=(0, 1), ncols=columns,
        title=chosen, alignment="left",
        handlelength=1.4, columnspacing=0.8, handletextpad=0.3, borderaxespad=0.2, borderpad=0,
    )  # fmt: skip
