"""Deep linear networks, Â = W_N … W_1: how fast modes are learned against depth N.

Saxe, McClelland & Ganguli 2014, ICLR (arXiv:1312.6120). The loss is a `Quadratic` of the product,
with gradient ÂC − D. A mode is a pair of directions, v of the input and u of the output, with
C v = c v and D v = s u: its true value is s/c. Layers are *aligned* if they share these, and
*balanced* if each has the same part of the product: W_l = R_l diag(a) R_{l−1}ᵀ, with R_0 of the v,
R_N of the u and the others orthogonal. Then modes are learned independently of one another, with
products p = a^N that obey

    dp/dτ = N p^{2 − 2/N} (s − c p).

Whitened data, C ∝ I, make every A such a case, with the singular vectors of A.
"""

from __future__ import annotations

import numpy as np
from jaxtyping import Float

from tausweep.theory.quadratic import Quadratic, relaxation
from tausweep.theory.random_matrices import orthogonal

Layers = Float[np.ndarray, "layer n n"]
"""W_1 … W_N, the first that acts first."""

TOLERANCE = 1e-12
"""Of the integrator."""


def product(layers: Layers) -> Float[np.ndarray, "n n"]:
    """Â = W_N … W_1."""
    A = layers[0]
    for W in layers[1:]:
        A = W @ A
    return np.asarray(A)


def gradient(layers: Layers, loss: Quadratic) -> Layers:
    """∂L/∂W_l = (W_N … W_{l+1})ᵀ ∇L(Â) (W_{l−1} … W_1)ᵀ."""
    n = layers.shape[-1]
    before, after = [np.eye(n)], [np.eye(n)]
    for W in layers[:-1]:
        before.append(W @ before[-1])
    for W in layers[:0:-1]:
        after.append(after[-1] @ W)
    G = loss.gradient(product(layers))
    return np.array([L.T @ G @ R.T for L, R in zip(after[::-1], before, strict=True)])


def aligned_layers(
    u: Float[np.ndarray, "n n"],
    products: Float[np.ndarray, " n"],
    v: Float[np.ndarray, "n n"],
    depth: int,
    rng: np.random.Generator,
) -> Layers:
    """Balanced layers whose product is u diag(products) vᵀ; the bases between are random.

    Products are not negative.
    """
    bases = [v, *(orthogonal(len(v), rng) for _ in range(depth - 1)), u]
    a = products ** (1 / depth)
    return np.array([bases[i + 1] * a @ bases[i].T for i in range(depth)])


def orthogonal_layers(n: int, depth: int, rng: np.random.Generator, *, gain: float = 1.0) -> Layers:
    """Layers that are orthogonal matrices times a gain: balanced, all singular values gain^N.

    At a gain of 1 signals and gradients pass through any depth at the same size, and learning
    times do not grow with it (Saxe et al., section 3). Alignment holds where the product's singular
    vectors can be chosen as the target's: uᵀ W_N … W_1 v ∝ I.
    """
    return np.array([gain * orthogonal(n, rng) for _ in range(depth)])


def mode(
    times: Float[np.ndarray, " time"], initial: float, s: float, c: float, depth: int
) -> Float[np.ndarray, " time"]:
    """The product p(τ) of a mode, of initial value p(0) > 0, at pseudo-times that rise from ≥ 0.

    Depth 1 relaxes exponentially, at rate c. Depth 2 is sigmoidal, Saxe et al.'s
    p = p(0) e^{2sτ} / (1 + p(0) (e^{2sτ} − 1) c/s), at rate 2s. Deeper ones are integrated (ln p).

    Raises
    ------
    ValueError
        The initial value is not positive, where the network is deep.
    """
    if depth == 1:
        return np.asarray(initial + (s - c * initial) * relaxation(np.array(c), times))
    if initial <= 0:
        raise ValueError(f"a mode of a deep network begins above zero, not at {initial:g}")
    if depth == 2:
        rate = np.array(2 * s)
        left = np.exp(-rate * times) + 2 * c * initial * relaxation(rate, times)
        return np.asarray(initial / left)
    from scipy.integrate import solve_ivp

    solution = solve_ivp(
        lambda _, x: depth * np.exp(x * (1 - 2 / depth)) * (s - c * np.exp(x)),
        (0.0, times[-1]),
        [np.log(initial)],
        method="DOP853",
        t_eval=times,
        rtol=TOLERANCE,
        atol=TOLERANCE,
    )
    return np.asarray(np.exp(solution.y[0]))


def learning_time(initial: float, end: float, s: float, c: float, depth: int) -> float:
    """Pseudo-time that a mode takes from p = initial to end, in closed form at every depth.

    With x = p c / s, k = 2/N − 1 and dF/dx = x^{k − 1} / (1 − x), it is
    τ = [F(x(end)) − F(x(0))] (s/c)^k / (N s): F = −ln(1 − x) for N = 1, ln(x / (1 − x)) for N = 2,
    and else x^k ₂F₁(1, k; k + 1; x) / k. It grows as p(0)^k where that is small, for N → ∞ as
    1/p(0).

    Raises
    ------
    ValueError
        Not 0 < initial ≤ end < s/c (of a single layer, 0 ≤ initial).
    """
    from scipy.special import hyp2f1

    if not (0 <= initial <= end < s / c and (initial > 0 or depth == 1)):
        raise ValueError(
            f"a mode that rises to {s / c:g} does not pass {initial:g} and then {end:g}"
        )
    k = 2 / depth - 1

    def F(x: float) -> float:
        match depth:
            case 1:
                return float(-np.log1p(-x))
            case 2:
                return float(np.log(x) - np.log1p(-x))
            case _:
                return float(x**k * hyp2f1(1, k, k + 1, x) / k)

    return float((F(end * c / s) - F(initial * c / s)) * (s / c) ** k / (depth * s))


def largest_step(s: float, c: float, depth: int) -> float:
    """Step sizes of gradient descent below this converge, near the minimum p = s/c of a mode.

    2 / h, with h = N c (s/c)^{2 − 2/N} the curvature along the way on which the mode is learned.
    For C ∝ I the largest of these is that of the whole loss. `learning_time` over a step size is a
    number of steps: for s/c = 1 and p(0) near 1, as of orthogonal layers, it hardly depends on N.
    """
    return float(2 / (depth * c * (s / c) ** (2 - 2 / depth)))
