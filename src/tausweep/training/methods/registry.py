"""Training methods: which windows of a batch are run, from where, and when an update is made.

To add a method, write one module beside `sparse_tf.py` and register it in `METHODS`; its settings
are one class in `config`, added to `config.Method`. It then runs on every engine.
"""

from __future__ import annotations

from tausweep.training.methods.annealed import annealed
from tausweep.training.methods.bptt import bptt
from tausweep.training.methods.jittered import jittered
from tausweep.training.methods.moment import Moment, Schedule, Update
from tausweep.training.methods.sparse_tf import sparse_tf
from tausweep.training.methods.truncated import truncated
from tausweep.training.methods.windowing import windowing

__all__ = ["METHODS", "Moment", "Schedule", "Update"]

METHODS: dict[str, Schedule] = {
    "sparse_tf": sparse_tf,
    "bptt": bptt,
    "windowing": windowing,
    "truncated": truncated,
    "annealed": annealed,
    "jittered": jittered,
}
