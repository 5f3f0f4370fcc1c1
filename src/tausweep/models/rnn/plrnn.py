"""The piecewise-linear RNN."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import numpy as np
from jaxtyping import Float

from tausweep.models.rnn.cell import Arrays, Drive, Map, Parameters, State


class PLRNN:
    """z' = A z + W relu(z) + C s + h, A diagonal and W off-diagonal (main paper, eq. 27).

    Initially A + W = (I + RᵀR/M) / ρ with R standard normal and ρ the largest eigenvalue, so that
    the linear part has spectral radius one (Talathi & Vartak 2016, arXiv:1511.03771), and h = 0.
    """

    dimensions: dict[str, tuple[str, ...]] = {  # noqa: RUF012
        "A": ("latent",),
        "W": ("latent", "latent_from"),
        "h": ("latent",),
    }
    input_dimensions: dict[str, tuple[str, ...]] = {"C": ("latent", "channel")}  # noqa: RUF012
    gates = 1
    memory = 0

    def own_initial(
        self, shapes: Mapping[str, tuple[int, ...]], rng: np.random.Generator
    ) -> Arrays:
        """A + W of spectral radius one, h zero."""
        (M,) = shapes["A"]
        R = rng.standard_normal((M, M))
        AW = np.eye(M) + R.T @ R / M
        return self.with_matrices([AW / np.linalg.eigvalsh(AW)[-1]])

    def with_matrices(self, matrices: Sequence[Float[np.ndarray, "latent latent"]]) -> Arrays:
        """The matrix split into its diagonal A and the rest W."""
        A = np.diag(matrices[0]).copy()
        return {"A": A, "W": matrices[0] - np.diag(A), "h": np.zeros(len(A))}

    def map(self, p: Parameters) -> Map:
        """F_θ; the diagonal of W takes no part."""
        import torch

        A, h = p["A"][..., None], p["h"][..., None]
        W = p["W"] * (1 - torch.eye(p["W"].shape[-1], device=A.device, dtype=A.dtype))

        def F(state: State, s: Drive | None = None) -> State:
            (z,) = state
            a = torch.addcmul(h, A, z)
            if s is not None:
                a = torch.baddbmm(a, p["C"], s)
            return (torch.baddbmm(a, W, torch.relu(z)),)

        return F
