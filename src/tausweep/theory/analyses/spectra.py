"""Eigenvalues of initial weights, in the plane: which of them are unstable (Figs. 1 and 2)."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated, ClassVar, Literal

from pydantic import Field, Strict

from tausweep.settings import Fraction, PositiveInt, Seed
from tausweep.theory.analysis import Analysis

if TYPE_CHECKING:
    import numpy as np
    import xarray as xr

    from tausweep.theory.random_matrices import Draw

Initial = Literal[
    "glorot_normal",
    "glorot_uniform",
    "gershgorin_uniform",
    "gershgorin",
    "gershgorin_continuous",
    "orthogonal",
]
BINS = 101
"""On a side of the square; odd, so that the real axis is the middle of a row."""
REACH = 1.5
"""Half the side of the square, about the middle of the region of stability, whose radius is 1."""


class Spectra(Analysis):
    """Spectra of random initial matrices, whole and as kept where the data have no energy."""

    analysis: Literal["spectra"] = "spectra"
    initial: Annotated[tuple[Initial, ...], Field(min_length=1, max_length=6)] = (
        "glorot_normal",
        "gershgorin_uniform",
        "gershgorin",
        "gershgorin_continuous",
    )
    """How matrices are drawn: for continuous time with disks of radius 1 about −1, which are the
    region of stability of forward Euler with step 1; all others for discrete time."""
    n: Annotated[
        tuple[Annotated[int, Strict(), Field(ge=2, le=2_000)], ...],
        Field(min_length=1, max_length=5),
    ] = (3, 10, 32, 100)
    """Numbers of variables."""
    eigenvalues: Annotated[PositiveInt, Field(le=10_000_000)] = 100_000
    """Of each kind and n, in all: as many matrices as that takes, and at least one."""
    missing: Annotated[tuple[Fraction, ...], Field(min_length=1, max_length=10)] = (
        0.1,
        0.25,
        0.5,
        0.75,
    )
    """Parts of all directions in which data have no energy; their block of the initial matrix is
    kept. Which directions these are is drawn at random for each matrix; there is at least one."""
    seed: Seed = 0

    version: ClassVar[int | None] = 1

    def compute(self) -> xr.Dataset:
        """Histograms and shares by `initial` and `n`.

        `density(initial, n, im, re)` of eigenvalues in the plane, of integral one, about `middle`;
        `outside`, the share φ of eigenvalues outside the region of stability; `unstable`, the share
        of matrices with any; `kept_unstable(initial, n, missing)`, the share of matrices whose
        block in the directions without energy has any; each with a standard error. `expected(n)` is
        φ of Glorot's normal matrices in the mean (`spectra.expected_outside`), `matrices(n)` how
        many were drawn, `kept(n, missing)` the part of n directions that `missing` comes to.
        """
        import numpy as np
        import xarray as xr

        from tausweep.labelled import Labelled, labelled
        from tausweep.theory.spectra import expected_outside

        found = [[self._drawn(initial, n) for n in self.n] for initial in self.initial]
        edges = np.linspace(-REACH, REACH, BINS + 1)
        by = ("initial", "n")
        sizes = np.array(self.n)
        matrices = np.array([self._matrices(n) for n in self.n])
        shares = {
            "outside": (by, "eigenvalues outside the region of stability", matrices * sizes),
            "unstable": (by, "matrices with an eigenvalue outside", matrices),
            "kept_unstable": (
                (*by, "missing"), "kept blocks with an eigenvalue outside", matrices[:, None]
            ),
        }  # fmt: skip
        variables: dict[str, Labelled] = {
            "density": (
                (*by, "im", "re"),
                np.array([[each["density"] for each in row] for row in found]),
                "density of eigenvalues",
                "1",
            ),
            "expected": ("n", [expected_outside(n) for n in self.n], "φ expected of Glorot", "1"),
            "matrices": ("n", matrices, "matrices drawn", "1"),
            "kept": (
                ("n", "missing"),
                [[self._kept(n, part) / n for part in self.missing] for n in self.n],
                "part of directions kept",
                "1",
            ),
            "middle": (
                "initial",
                [float(_middle(initial)) for initial in self.initial],
                "middle of the region of stability",
                "1",
            ),
        }
        for name, (dims, long_name, number) in shares.items():
            share = np.array([[each[name] for each in row] for row in found])
            error = np.sqrt(share * (1 - share) / number)
            variables[name] = (dims, share, f"share of {long_name}", "1")
            variables[f"{name}_std_error"] = (dims, error, f"standard error of {name}", "1")
        middles = (edges[1:] + edges[:-1]) / 2
        coords = {
            "initial": ("initial", list(self.initial), "initial weights", "1"),
            "n": ("n", list(self.n), "number of variables", "1"),
            "missing": ("missing", list(self.missing), "part of directions without energy", "1"),
            "re": ("re", middles, "real part, about the middle", "1"),
            "im": ("im", middles, "imaginary part", "1"),
        }
        return xr.Dataset(labelled(variables), labelled(coords))

    def _drawn(self, initial: Initial, n: int) -> dict[str, np.ndarray]:
        """What is found of the matrices of a kind and size, of the same draws in any company."""
        import zlib

        import numpy as np

        from tausweep.theory import random_matrices
        from tausweep.theory.spectra import outside

        rng = np.random.default_rng([self.seed, n, zlib.crc32(initial.encode())])
        draw: Draw = getattr(random_matrices, initial)
        whole: list[np.ndarray] = []
        blocks: list[list[np.ndarray]] = [[] for _ in self.missing]
        for _ in range(self._matrices(n)):
            A = draw(n, rng)
            whole.append(np.linalg.eigvals(A))
            U = random_matrices.orthogonal(n, rng)
            rotated = U.T @ A @ U
            for part, found in zip(self.missing, blocks, strict=True):
                kept = self._kept(n, part)
                found.append(np.linalg.eigvals(rotated[:kept, :kept]))
        middle = _middle(initial)
        shares = outside(np.abs(np.array(whole) - middle) - 1)
        kept_unstable = [
            outside(np.abs(np.array(found) - middle) - 1).realisations for found in blocks
        ]
        edges = np.linspace(-REACH, REACH, BINS + 1)
        centred = (np.array(whole) - middle).ravel()
        counts, *_ = np.histogram2d(centred.imag, centred.real, (edges, edges))
        return {
            "density": counts / centred.size / (edges[1] - edges[0]) ** 2,
            "outside": np.array(shares.eigenvalues),
            "unstable": np.array(shares.realisations),
            "kept_unstable": np.array(kept_unstable),
        }

    def _matrices(self, n: int) -> int:
        """How many are drawn of a size."""
        return max(self.eigenvalues // n, 1)

    def _kept(self, n: int, missing: float) -> int:
        """How many of n directions that is."""
        return max(round(missing * n), 1)


def _middle(initial: Initial) -> int:
    """Of the circle in which eigenvalues are stable."""
    return -1 if initial == "gershgorin_continuous" else 0
