"""The systems there are. A new one is a file beside this one, and its class in this union."""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Any, TypeAlias, get_args

from tausweep.systems.cycle import Cycle
from tausweep.systems.duffing import Duffing
from tausweep.systems.dysts import Dysts
from tausweep.systems.henon import Henon
from tausweep.systems.logistic import Logistic
from tausweep.systems.lorenz63 import Lorenz63
from tausweep.systems.lorenz96 import Lorenz96
from tausweep.systems.mackey_glass import MackeyGlass
from tausweep.systems.rossler import Rossler
from tausweep.systems.system import Simulated
from tausweep.systems.ueda import Ueda

SimulatedSeries: TypeAlias = (
    Lorenz63 | Rossler | Duffing | Ueda | Lorenz96 | MackeyGlass | Henon | Logistic | Cycle | Dysts
)
"""Settings of a simulated series, told apart by `system`."""

SYSTEMS: dict[str, type[Simulated]] = {
    get_args(kind.model_fields["system"].annotation)[0]: kind for kind in get_args(SimulatedSeries)
}
"""The systems by the name that configurations use."""


def system_of(series: Mapping[str, Any]) -> Simulated:
    """The system that a series was simulated from: its parameters and dt, and none of the settings
    of the series itself.

    Parameters
    ----------
    series
        Attributes of the series: `system`, `parameters` (JSON) and `dt`.

    Raises
    ------
    ValueError
        The series is not of a simulated system.
    """
    kind = SYSTEMS.get(series["system"])
    if kind is None:
        raise ValueError(
            f"a series of system {series['system']!r} has no equations; simulated systems are "
            f"{', '.join(SYSTEMS)}"
        )
    parameters = json.loads(series["parameters"])
    given = {"parameters": parameters} if "parameters" in kind.model_fields else parameters
    if "dt" in kind.model_fields:
        given["dt"] = series["dt"]
    return kind.model_validate({"system": series["system"], "steps": 1, "transient": 0, **given})
