"""Initial parameters: the schemes, and a member drawn by one of them."""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np

from tausweep.models.rnn.cell import Arrays, Cell
from tausweep.theory.random_matrices import (
    Draw,
    gershgorin,
    gershgorin_uniform,
    glorot_normal,
    glorot_uniform,
    orthogonal,
)


def initial_parameters(
    cell: Cell,
    latent: int,
    variables: int,
    rng: np.random.Generator,
    *,
    channels: int = 0,
    scheme: str = "default",
) -> Arrays:
    """Initial parameters of one member, drawn from its own random stream.

    `scheme` is "default" (torch.nn's; the PLRNN's own), "torch" (all uniform in ±1/√M, as
    torch.nn draws its recurrent modules), or one of `RECURRENT` for the matrices that act on z,
    then with zero biases. B and input weights are uniform in ±1/√M; with Glorot, uniform or
    normal, they are uniform of its variance.
    """
    sizes = shapes(cell, latent, variables, channels)
    if scheme == "default":
        p = cell.own_initial(sizes, rng)
    elif scheme == "torch":
        p = uniform({name: size for name, size in sizes.items() if name in cell.dimensions}, rng)
    else:
        p = cell.with_matrices([RECURRENT[scheme](latent, rng) for _ in range(cell.gates)])
    for name, (rows, columns) in ((n, s) for n, s in sizes.items() if n not in p):
        fan_out = variables if name == "B" else latent  # gates are matrices of their own
        bound = (6 / (columns + fan_out)) ** 0.5 if scheme in GLOROT else latent**-0.5
        p[name] = rng.uniform(-bound, bound, (rows, columns))
    return {name: p[name] for name in sizes}


def shapes(cell: Cell, latent: int, variables: int, channels: int) -> dict[str, tuple[int, ...]]:
    """Shape of every parameter of one member, the observation matrix B included."""
    size = {
        "latent": latent,
        "latent_from": latent,
        "gate": cell.gates * latent,
        "channel": channels,
        "variable": variables,
    }
    names = dimensions(cell, driven=channels > 0)
    return {name: tuple(size[axis] for axis in axes) for name, axes in names.items()}


def dimensions(cell: Cell, *, driven: bool = False) -> dict[str, tuple[str, ...]]:
    """Names of the axes of every parameter of one member, the observation matrix B included."""
    inputs = cell.input_dimensions if driven else {}
    return {**cell.dimensions, **inputs, "B": ("variable", "latent")}


def uniform(shapes: Mapping[str, tuple[int, ...]], rng: np.random.Generator) -> Arrays:
    """All parameters uniform in ±1/√M, as torch.nn's recurrent modules draw them."""
    bound = shapes["W" if "W" in shapes else "W_hh"][1] ** -0.5
    return {name: rng.uniform(-bound, bound, size) for name, size in shapes.items()}


RECURRENT: dict[str, Draw] = {
    "glorot": glorot_uniform,
    "glorot_normal": glorot_normal,
    "gershgorin": gershgorin,
    "gershgorin_uniform": gershgorin_uniform,
    "orthogonal": orthogonal,
}
"""Schemes for the matrices that act on z."""
GLOROT = ("glorot", "glorot_normal")
