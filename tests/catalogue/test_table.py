"""`tausweep table`: every number of every member, as it was collected."""

from __future__ import annotations

import csv
import io
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import yaml

from tausweep import store
from tausweep.catalogue.table import exactly, rows

pytestmark = pytest.mark.xdist_group("workflow")


def test_the_csv_holds_what_was_collected(run: Path, tausweep: Any) -> None:
    (file,) = Path("results/collect").iterdir()
    held = store.read(file)
    table = list(csv.DictReader(io.StringIO(tausweep("table", "tiny.yaml", "--csv").out)))
    assert len(table) == held.sizes["run"]
    for i, row in enumerate(table):
        assert row.pop("experiment") == "tiny"
        for column, text in row.items():
            name, _, number = column.rstrip("]").partition("[")
            value = held[name].values[i]
            value = value[int(number)] if number else value
            if isinstance(value, str):
                assert text == value
            elif np.isnan(value):
                assert text == ""
            else:
                assert value.dtype.type(text) == value
    metrics = {name for name, v in held.data_vars.items() if v.dims == ("run",)}
    assert metrics | {"series", "model", "method", "setting", "value", "member"} <= set(table[0])
    assert "D_H_variable[2]" in table[0]


def test_markdown_and_text_have_the_same_rows(run: Path, tausweep: Any) -> None:
    text = tausweep("table", "tiny.yaml").out.splitlines()
    markdown = tausweep("table", "tiny.yaml", "--markdown").out.splitlines()
    assert (len(text), len(markdown)) == (5, 6)
    assert text[1].split()[:5] == ["tiny", "lorenz", "P", "sparse_tf", "tau"]
    assert markdown[2].startswith("| tiny | lorenz | P | sparse\\_tf | tau | 3 | 3 |  | 0 |")


def test_experiments_with_other_metrics_share_a_table(run: Path) -> None:
    (file,) = Path("results/collect").iterdir()
    whole = store.read(file)
    less = whole.drop_vars(["D_H", "D_H_variable"]).isel(run=[0])
    head, *body = rows({"less": less, "whole": whole}, exactly)
    assert len(body) == 1 + whole.sizes["run"]
    assert all(len(row) == len(head) for row in body)
    assert [row[0] for row in body] == ["less"] + ["whole"] * whole.sizes["run"]
    place = head.index("D_H")
    assert body[0][place] == ""
    assert float(body[1][place]) == whole.D_H[0]


def test_without_collected_results_it_says_how_to_make_them(run: Path, tausweep: Any) -> None:
    (file,) = Path("results/collect").iterdir()
    file.unlink()
    said = tausweep("table", "tiny.yaml")
    assert said.status == 1
    assert said.err.rstrip().endswith(f"snakemake --configfile tiny.yaml {file}")
    only = {"experiment": "only", "series": {"h": {"system": "henon"}}}
    Path("only.yaml").write_text(yaml.safe_dump(only))
    assert "no models are trained" in tausweep("table", "only.yaml").err
