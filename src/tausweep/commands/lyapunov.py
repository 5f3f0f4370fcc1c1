"""`tausweep lyapunov FILE`: λ_max of a series of one's own, without a workflow.

The options are settings of a configuration by their names, with the texts and checks that stand
there, and what runs are the stages of a workflow: equal settings give equal numbers.
"""

from __future__ import annotations

import argparse
import json
import os
import re
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from tausweep.errors import ConfigError
from tausweep.experiment import Experiment, load
from tausweep.lyapunov.settings import Embedding, Lyapunov
from tausweep.series.settings import ENDINGS, File
from tausweep.settings import Settings

SERIES: dict[str, dict[str, Any]] = {
    "columns": {"nargs": "+", "action": "extend", "metavar": "NAME"},
    "dt": {"type": float, "metavar": "INTERVAL"},
    "time": {"metavar": "COLUMN"},
    "time_unit": {"metavar": "UNIT"},
    "time_format": {"metavar": "FORMAT"},
    "separator": {"metavar": "SIGN"},
    "decimal": {"metavar": "SIGN"},
    "header": {"action": argparse.BooleanOptionalAction},
    "resample": {"type": float, "metavar": "INTERVAL"},
    "variable": {"metavar": "NAME"},
    "missing": {"type": float, "nargs": "+", "action": "extend", "metavar": "NUMBER"},
    "fill": {"metavar": "HOW"},
    "max_gap": {"type": int, "metavar": "SAMPLES"},
}
EMBEDDING: dict[str, dict[str, Any]] = {
    "delay": {"type": int, "metavar": "STEPS"},
    "dimension": {"type": int, "metavar": "M"},
}
LYAPUNOV: dict[str, dict[str, Any]] = {
    "estimator": {"metavar": "NAME"},
    "theiler": {"type": int, "metavar": "STEPS"},
    "max_lag": {"type": int, "metavar": "STEPS"},
    "fit_range": {"type": int, "nargs": 2, "metavar": ("FIRST", "LAST")},
    "reference_points": {"type": int, "metavar": "COUNT"},
    "bootstrap": {"type": int, "metavar": "RESAMPLES"},
    "surrogates": {"type": int, "metavar": "COUNT"},
    "interval": {"action": argparse.BooleanOptionalAction, "default": None},
    "confidence": {"type": float, "metavar": "FRACTION"},
    "seed": {"type": int, "metavar": "SEED"},
}
STEPS: dict[str, dict[str, Any]] = {
    "detrend": {
        "setting": "order",
        "type": int,
        "default": 1,
        "help": "remove a polynomial of time of this order (default: 1) first",
    },
    "denoise": {
        "setting": "method",
        "type": str,
        "default": "ghkss",
        "help": "reduce noise by ghkss (local projections, the default) or simple (means)",
    },
}
"""Steps that can be asked for, in the order they are done, each with one of its settings."""

WRITTEN = ("separator", "decimal", "thousands", "encoding", "header", "units")
"""What is said of how text is written, where it is not as usual."""

FORMATS = (".pdf", ".png", ".svg")


def add(commands: Any) -> None:
    """Add the command to those of `argparse`."""
    parser: argparse.ArgumentParser = commands.add_parser(
        "lyapunov",
        help="measure λ_max of a series in a file, and draw how",
        description="Measure the largest Lyapunov exponent λ_max and the predictability time "
        "τ_pred = ln 2 / λ_max of a series in a file, and draw how they were found. "
        "Numbers are those of a workflow with the same settings.",
    )
    parser.add_argument(
        "file", type=Path, metavar="FILE", help=f"one row per sample: {', '.join(ENDINGS)}"
    )
    _add(parser.add_argument_group("series"), "series", File, SERIES)
    signal = parser.add_argument_group("signal")
    signal.add_argument(
        "--held-out",
        dest="signal.held_out",
        type=float,
        default=0.0,  # nothing is trained that could be compared with samples held out
        metavar="FRACTION",
        help="last fraction of the series, which is not used (default: 0)",
    )
    for name, about in STEPS.items():
        signal.add_argument(
            f"--{name}",
            nargs="?",
            type=about["type"],
            const=about["default"],
            metavar=about["setting"].upper(),
            help=about["help"],
        )
    estimate = parser.add_argument_group("estimate")
    _add(estimate, "lyapunov.embedding", Embedding, EMBEDDING)
    _add(estimate, "lyapunov", Lyapunov, LYAPUNOV)
    output = parser.add_argument_group("output")
    output.add_argument(
        "--output",
        type=Path,
        metavar="PLACE",
        help="where the figure goes: a file (.pdf, .png, .svg), or a directory for "
        "<FILE>_lyapunov.pdf and .png (default: beside FILE)",
    )
    output.add_argument(
        "--json", action="store_true", help="print everything that was found as JSON"
    )
    parser.set_defaults(run=run)


def _add(
    group: argparse._ArgumentGroup,
    place: str,
    settings: type[Settings],
    options: Mapping[str, Mapping[str, Any]],
) -> None:
    """Options for settings, by their names and in their words."""
    texts = settings.texts()
    for name, how in options.items():
        text = " ".join(texts.get(name, f"default: {settings.model_fields[name].default}").split())
        text = text.replace("`", "").replace("%", "%%")
        group.add_argument(f"--{name.replace('_', '-')}", dest=f"{place}.{name}", help=text, **how)


def run(options: argparse.Namespace) -> None:
    """Say what was taken for what, measure, print what was found, and draw it.

    Raises
    ------
    ValueError, OSError
        One line that names the file or the option.
    """
    settings, figures = _settings(options), _figures(options.output, options.file)

    # Imported here: wrong options and --help need not wait for it.
    from tausweep import whole
    from tausweep.figures import stage as figure
    from tausweep.figures.figure import Style
    from tausweep.figures.lyapunov import LyapunovFigure
    from tausweep.figures.settings import Drawing
    from tausweep.lyapunov import report
    from tausweep.lyapunov import stage as lyapunov
    from tausweep.series import stage as series
    from tausweep.signal import stage as signal

    (own,) = settings.series.values()
    assert isinstance(own, File)
    try:
        given = series.run(own, series.read(own, [own.path]))
        read = {**json.loads(given.attrs["read_as"]), **_clock(given.attrs)}
        if not options.json:
            print(f"{own.path}: {_said(read)}", flush=True)
        prepared = signal.run(settings.signal, given)
        measured = lyapunov.run(settings.lyapunov, prepared)
    except ValueError as error:
        text = _by_option(str(error), options)
        raise ValueError(text if text.startswith(own.path) else f"{own.path}: {text}") from None
    found = {"file": own.path, "read": read, **report.numbers(measured, prepared)}
    if not options.json:
        print(report.text(found), flush=True)
    drawn = figure.run(
        Drawing(figure=LyapunovFigure(), series="file", style=Style()), lyapunov=measured
    )
    for path in figures:
        with whole.replacing(path) as part:
            part.write_bytes(drawn.render(path.suffix.removeprefix(".")))
    written = [str(path) for path in figures]
    if options.json:
        print(json.dumps({**found, "figures": written}, indent=2, ensure_ascii=False))
    elif written:
        beside = " (beside the file: name another place by --output)" * (options.output is None)
        print(f"figure: {', '.join(written)}{beside}")
    else:
        print("no figure: there is no writing beside the file: name a place by --output")


def _clock(attrs: Mapping[str, Any]) -> dict[str, Any]:
    """What is known of the clock and of what was mended, from the attributes of a series."""
    names = ("dt", "time_unit", "filled_values", "samples_cut_before", "samples_cut_after")
    return {name: attrs[name] for name in (*names, "resampled_from_dt") if name in attrs}


def _said(read: Mapping[str, Any]) -> str:
    """What was taken for what, in a line."""
    names, left = read["variables"], read["left_out"]
    shown = ", ".join(names if len(names) < 9 else [*names[:7], "…", names[-1]])
    dt = f"dt {read['dt']:g}{'' if read['time_unit'] == '1' else ' ' + read['time_unit']}"
    missing = f"{read['missing'] or 'no'} missing value{'s' * (read['missing'] != 1)}"
    parts = [
        f"{read['rows']} rows",
        f"{'variable' if len(names) == 1 else 'variables'} {shown}",
        f"time {read['time']}, {dt}" if read["time"] else f"no column of time, {dt}",
        missing,
        *(f"{name} left out: {why}" for name, why in left.items()),
        *(f"{name} {read[name]}" for name in WRITTEN if name in read),
    ]
    return "; ".join(parts)


def _steps(options: argparse.Namespace) -> list[str]:
    return [name for name in STEPS if getattr(options, name) is not None]


def _settings(options: argparse.Namespace) -> Experiment:
    """The experiment of a workflow that would measure the same."""
    steps = [{"step": n, STEPS[n]["setting"]: getattr(options, n)} for n in _steps(options)]
    series = {"system": "file", "path": str(options.file)}
    signal: dict[str, Any] = {"steps": steps}
    lyapunov: dict[str, Any] = {"embedding": {}}
    places: dict[str, dict[str, Any]] = {
        "series": series,
        "signal": signal,
        "lyapunov": lyapunov,
        "lyapunov.embedding": lyapunov["embedding"],
    }
    for option, value in vars(options).items():
        place, _, name = option.rpartition(".")
        if place and value is not None:
            places[place][name] = value
    config = {"series": {"data": series}, "signal": signal, "lyapunov": lyapunov}
    try:
        return load({"experiment": "lyapunov", **config})
    except ConfigError as error:
        raise ConfigError(_by_option(str(error), options)) from None


def _by_option(text: str, options: argparse.Namespace) -> str:
    """Name options, not the settings of a workflow that they stand for."""
    steps = _steps(options)
    text = re.sub(
        r"signal\.steps\[(\d+)\](\.\w+| \(\w+\))?", lambda m: f"--{steps[int(m[1])]}", text
    )
    names = "|".join([*SERIES, *EMBEDDING, *LYAPUNOV, "held_out"])
    setting = rf"(?:series\.data|signal|lyapunov(?:\.embedding)?)\.({names})\b"
    text = re.sub(setting, lambda m: "--" + m[1].replace("_", "-"), text)
    return re.sub(r"^(series\.data|lyapunov): ", "", text)


def _figures(told: Path | None, file: Path) -> list[Path]:
    """Files to draw into, refused now and not when all is measured; none that nobody asked for."""
    name, output = f"{file.stem}_lyapunov", file.parent if told is None else told
    if told is None and not os.access(output, os.W_OK | os.X_OK):
        return []
    directory, paths = output, [output / f"{name}.pdf", output / f"{name}.png"]
    if output.suffix and not output.is_dir():
        directory, paths = output.parent, [output]
        if output.suffix.lower() not in FORMATS:
            raise ValueError(
                f"--output: found {str(output)!r}: name a directory, or a file that ends in one of "
                f"{', '.join(FORMATS)}"
            )
    try:
        directory.mkdir(parents=True, exist_ok=True)
        if not os.access(directory, os.W_OK | os.X_OK):
            raise PermissionError("permission denied")
    except OSError as error:
        reason = error.strerror or str(error)
        raise OSError(f"--output: {directory}: cannot be written to: {reason}") from None
    return paths
