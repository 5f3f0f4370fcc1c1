"""What a person may call a result, and what is said where that is none or several."""

from __future__ import annotations

from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from catalogue import stored
from tausweep.catalogue.catalogue import Catalogue, chosen, locate

KEYS = st.text("0123456789abcdef", min_size=16, max_size=16)
NAMED = st.lists(
    st.tuples(st.sampled_from(["train", "orbit"]), KEYS), min_size=1, max_size=6, unique=True
).map(lambda pairs: [(f"{stage}/{key}", key) for stage, key in pairs])


@given(NAMED, st.data())
def test_a_beginning_means_the_only_one_that_begins_so(
    named: list[tuple[str, str]], data: st.DataObject
) -> None:
    reference, key = data.draw(st.sampled_from(named))
    length = data.draw(st.integers(1, 16))
    alike = [each for each in named if each[1].startswith(key[:length])]
    if len(alike) == 1:
        assert chosen(key[:length], named, "results") == (reference, key)
    else:
        with pytest.raises(ValueError, match=r"may be .*give more of the key"):
            chosen(key[:length], named, "results")
    assert chosen(reference, named, "results") == (reference, key)
    assert chosen(f"results/{reference}.nc", named, "results") == (reference, key)
    with pytest.raises(ValueError, match="nothing in results has this key"):
        chosen("x" + key, named, "results")


def test_nothing_means_nothing(tmp_path: Path) -> None:
    stored.chain(tmp_path)
    with pytest.raises(ValueError, match=r"^'': nothing in .* `tausweep ls` lists what there is$"):
        Catalogue.of(tmp_path).find("")


def figure(results: Path, name: str, key: str) -> None:
    marker = results / "figures" / "mine" / ".drawn" / f"{name}.{key}"
    marker.parent.mkdir(parents=True, exist_ok=True)
    marker.touch()
    (results / "figures" / "mine" / f"{name}.pdf").write_text("a figure")


def test_figures_are_meant_by_name_path_and_key(tmp_path: Path) -> None:
    for name, key in (("sweep_a", "a" * 16), ("sweep_a.b", "b" * 16)):
        figure(tmp_path, name, key)
    catalogue = Catalogue.of(tmp_path)
    for asked in ("mine/sweep_a", "figures/mine/sweep_a", "aaa", "results/figures/mine/sweep_a.pdf",
                  f"results/figures/mine/.drawn/sweep_a.{'a' * 16}"):  # fmt: skip
        assert catalogue.find(asked).key == "a" * 16
    for asked in ("mine/sweep_a.b", "results/figures/mine/sweep_a.b.pdf"):
        assert catalogue.find(asked).key == "b" * 16
    with pytest.raises(ValueError, match=r"may be figures/mine/sweep_a, figures/mine/sweep_a\.b"):
        catalogue.find("mine/sw")


def test_a_path_says_which_results_are_meant(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    file, *_ = stored.chain(tmp_path / "theirs")
    for asked in (file, file.relative_to(tmp_path / "theirs"), file.name):
        monkeypatch.chdir(file.parent if asked == file.name else tmp_path / "theirs")
        _, entry = locate(str(asked), Path("results"))
        assert entry.path.samefile(file)
