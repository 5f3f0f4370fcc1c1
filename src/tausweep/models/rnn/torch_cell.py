"""What the cells that follow torch.nn's have in common: names, shapes and initial values."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import numpy as np
from jaxtyping import Float

from tausweep.models.rnn.cell import Arrays
from tausweep.models.rnn.initial import uniform


class TorchCell:
    """Base of cells with the parameters of torch.nn's, `gates` matrices stacked in W_hh."""

    dimensions: dict[str, tuple[str, ...]] = {  # noqa: RUF012
        "W_hh": ("gate", "latent_from"),
        "b_ih": ("gate",),
        "b_hh": ("gate",),
    }
    input_dimensions: dict[str, tuple[str, ...]] = {"W_ih": ("gate", "channel")}  # noqa: RUF012
    gates = 1
    memory = 0

    def own_initial(
        self, shapes: Mapping[str, tuple[int, ...]], rng: np.random.Generator
    ) -> Arrays:
        """All parameters uniform in ±1/√M."""
        return uniform({name: shapes[name] for name in self.dimensions}, rng)

    def with_matrices(self, matrices: Sequence[Float[np.ndarray, "latent latent"]]) -> Arrays:
        """The matrices gate on gate in W_hh, the biases zero."""
        W = np.concatenate(list(matrices))
        return {"W_hh": W, "b_ih": np.zeros(len(W)), "b_hh": np.zeros(len(W))}
