"""What tests of figures share."""

import contextlib

import matplotlib as mpl
import pytest
import yaml
from conftest import TINY

from tausweep import runner, store
from tausweep.plan import Plan
from tausweep.study import load

from .theory import ANALYSES


@pytest.fixture(autouse=True)
def unchanged_settings():
    """Figures leave matplotlib's settings as they were."""
    before = dict(mpl.rcParams)
    yield
    assert dict(mpl.rcParams) == before


EVERYTHING = {
    **TINY,
    "series": {
        "noisy_X": {
            "system": "lorenz63",
            "dt": 0.05,
            "steps": 3000,
            "transient": 5.0,
            "noise": 0.001,
        }
    },
    "signal": {"steps": [{"step": "denoise", "method": "simple", "dimension": 5}]},
    "models": {"N": {"model": "ngrc", "samples": 500}, **TINY["models"]},
    "methods": [
        {"method": "sparse_tf", "tau": [3, {"of_tau_pred": 0.5}]},
        {"method": "bptt"},
        {"method": "gtf", "alpha": [0.0, 0.1, 1.0]},
    ],
    "members": 2,
    "block": 2,
    "orbit": {"steps": 400, "transient": 10},
    "metrics": {
        "d_stsp": {"bins": 6},
        "d_stsp_legacy": {},
        "d_h_legacy": {"piece": 200, "frequencies": 80},
        "prediction_error": {"steps": [1, 10], "starts": 20},
        "lyapunov_spectrum": {"exponents": 3, "steps": 100, "transient": 10},
        "behaviour": {},
        "complexity": {"order": 5, "delay": 7},
        "jacobian_norm": {"longest": 100, "starts": 3, "transient": 10},
        "excerpt": 100,
    },
    "lyapunov": {"reference_points": 200, "bootstrap": 10},
    "truth": {"members": 2, "time": 10.0, "transient": 5.0},
    "theory": {name: analysis.model_dump(mode="json") for name, analysis in ANALYSES.items()},
    "figures": {"style": {"dpi": 60}, "gradients": {}},
}
"""All kinds of figures, of two models by a method of each kind, under a name with an underscore."""


PUBLISHED = """series,model,method,metric,tau,value,note
noisy_X,R,sparse_tf,D_stsp_legacy,3,9.5,
noisy_X,R,bptt,D_H_legacy,,0.5,
noisy_X,,,tau_pred,,12,of somewhere else
"""


class Real:
    """A finished study of that experiment: its plan, and the directory of its results."""

    def __init__(self, directory):
        self.directory = directory
        with contextlib.chdir(directory):
            (directory / "part.yaml").write_text(yaml.safe_dump(EVERYTHING))
            (directory / "published.csv").write_text(PUBLISHED)
            self.config = {
                "study": "all_of_it",
                "experiments": [str(directory / "part.yaml")],
                "published": str(directory / "published.csv"),
                "figures": {"style": {"dpi": 60}, "experiments": {}, "experiments_table": {}},
            }
            self.plan = Plan(load(self.config))
            for job in self.plan.jobs.values():
                runner.run(job, [directory / job.path], engine="eager")

    def inputs(self, drawing):
        """What a figure is drawn from, by role."""
        return {
            role: store.without_bookkeeping(
                store.read(self.directory / f"results/{name}.nc", stage=name.split("/")[0])
            )
            for role, name in drawing.inputs.items()
        }


@pytest.fixture(scope="session")
def real(tmp_path_factory):
    return Real(tmp_path_factory.mktemp("real"))
