"""Initial parameters: the schemes, and a member drawn by one of them."""

from __future__ import annotations

from collections.abc import Callable, Mapping

import numpy as np
from jaxtyping import Float

from tausweep.models.rnn.cell import Arrays, Cell


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
    torch.nn draws its recurrent modules), "glorot" or "gershgorin" for the matrices that act on
    z, then with zero biases. B and input weights are uniform in ±1/√M, with "glorot" its too.
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
        bound = (6 / (columns + fan_out)) ** 0.5 if scheme == "glorot" else latent**-0.5
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


def glorot(latent: int, rng: np.random.Generator) -> Float[np.ndarray, "latent latent"]:
    """Uniform of variance 1/M (Glorot & Bengio 2010); some eigenvalues lie outside the circle."""
    bound = (3 / latent) ** 0.5
    return rng.uniform(-bound, bound, (latent, latent))


def gershgorin(latent: int, rng: np.random.Generator) -> Float[np.ndarray, "latent latent"]:
    """Random with zero diagonal and rows of absolute sum 1: no eigenvalue outside the unit circle.

    By Gershgorin's circle theorem, so that directions in which the data have no energy, and
    which are therefore never learned, begin and stay stable (learning dynamics of linear systems,
    section 2: uniform off the diagonal, then each row renormalised).
    """
    R = rng.uniform(-1, 1, (latent, latent))
    np.fill_diagonal(R, 0)
    sums = np.abs(R).sum(axis=1, keepdims=True)
    return R / np.where(sums == 0, 1, sums)


RECURRENT: dict[str, Callable[[int, np.random.Generator], Float[np.ndarray, "latent latent"]]] = {
    "glorot": glorot,
    "gershgorin": gershgorin,
}
