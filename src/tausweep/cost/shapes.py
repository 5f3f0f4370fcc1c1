"""How long and wide series and signals are, as far as that is known before they are there."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import NamedTuple

from tausweep.errors import ConfigError
from tausweep.job import RESULTS, Job
from tausweep.series.settings import File
from tausweep.signal.settings import Embed, Mix, Signal
from tausweep.systems.system import Simulated

SAMPLES, VARIABLES, DIMENSION = 100_000, 3, 3
"""What is taken for those of a series that was not downloaded yet, of a system whose variables only
its job can tell, and of an embedding that is found when its job runs."""

LEAST_BYTES = 2
"""Of a value in a file, be it text or numbers."""


class Shape(NamedTuple):
    """Of a series or a signal."""

    samples: int
    variables: int
    driven: bool
    """Whether there is an external input."""
    known: bool = True
    """Or assumed, as nothing of the data is there yet."""


class Shapes:
    """The shapes of the series and signals among jobs.

    Parameters
    ----------
    jobs
        All jobs by reference.
    directory
        Where results/ is, if anything is there yet. None: nothing is read, neither results nor
        files that series are made from, which are taken to be as long as their size allows.
    """

    def __init__(self, jobs: Mapping[str, Job], directory: Path | None = Path()) -> None:
        self.jobs, self.directory = jobs, directory
        self._known: dict[str, Shape] = {}

    def of(self, job: Job) -> Shape:
        """What a job of stage series or signal makes.

        Raises ConfigError where a file that a series is made from cannot be read.
        """
        if job.reference not in self._known:
            shape = self._of_series if job.stage == "series" else self._of_signal
            self._known[job.reference] = self._there(job) or shape(job)
        return self._known[job.reference]

    def of_input(self, job: Job) -> Shape:
        """Of the signal, or else the series, that a job reads."""
        reference = job.inputs.get("signal") or job.inputs["series"]
        assert isinstance(reference, str)
        return self.of(self.jobs[reference])

    def _there(self, job: Job) -> Shape | None:
        """In its file, if that is there."""
        if self.directory is None:
            return None
        path = self.directory / RESULTS / f"{job.reference}.nc"
        if not path.is_file():
            return None
        import netCDF4  # here: not needed where nothing is there

        try:
            with netCDF4.Dataset(path) as file:
                sizes = {name: len(size) for name, size in file.dimensions.items()}
                return Shape(sizes["time"], sizes["variable"], "input" in file.variables)
        except (OSError, KeyError):
            return None  # damaged: the job that reads it will say so

    def _of_series(self, job: Job) -> Shape:
        match job.settings:
            case Simulated() as system:
                names = system.variables
                width = VARIABLES if names is None else len(system.observe or names)
                return Shape(system.steps, width, bool(system.inputs))
            case File() as settings if self.directory is None:
                return _by_size(settings, job.sources[0])
            case File() as settings:
                return _of_file(settings, job.sources[0])
        return Shape(SAMPLES, 1, driven=False, known=False)

    def _of_signal(self, job: Job) -> Shape:
        series, settings = self.of_input(job), job.settings
        assert isinstance(settings, Signal)
        kept = settings.train_steps(series.samples) + settings.held_out_steps(series.samples)
        width = series.variables
        for step in settings.steps:
            match step:
                case Mix(variables=sensors):
                    width = sensors
                case Embed(dimension=dimension):
                    width *= dimension if isinstance(dimension, int) else DIMENSION
        return series._replace(samples=kept, variables=width)


def _of_file(settings: File, path: str) -> Shape:
    from tausweep.series import stage  # here: it loads what reads files

    try:
        found = stage.read(settings, [path])
    except (OSError, ValueError) as error:
        raise ConfigError(str(error)) from None
    samples, width = found["x"].shape
    return Shape(samples, width - len(settings.inputs), bool(settings.inputs))


def _by_size(settings: File, path: str) -> Shape:
    """The most that it may hold, unless it is compressed."""
    try:
        samples = Path(path).stat().st_size // (LEAST_BYTES * VARIABLES)
    except OSError:
        samples = SAMPLES
    return Shape(max(samples, 1), VARIABLES, bool(settings.inputs), known=False)
