"""Norms of products of Jacobians: those of matrices, and how fast they grow."""

import math

import numpy as np
import pytest
from linear import Linear, signal
from motions import noise

from tausweep.experiment import load
from tausweep.metrics.jacobian_norm import JacobianNorm
from tausweep.metrics.stage import run
from tausweep.series import stage as series
from tausweep.signal import stage as prepare
from tausweep.training import stage as training
from tausweep.training.settings import Fit


def measured(model, data=None, **settings):
    data = signal(noise(50, model.variables), 20) if data is None else data
    metric = JacobianNorm(**{"longest": 64, "transient": 10, "starts": 4, **settings})
    return metric.separations, metric.measure(model, data)


def test_separations_ascend_by_the_root_of_two_and_end_at_the_longest():
    assert JacobianNorm(longest=20).separations == [1, 2, 3, 4, 6, 8, 11, 16, 20]
    assert JacobianNorm(longest=2).separations == [1, 2]
    everything = JacobianNorm(longest=1_000).separations
    assert (everything[0], everything[-1], len(everything)) == (1, 1_000, 20)
    assert {2**k for k in range(10)} < set(everything)


def test_norms_of_a_linear_model_are_those_of_powers_of_its_matrix():
    A = 0.6 * noise(2, 3, 3)
    T, found = measured(Linear(A), bound=1e30)
    for member in (0, 1):
        expected = [np.linalg.norm(np.linalg.matrix_power(A[member], t), 2) for t in T]
        np.testing.assert_allclose(found["jacobian_norm"][member], np.log(expected), atol=1e-11)
    assert found["jacobian_norm_spread"] == pytest.approx(0.0, abs=1e-12)  # all states are alike


def test_the_slope_of_a_scaled_rotation_is_the_logarithm_of_its_scale():
    c, s = math.cos(0.3), math.sin(0.3)
    A = np.array([scale * np.array([[c, -s], [s, c]]) for scale in (0.7, 1.0, 1.2)])
    T, found = measured(Linear(A), bound=1e30)
    expected = np.log([0.7, 1.0, 1.2])
    np.testing.assert_allclose(found["jacobian_norm"], np.outer(expected, T), atol=1e-11)
    for name in ("jacobian_slope", "jacobian_lambda_max"):
        np.testing.assert_allclose(found[name], expected, atol=1e-12)
        np.testing.assert_allclose(found[f"{name}_std_error"], 0.0, atol=1e-12)
    np.testing.assert_allclose(found["jacobian_excess"], 0.0, atol=1e-12)


class Still(Linear):
    """The same Jacobians around a state that does not move."""

    def step(self, state, s=None):
        return state


def test_norms_may_be_beyond_what_numbers_can_hold():
    A = np.array([np.diag([1e200, 1e-200]), np.diag([1e-300, 1e-305])])
    T, found = measured(Still(A))
    np.testing.assert_allclose(found["jacobian_norm"], np.outer(np.log([1e200, 1e-300]), T))


def test_a_product_that_is_zero_has_the_logarithm_minus_infinity():
    nilpotent = np.array([[[0.0, 3.0], [0.0, 0.0]]])
    T, found = measured(Linear(nilpotent), longest=4, transient=0)
    np.testing.assert_allclose(found["jacobian_norm"][0], [math.log(3), *[-np.inf] * 3])
    assert T == [1, 2, 3, 4]
    assert np.isneginf(found["jacobian_lambda_max"])
    assert np.isnan(found["jacobian_slope"])


def test_a_member_that_diverged_has_none_and_harms_no_other():
    tame = np.array([[0.9, 0.2], [0.0, 0.5]])
    _, alone = measured(Linear(tame[None]), transient=100)
    three = Linear(np.array([np.diag([1.5, 0.5]), tame, 1e200 * np.eye(2)]))
    _, found = measured(three, transient=100)
    for name, values in found.items():
        assert np.isnan(values[[0, 2]]).all(), name
        np.testing.assert_allclose(values[1], alone[name][0], atol=1e-9)


def test_an_external_input_is_followed_from_every_start():
    """x' = s x has the Jacobian s_t, so that a product is one of inputs."""

    class Gated(Linear):
        def step(self, state, s=None):
            return np.broadcast_to(s[None], state.shape)

        def propagate(self, state, V, s=None):
            return self.step(state, s), s[None, :, :, None] * V

    s = np.exp(0.1 * noise(60, 1))
    data = signal(noise(60, 1), 20, s)
    T, found = measured(Gated(np.ones((1, 1, 1))), data, longest=8, starts=3)
    begun = np.linspace(20, 59 - 18, 3).round().astype(int) + 10  # transients are 10 steps
    norms = np.array([[np.log(s[t : t + each]).sum() for each in T] for t in begun])
    np.testing.assert_allclose(found["jacobian_norm"][0], norms.mean(axis=0), atol=1e-12)
    np.testing.assert_allclose(found["jacobian_norm_spread"][0], norms.std(axis=0, ddof=1))
    exponents = norms[:, -1] / 8
    np.testing.assert_allclose(found["jacobian_lambda_max"], exponents.mean())
    error = exponents.std(ddof=1) / math.sqrt(3)
    np.testing.assert_allclose(found["jacobian_lambda_max_std_error"], error)
    with pytest.raises(ValueError, match=r"jacobian_norm: two starts, transient \+ longest steps"):
        measured(Gated(np.ones((1, 1, 1))), data, longest=30)


def test_a_chaotic_model_has_the_slope_of_its_exponent():
    """A polynomial fitted to Hénon's map is that map: λ = .419 (Sprott 2003)."""
    experiment = load(
        {"experiment": "h", "series": {"henon": {"system": "henon", "steps": 6_000}},
         "models": {"exact": {"model": "ngrc", "delays": 1, "degree": 2, "ridge": 1e-10}}}
    )  # fmt: skip
    data = prepare.run(experiment.signal, series.run(experiment.series["henon"]))
    train = training.fit(Fit(model=experiment.models["exact"], first_member=0, members=1), data)
    found = run(JacobianNorm(longest=2_000, transient=100), data, train=[train, train])
    assert found.sizes["run"] == 2
    assert all({"long_name", "units"} <= found[v].attrs.keys() for v in found.variables)
    exponent, slope = found["jacobian_lambda_max"].values, found["jacobian_slope"].values
    error, both = (found[f"jacobian_{n}_std_error"].values for n in ("lambda_max", "slope"))
    assert (np.abs(exponent - 0.4192) < 3 * error).all()
    assert (np.abs(slope - exponent) < 3 * np.hypot(error, both)).all()
    excess, paired = (found[f"jacobian_excess{n}"].values for n in ("", "_std_error"))
    np.testing.assert_allclose(excess, slope - exponent)
    assert (np.abs(excess) < 3 * paired + 1 / 2_000).all()
    # Half of the slope's stretch is λ_max's as well, so their errors are no strangers.
    assert (paired < np.hypot(error, both)).all()
    assert (error < 0.003).all()
    longest = found["jacobian_norm"].sel(separation=2_000).values
    assert (longest > math.log(1e300)).all()
