"""What a Dataset is called in a file, by the CF conventions, and here.

CF has units that UDUNITS knows, and what is counted in steps, in standard deviations or in nats has
none. In a file such a variable has the units "1", and `counted_in` says what of.
"""

from __future__ import annotations

import re

import xarray as xr

COUNTED = "counted_in"
"""The attribute that has our word for it."""
OURS = re.compile(r"\b(steps?|nats?|bits?|standard deviations|tau_pred)(-?\d+)?\b")
"""Words in our units that UDUNITS does not know, or, as `bit`, takes for something else."""

RESERVED = frozenset({"coordinates", "bounds", "climatology", "grid_mapping", "cell_measures"})
"""Names of attributes that CF reads as names of variables; xarray takes some of them away."""


def to_cf(dataset: xr.Dataset) -> xr.Dataset:
    """A copy, as it is written.

    Raises ValueError where an attribute has a name that means something else to CF.
    """
    out = dataset.copy(deep=False)
    for name, variable in out.variables.items():
        if taken := RESERVED & set(variable.attrs):
            raise ValueError(f"{name}: CF reads attribute {min(taken)!r} as names of variables")
        units = variable.attrs.get("units")
        if isinstance(units, str) and OURS.search(units):
            variable.attrs |= {"units": "1", COUNTED: units}
    return out


def from_cf(dataset: xr.Dataset) -> xr.Dataset:
    """What was read, as it was."""
    for variable in dataset.variables.values():
        if COUNTED in variable.attrs:
            variable.attrs["units"] = variable.attrs.pop(COUNTED)
    return dataset
