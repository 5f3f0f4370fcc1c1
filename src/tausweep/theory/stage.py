"""Stage `theory`: one analysis of how linear systems are learned."""

from __future__ import annotations

import xarray as xr

from tausweep.theory.analysis import Analysis


def run(settings: Analysis) -> xr.Dataset:
    """Compute an analysis; what its Dataset holds, its class says.

    Raises
    ------
    ValueError
        The settings do not go together.
    """
    return settings.compute().assign_attrs(subject=settings.name)
