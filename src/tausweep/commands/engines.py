"""`tausweep engines`: say which engines can run here."""

from __future__ import annotations

import argparse
from typing import Any


def add(commands: Any) -> None:
    """Add the command to those of `argparse`."""
    parser: argparse.ArgumentParser = commands.add_parser(
        "engines", help="say which engines can run here"
    )
    parser.set_defaults(run=run)


def run(_: argparse.Namespace) -> None:
    """Print one line per engine."""
    import torch

    from tausweep.engines.fused.library import available

    gpu = torch.cuda.get_device_name() if torch.cuda.is_available() else "no: torch finds no GPU"
    compiled = ", ".join(available())
    print(f"cuda   {gpu}")
    print(
        f"fused  {compiled or 'no: it was not compiled, for want of a C compiler; training works'}"
    )
    print("eager  yes" + ("" if compiled else ", several times slower than fused"))
