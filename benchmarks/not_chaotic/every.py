"""All kinds of series that are not chaotic, by name: what "chaotic" would be wrong about."""

from .cycles import KINDS as CYCLES
from .noises import KINDS as NOISES

KINDS = CYCLES | NOISES
