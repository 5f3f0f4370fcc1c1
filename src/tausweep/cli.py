"""The command `tausweep`: what the workflow's rules call, a person to repeat a job, or to measure
λ_max of a file without a workflow.
"""

from __future__ import annotations

import argparse
import json
import logging
import sys
from pathlib import Path

from tausweep.commands import lyapunov
from tausweep.config import FigureCell, schema


def main(arguments: list[str] | None = None) -> int:
    """Run the command; return 1, with one line on standard error, where it cannot be done."""
    options = _parser().parse_args(arguments)
    logging.basicConfig(level=logging.INFO, format="%(message)s", stream=sys.stderr)
    logging.getLogger("fontTools").setLevel(logging.WARNING)  # it tells of every glyph of a PDF
    try:
        options.run(options)
    except (ValueError, OSError) as error:
        print(f"tausweep: error: {error}", file=sys.stderr)
        return 1
    return 0


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="tausweep", description=__doc__)
    commands = parser.add_subparsers(required=True, metavar="COMMAND")

    stage = commands.add_parser("stage", help="run one job of one stage")
    stage.add_argument("name", help="series, signal, lyapunov, train, orbit, metrics or collect")
    stage.add_argument("--cell", required=True, help="the job as JSON, as snakemake -p prints it")
    stage.add_argument("--output", required=True, type=Path, help="results/STAGE/KEY.nc")
    stage.add_argument(
        "--source", nargs="*", default=[], help="the files from outside that a series is read from"
    )
    stage.add_argument("--threads", type=int, default=1, help="CPU threads (default: 1)")
    stage.add_argument(
        "--engine",
        choices=("auto", "eager", "fused", "cuda"),
        default="auto",
        help="what trains and runs models (default: the fastest that can here)",
    )
    stage.add_argument(
        "--checkpoint-every",
        type=float,
        default=60.0,
        metavar="SECONDS",
        help="how often unfinished training is saved (default: 60)",
    )
    stage.set_defaults(run=_stage)

    figure = commands.add_parser("figure", help="draw one figure")
    figure.add_argument("--cell", required=True, help="what to draw and how, as JSON")
    figure.add_argument(
        "--input", required=True, type=Path, nargs="+", help="the NetCDF files it shows"
    )
    figure.add_argument("--output", required=True, type=Path, nargs="+", help=".pdf, .png, .svg")
    figure.add_argument(
        "--drawn", type=Path, help="NAME.KEY, touched instead of any other NAME.* when done"
    )
    figure.set_defaults(run=_figure)

    lyapunov.add(commands)

    download = commands.add_parser("download", help="fetch a published file, or go on with it")
    download.add_argument("--url", required=True, help="where it is published")
    download.add_argument("--output", required=True, type=Path, help="where it is kept")
    download.add_argument(
        "--timeout", type=float, default=30.0, help="seconds to wait for the server (default: 30)"
    )
    download.add_argument(
        "--attempts", type=int, default=5, help="how often to try in vain (default: 5)"
    )
    download.set_defaults(run=_download)

    engines = commands.add_parser("engines", help="say which engines can run here")
    engines.set_defaults(run=_engines)

    show = commands.add_parser("schema", help="print the JSON schema of a configuration file")
    show.set_defaults(run=lambda _: print(json.dumps(schema(), indent=2, ensure_ascii=False)))
    return parser


def _stage(options: argparse.Namespace) -> None:
    # Imported here: the other commands and --help need not wait for it.
    from tausweep import stages
    from tausweep.plan import Cell

    cell = Cell.from_json(options.cell, options.source)
    if cell.stage != options.name:
        raise ValueError(f"the cell is of stage {cell.stage}, not {options.name}")
    stages.run(
        cell,
        options.output,
        engine=options.engine,
        threads=options.threads,
        every=options.checkpoint_every,
    )


def _download(options: argparse.Namespace) -> None:
    from tausweep.series import downloads

    downloads.fetch(options.url, options.output, timeout=options.timeout, attempts=options.attempts)


def _engines(_: argparse.Namespace) -> None:
    import torch

    from tausweep.engines import fused

    gpu = torch.cuda.get_device_name() if torch.cuda.is_available() else "no: torch finds no GPU"
    compiled = ", ".join(fused.available())
    print(f"cuda   {gpu}")
    print(
        f"fused  {compiled or 'no: it was not compiled, for want of a C compiler; training works'}"
    )
    print("eager  yes" + ("" if compiled else ", several times slower than fused"))


def _figure(options: argparse.Namespace) -> None:
    from tausweep import figures, store
    from tausweep.plan import Cell

    cell = Cell.from_json(options.cell)
    settings = cell.settings
    if not isinstance(settings, FigureCell):
        raise ValueError(f"the cell is of stage {cell.stage}, not figure")
    files = {f"{path.parent.name}/{path.stem}": path for path in options.input}
    names = {role: str(name) for role, name in cell.inputs.items()}
    if missing := [name for name in names.values() if name not in files]:
        raise ValueError(f"--input lacks {', '.join(f'results/{name}.nc' for name in missing)}")
    shown = {role: store.read(files[name]) for role, name in names.items()}
    figures.draw(settings.kind, shown, settings.options, options.output)
    if options.drawn is not None:
        options.drawn.parent.mkdir(parents=True, exist_ok=True)
        for other in options.drawn.parent.glob(f"{options.drawn.stem}.{'?' * 16}"):
            other.unlink()
        options.drawn.touch()


if __name__ == "__main__":
    sys.exit(main())
