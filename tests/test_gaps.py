"""Where samples are missing the refusal names what fills them, and that is enough."""

from __future__ import annotations

import re
import tempfile
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import xarray as xr
import yaml
from hypothesis import assume, given, settings
from hypothesis import strategies as st

from tausweep.series import stage as series
from tausweep.series.settings import File

N = 150
TOLD = re.compile(r"(?:set|or) (fill: \w+)(?: and (max_gap: \d+))?")


def read(text: str, **options: Any) -> xr.Dataset:
    with tempfile.TemporaryDirectory() as directory:
        path = Path(directory) / "a.csv"
        path.write_text(text)
        own = File.model_validate({"system": "file", "path": str(path), **options})
        return series.run(own, series.read(own, [str(path)]))


def table(times: list[int], missing: set[tuple[int, int]], *, stamped: bool) -> str:
    """Lines of a time and two variables, of which some values are missing."""
    rows = ["t,a,b" if stamped else "a,b"]
    for t in times:
        values = ["" if (t, j) in missing else repr(np.sin(t + j).item()) for j in (0, 1)]
        rows.append(",".join(([str(t)] if stamped else []) + values))
    return "\n".join(rows)


inside = st.integers(1, N - 2)


@given(
    gone=st.sets(inside, max_size=12),
    missing=st.sets(st.tuples(st.integers(0, N - 1), st.integers(0, 1)), max_size=12),
    stamped=st.booleans(),
)
@settings(max_examples=40)
def test_what_is_told_fills_all(
    gone: set[int], missing: set[tuple[int, int]], stamped: bool
) -> None:
    # A first or last row without any value is none.
    assume(not any({(t, 0), (t, 1)} <= missing for t in (0, N - 1)))
    times = [t for t in range(N) if not (stamped and t in gone)]
    text = table(times, missing, stamped=stamped)
    there = {(t, j) for t, j in missing if t in times}
    if not there and len(times) == N:
        assert read(text).sizes["time"] == N
        return
    with pytest.raises(ValueError, match="set fill: ") as error:
        read(text)
    fill, gap = TOLD.search(str(error.value)).groups()  # type: ignore[union-attr]
    found = read(text, **yaml.safe_load(f"{{{fill}, {gap}}}"))
    ends = {(t, j) for t, j in there if t in (0, N - 1)}
    assert (fill == "fill: longest") is bool(ends)
    assert np.isfinite(found["x"]).all()
    if not ends:
        assert found.sizes["time"] == N
