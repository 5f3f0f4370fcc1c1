"""Deep linear networks: plateaus of the loss, and times to learn by depth (Saxe et al. 2014)."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated, ClassVar, Literal, Self

from pydantic import Field, Strict, model_validator

from tausweep.settings import Seed
from tausweep.theory.analysis import Analysis

if TYPE_CHECKING:
    from collections.abc import Iterator

    import numpy as np
    import xarray as xr

Layers = Annotated[int, Strict(), Field(ge=1, le=200)]
Strength = Annotated[float, Strict(), Field(ge=0.02, le=1)]
POINTS = 20
"""At which descent is looked at."""
LINE = 400
"""Points of a line."""
LEARNED = 0.9
"""Part of the truth at which a mode counts as learned."""
END = 0.999
"""Part of the weakest mode's truth until which losses are followed."""
SIZE = 3
"""Variables of the system whose learning times are measured."""


class Depth(Analysis):
    """How depth delays what is learned from small weights, and not from orthogonal ones."""

    analysis: Literal["depth"] = "depth"
    strengths: Annotated[tuple[Strength, ...], Field(min_length=1, max_length=10)] = (1.0, 0.3, 0.1)
    """Singular values of the system whose loss is followed, on white data."""
    followed: Annotated[tuple[Layers, ...], Field(min_length=1, max_length=7)] = (1, 2, 3, 5)
    """Numbers of layers of networks whose loss is."""
    depths: Annotated[tuple[Layers, ...], Field(min_length=1, max_length=20)] = (
        1, 2, 3, 5, 10, 20, 50, 100
    )  # fmt: skip
    """Numbers of layers of networks whose learning times are measured; singular values are 1."""
    small: Annotated[float, Strict(), Field(ge=1e-4, lt=LEARNED)] = 0.001
    """Singular values of the network's product at first, from small weights."""
    orthogonal: Annotated[float, Strict(), Field(ge=1e-4, lt=LEARNED)] = 0.7
    """The same from orthogonal layers, each times the root of it."""
    step: Annotated[float, Strict(), Field(ge=0.02, le=0.45)] = 0.1
    """Size of the steps of gradient descent, of the largest with which it converges."""
    seed: Seed = 0

    version: ClassVar[int | None] = 1

    @model_validator(mode="after")
    def _begins_below(self) -> Self:
        if self.small >= LEARNED * min(self.strengths):
            raise ValueError(
                f"small must be less than {LEARNED:g} of the least of strengths "
                f"({min(self.strengths):g}), found {self.small:g}"
            )
        return self

    def compute(self) -> xr.Dataset:
        """Losses while learning by `followed` depth, and numbers of steps to learn by depth.

        `theory(followed, line)` is the excess of the loss, of that at first, under gradient flow at
        `theory_steps(followed, line)`, pseudo-time over step size, and `descent(followed, point)`
        that of descent of the layers at `descent_steps`; all modes begin at `small`.
        `learning_steps(start, depth)` is how many steps take a mode from its start, `small` or
        `orthogonal`, to 0.9 of the truth (`deep.learning_time`), and `measured_steps(start,
        layers)` how many descent took. Steps have that share of the largest size that `step` says.
        """
        import numpy as np
        import xarray as xr

        from tausweep.labelled import Labelled, labelled

        starts = np.array([self.small, self.orthogonal])
        depths = np.unique(np.geomspace(1, max(self.depths), LINE).round().astype(int))
        curves = [self._followed(depth) for depth in self.followed]
        steps = [[self._steps(p, LEARNED, 1.0, 1.0, depth) for depth in depths] for p in starts]
        measured = [[self._measured(p, depth) for depth in self.depths] for p in starts]
        by_line, by_point = ("followed", "line"), ("followed", "point")
        excess = "excess of the loss, of that at first"
        about = {
            "theory_steps": (by_line, "pseudo-time over step size"),
            "theory": (by_line, f"{excess}, gradient flow"),
            "descent_steps": (by_point, "steps of descent"),
            "descent": (by_point, f"{excess}, descent"),
        }
        variables: dict[str, Labelled] = {
            name: (dims, np.array([curve[name] for curve in curves]), long_name, "1")
            for name, (dims, long_name) in about.items()
        }
        variables |= {
            "learning_steps": (("start", "depth"), steps, "learning time over step size", "1"),
            "measured_steps": (("start", "layers"), measured, "steps of descent to learn", "1"),
            "initial": ("start", starts, "singular values of the product at first", "1"),
        }
        coords = {
            "followed": ("followed", list(self.followed), "number of layers", "1"),
            "start": ("start", ["small", "orthogonal"], "initial weights", "1"),
            "depth": ("depth", depths, "number of layers", "1"),
            "layers": ("layers", list(self.depths), "number of layers", "1"),
        }
        return xr.Dataset(labelled(variables), labelled(coords))

    def _followed(self, depth: int) -> dict[str, np.ndarray]:
        """The loss of a network of that depth, until its weakest mode is learned."""
        from itertools import islice

        import numpy as np

        from tausweep.theory import deep

        s = np.array(self.strengths)
        most = max(s)
        end = max(self._steps(self.small, END * each, each, most, depth) for each in s)
        line = np.geomspace(0.5, end, LINE)
        times = line * self._step(most, depth)
        p = np.array([deep.mode(times, self.small, each, 1.0, depth) for each in s])
        counts = np.geomspace(1, np.ceil(end), POINTS).round().astype(int)
        products = np.array(list(islice(self._products(s, self.small, depth), counts[-1] + 1)))
        first = ((s - self.small) ** 2).sum()
        return {
            "theory_steps": line,
            "theory": ((s[:, None] - p) ** 2).sum(axis=0) / first,
            "descent_steps": counts,
            "descent": ((products[counts] - np.diag(s)) ** 2).sum(axis=(1, 2)) / first,
        }

    def _measured(self, initial: float, depth: int) -> float:
        """Steps in which descent learns modes of strength 1, all alike."""
        from itertools import islice

        import numpy as np

        from tausweep.theory.descent import steps_to

        most = 2 * round(self._steps(initial, LEARNED, 1.0, 1.0, depth)) + 10  # should it be wrong
        left: list[float] = []
        for product in islice(self._products(np.ones(SIZE), initial, depth), most):
            left.append(1 - np.trace(product) / SIZE)
            if left[-1] <= 1 - LEARNED:
                break
        return float(steps_to((1 - LEARNED) / left[0], np.array(left)))

    def _products(self, s: np.ndarray, initial: float, depth: int) -> Iterator[np.ndarray]:
        """uᵀ Â v of the iterates of descent, of a system with singular vectors u and v, on white
        data; all its singular values begin with the same.
        """
        from functools import partial

        import numpy as np

        from tausweep.theory import deep
        from tausweep.theory.descent import iterates
        from tausweep.theory.quadratic import Quadratic
        from tausweep.theory.random_matrices import orthogonal

        n, rng = len(s), np.random.default_rng([self.seed, depth])
        u, v = orthogonal(n, rng), orthogonal(n, rng)
        layers = deep.aligned_layers(u, np.full(n, initial), v, depth, rng)
        gradient = partial(deep.gradient, loss=Quadratic(v, np.ones(n), u * s))
        for each in iterates(gradient, layers, self._step(max(s), depth)):
            yield u.T @ deep.product(each) @ v

    def _steps(self, initial: float, end: float, s: float, most: float, depth: int) -> float:
        """Steps, not whole, that take a mode of strength s so far, in a system of strengths up to
        `most`.
        """
        from tausweep.theory.deep import learning_time

        return learning_time(initial, end, s, 1.0, depth) / self._step(most, depth)

    def _step(self, most: float, depth: int) -> float:
        from tausweep.theory.deep import largest_step

        return self.step * largest_step(most, 1.0, depth)
