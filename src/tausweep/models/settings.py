"""The kinds of models that a configuration can name."""

from __future__ import annotations

from typing import TypeAlias

from tausweep.models.dynamics import Fitted
from tausweep.models.rnn.settings import Recurrent

Model: TypeAlias = Recurrent
FITTED: dict[str, type[Fitted]] = {}
