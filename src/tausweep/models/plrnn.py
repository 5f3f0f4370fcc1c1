"""The piecewise-linear RNN."""

from __future__ import annotations

import numpy as np
import torch
from jaxtyping import Float

from tausweep.models.cell import Map, Parameters, State


class PLRNN:
    """z' = A z + W relu(z) + h, with A diagonal and W off-diagonal (main paper, eq. 27).

    Initially A + W = (I + RᵀR/M) / ρ with R standard normal and ρ the largest eigenvalue, so that
    the linear part has spectral radius one (Talathi & Vartak 2016, arXiv:1511.03771), and h = 0.
    """

    dimensions = {"A": ("latent",), "W": ("latent", "latent_from"), "h": ("latent",)}  # noqa: RUF012
    memory = 0

    def initial(self, latent: int, rng: np.random.Generator) -> dict[str, Float[np.ndarray, "..."]]:
        """Initial A (latent), W (latent, latent_from; zero diagonal) and h (latent)."""
        R = rng.standard_normal((latent, latent))
        AW = np.eye(latent) + R.T @ R / latent
        AW /= np.linalg.eigvalsh(AW)[-1]
        A = np.diag(AW).copy()
        return {"A": A, "W": AW - np.diag(A), "h": np.zeros(latent)}

    def map(self, p: Parameters) -> Map:
        """F_θ; the diagonal of W takes no part."""
        A, h = p["A"][..., None], p["h"][..., None]
        W = p["W"] * (1 - torch.eye(p["W"].shape[-1], device=A.device, dtype=A.dtype))

        def F(state: State) -> State:
            (z,) = state
            return (torch.baddbmm(torch.addcmul(h, A, z), W, torch.relu(z)),)

        return F
