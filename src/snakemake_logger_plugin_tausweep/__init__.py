"""What `snakemake --logger tausweep` loads: such plugins are found by the names of packages."""

# No annotations from the future: Snakemake reads the types of settings, and they must not be text.
from dataclasses import dataclass, field

from snakemake_interface_logger_plugins.settings import LogHandlerSettingsBase

from tausweep.progress.handler import LogHandler

__all__ = ["LogHandler", "LogHandlerSettings"]


@dataclass
class LogHandlerSettings(LogHandlerSettingsBase):
    """What can be set: `--logger-tausweep-off`."""

    off: bool = field(default=False, metadata={"help": "Show what Snakemake shows by itself."})
