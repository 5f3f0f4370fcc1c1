"""Steps that cannot be applied say where and why."""

import re

import numpy as np
import pytest
import yaml

from tausweep.errors import ConfigError
from tausweep.experiment import load
from tausweep.signal import stage as signal
from tausweep.signal.settings import Signal
from tausweep.signal.stage import STEPS

from .made import GUIDE, cell_of, samples, series_of


@pytest.mark.parametrize(
    ("step", "message"),
    [
        ({"step": "mix", "variables": 1},
         r"signal\.steps\[0\] \(mix\): variables must be at least the 2 that there are, found 1"),
        ({"step": "cycle", "by": "harmonics", "period": 31.0},
         r"signal\.steps\[0\] \(cycle\): period 31 is longer than the training part.* lasts 30"),
        ({"step": "cycle", "by": "harmonics", "period": 1.0, "order": 5},
         r"order 5 has a harmonic of period 0\.2"),
        ({"step": "cycle", "by": "climatology", "period": 1.0, "bins": 30},
         r"20 of 30 bins of phase have no sample"),
        ({"step": "cycle", "by": "climatology", "period": 0.04},
         r"a period of 0\.4 samples and 0 bins give no cycle"),
        ({"step": "smooth", "by": "gaussian", "width": 40.0},
         r"\(smooth\): width 40 needs 321 samples, and the training part has 300: lower width"),
        ({"step": "smooth", "by": "savitzky_golay", "window": 301},
         r"window 301 needs 301 samples"),
        ({"step": "decimate", "factor": 20}, r"factor 20 needs 420 samples"),
        ({"step": "embed", "dimension": 4, "delay": 100},
         r"span 300 steps, and the training part has 300"),
    ],
)  # fmt: skip
def test_a_step_that_cannot_be_applied_says_where_and_why(step, message):
    with pytest.raises(ValueError, match=message) as error:
        signal.run(cell_of(step), series_of(samples()))
    assert "\n" not in str(error.value)


def test_what_is_constant_after_a_step_is_refused():
    x = samples()
    x[:, 1] = 3e4 + 2.0 * np.arange(600)
    message = r"variable x1 is constant .* after signal\.steps\[0\] \(detrend\)"
    with pytest.raises(ValueError, match=message):
        signal.run(cell_of({"step": "detrend"}), series_of(x))


def test_a_gap_is_refused_by_its_place():
    x = samples()
    x[17, 1] = np.nan
    with pytest.raises(ValueError, match=r"1 values are NaN .* sample 17 of variable x1"):
        signal.run(Signal(), series_of(x))


@pytest.mark.parametrize(
    ("steps", "message"),
    [
        ([{"step": "embed", "dimension": 2, "delay": 1}, {"step": "detrend"}],
         r"steps\[0\] is embed, which must be the last step"),
        ([{"step": "detrend"}, {"step": "mix", "variables": 3}],
         r"steps\[1\] is mix, which must be the first step"),
        ([{"step": "smooth", "by": "savitzky_golay", "window": 4}],
         r"signal\.steps\[0\]: window must be odd and greater than order \(3\), found 4"),
        ([{"step": "cycle", "period": 3.0}], r"signal\.steps\[0\]\.by: missing"),
        ([{"step": "detrend", "order": 4}],
         r"signal\.steps\[0\]\.order: must be less than or equal to 3, found 4"),
        ([{"step": "smoothe"}], r"signal\.steps\[0\]\.step: must be one of 'mix', 'detrend', 'cycle'"),
    ],
)  # fmt: skip
def test_wrong_steps_are_one_line_with_their_path(steps, message):
    wrong = {"experiment": "a", "series": {"l": {"system": "lorenz63"}}, "signal": {"steps": steps}}
    with pytest.raises(ConfigError, match=message):
        load(wrong)


def test_steps_that_leave_too_little_to_train_on_are_refused_before_any_job():
    wrong = {
        "experiment": "a",
        "series": {"l": {"system": "lorenz63", "steps": 4_000}},
        "models": {"R": {"cell": "rnn"}},
        "methods": [{"method": "sparse_tf", "tau": [5]}],
        "signal": {"steps": [{"step": "decimate", "factor": 10}]},
    }
    with pytest.raises(ConfigError, match=r"series\.l\.steps must leave .* 200 are for"):
        load(wrong)


def test_the_configuration_of_the_guide_is_one_and_its_steps_are_all():
    (block,) = re.findall(r"```yaml\n(.*?)```", GUIDE.read_text(), flags=re.DOTALL)
    cell = Signal.model_validate(yaml.safe_load(block)["signal"])
    assert {step.step for step in cell.steps} == set(STEPS)
