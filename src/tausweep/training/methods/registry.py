"""The training methods that a configuration can name: each is a class in a module beside this."""

from __future__ import annotations

from typing import Annotated

from pydantic import Field

from tausweep.training.methods.annealed import Annealed
from tausweep.training.methods.bptt import BPTT
from tausweep.training.methods.clipped import ClippedBPTT
from tausweep.training.methods.gtf import GTF, AdaptiveGTF
from tausweep.training.methods.jitter import Jitter
from tausweep.training.methods.jittered import Jittered
from tausweep.training.methods.sparse_tf import SparseTF
from tausweep.training.methods.truncated import Truncated
from tausweep.training.methods.windowing import Windowing

Method = Annotated[
    SparseTF
    | BPTT
    | ClippedBPTT
    | Windowing
    | Truncated
    | Annealed
    | Jittered
    | Jitter
    | GTF
    | AdaptiveGTF,
    Field(discriminator="method"),
]
