"""Record the golden values anew: ``python -m tests.golden "why they changed"``.

What still holds is left as it is recorded, so the file's diff shows what changed and nothing else.
The reason is added to the list `changes` at the head of the file, with the names of the experiments
and stages it is about. ``python -m tests.golden`` alone shows the differences and writes nothing.
"""

from __future__ import annotations

import sys
import tempfile
from pathlib import Path

from . import record
from .configurations import CONFIGURATIONS
from .runs import run


def main(reason: str | None) -> int:
    golden = record.read()
    old, new, touched = golden["experiments"], {}, {}
    for name in CONFIGURATIONS:
        with tempfile.TemporaryDirectory() as directory:
            results = run(name, Path(directory)).results
        recorded = old.get(name, {})
        different = record.compare(recorded, results)
        for difference in different:
            print(f"{name}: {difference}")
            about = "keys" if difference.what == "key" else "numbers"
            stage = difference.job.split()[0]
            touched.setdefault(f"{about} of {stage}", set()).add(name)
        new[name] = {
            result.name: record.renewed(
                result.name, recorded.get(result.name, {}), record.entry(result)
            )
            for result in results
        }
    for name in old.keys() - new.keys():
        print(f"{name}: gone")
        touched.setdefault("experiments gone", set()).add(name)
    if not touched:
        print("all values hold")
        return 0
    if reason is None:
        print('nothing is written: give the reason, python -m tests.golden "why they changed"')
        return 1
    if old:
        about = "; ".join(f"{what}: {', '.join(sorted(names))}" for what, names in touched.items())
        reason += f" ({about})"
    record.write({"changes": [*golden["changes"], reason], "experiments": new})
    return 0


if __name__ == "__main__":
    sys.exit(main(" ".join(sys.argv[1:]) or None))
