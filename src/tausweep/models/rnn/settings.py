"""Settings of recurrent networks."""

from __future__ import annotations

from typing import TYPE_CHECKING, Literal, TypeAlias

from tausweep.models.rnn.kinds import KINDS
from tausweep.settings import PositiveInt, Settings

if TYPE_CHECKING:
    Kind: TypeAlias = str
else:  # type checkers take no names that a table holds
    Kind = Literal[tuple(KINDS)]


class Recurrent(Settings):
    """A recurrent network with a linear observation model."""

    cell: Kind
    latent: PositiveInt = 30
    """Number of latent units M."""
    initial: Literal[
        "default",
        "torch",
        "glorot",
        "glorot_normal",
        "gershgorin",
        "gershgorin_uniform",
        "orthogonal",
    ] = "default"
    """Initial weights. Default: torch.nn's, uniform in ±1/√M, and for the PLRNN a linear part of
    spectral radius one. Glorot: of variance 1/M, uniform or normal; some eigenvalues are outside
    the unit circle. Gershgorin: none is, as rows have an absolute sum of one (uniform: ½ in the
    mean). Orthogonal: nor has a block one outside, in any basis."""
