"""Parquet and Feather, by pandas, where pyarrow is installed."""

from __future__ import annotations

import importlib.util
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np
import pandas as pd
from jaxtyping import Shaped

from tausweep.series.files import table
from tausweep.series.files.boundary import Refused, reading
from tausweep.series.files.table import Table

if TYPE_CHECKING:
    from tausweep.series.settings import File


def read(path: Path, own: File) -> Table:
    """Read all columns of numbers and dates, or those that `own` names.

    Raises ValueError, one line.
    """
    kind = path.suffix.lower()
    with reading(path, f"a whole {kind} file of numbers", "write it anew, by pandas"):
        if importlib.util.find_spec("pyarrow") is None:
            raise Refused(
                f"reading {kind} needs pyarrow: pip install 'tausweep[arrow]', or save it as .csv "
                "or .npy"
            )
        rows, columns = _shape(path, kind)
        table.check_shape((rows, columns))
        frame = pd.read_parquet(path) if kind == ".parquet" else pd.read_feather(path)
        return _table(frame)


def _shape(path: Path, kind: str) -> tuple[int, int]:
    """Rows and columns, before they are read."""
    import pyarrow.ipc
    import pyarrow.parquet

    if kind == ".parquet":
        held = pyarrow.parquet.ParquetFile(path).metadata
        return held.num_rows, held.num_columns
    with pyarrow.memory_map(str(path)) as file, pyarrow.ipc.open_file(file) as held:
        most = max((held.get_batch(i).num_rows for i in range(held.num_record_batches)), default=0)
        return most * held.num_record_batches, len(held.schema)


def _table(frame: pd.DataFrame) -> Table:
    clock = index = None
    if not isinstance(frame.index, pd.RangeIndex):
        name = str(frame.index.name or "index")
        frame = frame.rename_axis(name).reset_index()
        is_date = frame[name].dtype.kind == "M" or isinstance(frame[name].dtype, pd.DatetimeTZDtype)
        clock, index = (name, None) if is_date else (None, name)
    table.check_names([str(name) for name in frame.columns])
    columns = {str(name): _values(frame[name]) for name in frame.columns}
    return Table(columns, clock=clock, index=index)


def _values(column: pd.Series) -> Shaped[np.ndarray, " time"]:
    if isinstance(column.dtype, pd.DatetimeTZDtype):
        column = column.dt.tz_convert("UTC").dt.tz_localize(None)
    if column.dtype.kind == "M":
        return np.asarray(column, dtype="datetime64[us]")
    if pd.api.types.is_numeric_dtype(column) and not pd.api.types.is_bool_dtype(column):
        return np.asarray(column.to_numpy(dtype=np.float64, na_value=np.nan))
    return np.empty(0, dtype=object)
