"""How much of a file from outside is read: checked before memory is taken.

At these bounds reading takes less than 2 GB of memory and some seconds; nobody's series needs as
much, since λ_max and training use some 10⁵ samples. What is larger is refused in one line.
"""

from __future__ import annotations

MOST_VALUES = 20_000_000
"""Of a table: 160 MB in double precision, of which reading and checking make several copies."""
MOST_COLUMNS = 5_000
"""Of a table: no fewer rows are needed, and together these are more than `MOST_VALUES`."""
MOST_TEXT = 256_000_000
"""Bytes of a CSV, packed in an archive or not: a dozen for each value."""
MOST_ARCHIVE = 32_000_000
"""Bytes of a ZIP archive: those that are read hold some MB, and larger ones could list a million
members, each of which takes memory."""
MOST_BYTES = 2_000_000_000
"""Of any file: all of it is hashed whenever a workflow is planned."""
SECONDS = 5
"""Of processor time, to read one file in a process of its own: the largest that may be take two."""
MEMORY = 1_900_000_000
"""Bytes of that process."""
