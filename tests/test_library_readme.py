"""The examples in the library's README do what it says."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Any

import pytest

import tausweep
from tausweep.models.rnn.cells import CELLS

README = Path(tausweep.__file__).with_name("README.md")


def test_a_cell_and_a_method_of_ones_own_train(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delitem(CELLS, "leaky", raising=False)  # and forget it afterwards
    blocks = re.findall(r"```python\n(.*?)```", README.read_text(), flags=re.DOTALL)
    assert len(blocks) == 3
    names: dict[str, Any] = {}
    exec("\n".join(blocks), names)
    trained = names["trained"]
    assert (trained.loss[:, -1] < 0.2 * trained.loss[:, 0]).all()
    assert names["choose"]("auto", names["layout"]).name == "eager"
    del CELLS["leaky"]
