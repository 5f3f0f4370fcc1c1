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
    initial: Literal["default", "torch", "glorot", "gershgorin"] = "default"
    """Initial weights. Default: torch.nn's, uniform in ±1/√M, and for the PLRNN a linear part of
    spectral radius one. Gershgorin: no eigenvalue outside the unit circle."""
