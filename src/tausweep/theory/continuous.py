"""Learning the dynamics of a linear system in continuous time, ẋ = A x, from pairs Δt apart.

Section 3 of the paper that `discrete` names (eqs. 16-19; with noise, eqs. 20-24: `noise`). The
model is exact, a neural ODE whose prediction is exp(Â Δt) x, or its expansion, a residual network
that predicts x + Δt Â x: forward Euler.
"""

from __future__ import annotations

import numpy as np
from jaxtyping import Complex, Float

from tausweep.theory.discrete import Snapshots, Square, learning
from tausweep.theory.quadratic import Quadratic

Values = Float[np.ndarray, "*value"] | float


def after(A: Square, X: Snapshots, dt: float) -> Snapshots:
    """The states a time Δt later: Y = exp(A Δt) X (eqs. 16, 17)."""
    from scipy.linalg import expm

    return np.asarray(expm(A * dt) @ X)


def loss(A: Square, X: Snapshots, Y: Snapshots, dt: float) -> float:
    """Mean squared error of the exact model, halved: ‖Y − exp(Â Δt) X‖² / 2mn (eq. 18)."""
    return float(np.mean((Y - after(A, X, dt)) ** 2) / 2)


def gradient(A: Square, X: Snapshots, Y: Snapshots, dt: float) -> Square:
    """∇L of the exact loss (18), which the paper leaves out.

    With G = −(Y − exp(Â Δt) X) Xᵀ / mn, the gradient by exp(Â Δt), and K(M, E) the derivative of
    the matrix exponential at M along E, whose adjoint is K(Mᵀ, ·): ∇L = Δt K(Âᵀ Δt, G).
    """
    from scipy.linalg import expm_frechet

    G = -(Y - after(A, X, dt)) @ X.T / X.size
    return np.asarray(dt * np.asarray(expm_frechet(A.T * dt, G, compute_expm=False)))


def learning_by_euler(
    X: Snapshots, Y: Snapshots, dt: float, *, rank: int | None = None
) -> Quadratic:
    """The loss of the residual network, ‖Y − (I + Â Δt) X‖² / 2mn, whose gradient is eq. 19.

    Rates are those in discrete time times Δt². The paper's (19) has A for the truth, that is,
    Y = (I + A Δt) X: it expands the data along with the model. Of data from (17) the residual
    network learns `euler_limit(A, Δt)` instead.

    Raises
    ------
    ValueError
        As `tausweep.theory.discrete.learning`.
    """
    data = learning(X, (Y - X) / dt, rank=rank)
    return Quadratic(data.directions, dt**2 * data.rates, dt**2 * data.cross)


def euler_limit(A: Square, dt: float) -> Square:
    """(exp(A Δt) − I) / Δt = A + A² Δt / 2 + … is what forward Euler makes of exact data.

    It is stable as a map, with step Δt, if and only if A is as a flow; and it is then stable as a
    flow, too. Where A rotates fast and grows slowly it may be stable as a flow while A is not.
    """
    from scipy.linalg import expm

    return np.asarray((expm(A * dt) - np.eye(len(A))) / dt)


def exact_rates(
    eigenvalues: Complex[np.ndarray, " mode"], energies: Float[np.ndarray, " mode"], dt: float
) -> Float[np.ndarray, "mode mode"]:
    """Rates at which the exact loss (18) is learned near the truth, entry by entry.

    A is normal, with the data's directions as eigenvectors, and the rates in discrete time are
    `energies`. An error in entry (p, q), a coupling from mode q to mode p, then decays by
    itself, at rate c_q |(e^{λ_p Δt} − e^{λ_q Δt}) / (λ_p − λ_q)|², on the diagonal
    c Δt² e^{2 Re λ Δt}. Forward Euler's are c_q Δt² for all p: good for |λ| Δt ≪ 1; what decays
    within Δt is learned exponentially more slowly than it says, what grows faster.
    """
    mean = (eigenvalues[:, None] + eigenvalues) * dt / 2
    half = (eigenvalues[:, None] - eigenvalues) * dt / 2
    safe = np.where(half == 0, 1, half)
    difference = dt * np.exp(mean) * np.where(half == 0, 1, np.sinh(safe) / safe)
    return np.asarray(energies * np.abs(difference) ** 2)


def exact_time(
    start: Values, end: Values, truth: Values, energy: float, dt: float
) -> Float[np.ndarray, "*value"]:
    """Pseudo-time in which the exact loss (18) takes a single real mode from â = start to end.

    With w = e^{â Δt}, b = e^{a Δt} and c the energy, dâ/dτ = c Δt w (b − w), so that
    dw/dτ = c Δt² w² (b − w) and τ = [ln(w / |b − w|) / b² − 1 / (b w)] / c Δt² between the two.
    Arguments broadcast. Far below the truth the loss is flat, as w is small, and learning slow.
    Forward Euler's is ln((a − start) / (a − end)) / c Δt².

    Raises
    ------
    ValueError
        `end` is not between `start` and `truth`.
    """
    # Distances to the truth as expm1, which keeps their digits near it.
    from_start, from_end = np.subtract(start, truth) * dt, np.subtract(end, truth) * dt
    if np.any(from_end * from_start < 0) or np.any(np.abs(from_end) > np.abs(from_start)):
        raise ValueError("what is learned moves from its start towards the truth, and no further")
    b = np.exp(np.multiply(truth, dt))

    def primitive(u: Values) -> Values:
        with np.errstate(divide="ignore"):  # the truth itself is reached after infinite time
            return np.asarray(u - np.log(np.abs(np.expm1(u))) - np.exp(-u))

    return np.asarray((primitive(from_end) - primitive(from_start)) / (b**2 * energy * dt**2))


def damped_mode(
    times: Float[np.ndarray, "*time"], start: float, damping: float, dt: float
) -> Float[np.ndarray, "*time"]:
    """â(τ) of the exact loss in a direction that has no energy but noise, of rate `damping`.

    Noise asks for a prediction of zero, e^{â Δt} = 0, which no â gives: dw/dτ = −c Δt² w³ with
    w = e^{â Δt} and c = σ²/n, so â = start − ln(1 + 2 c Δt² w(0)² τ) / 2Δt. It falls for ever, ever
    more slowly; forward Euler goes to −1/Δt, exponentially (eqs. 21 and 24).
    """
    w = np.exp(start * dt)
    return np.asarray(start - np.log1p(2 * damping * dt**2 * w**2 * times) / (2 * dt))
