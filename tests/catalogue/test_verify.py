"""`tausweep verify` names all that is damaged or has lost its inputs, and nothing else."""

from __future__ import annotations

import json
import os
import shutil
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import netCDF4
import numpy as np
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from catalogue import stored
from tausweep import whole
from tausweep.catalogue.catalogue import Catalogue
from tausweep.catalogue.verify import verify

pytestmark = pytest.mark.xdist_group("workflow")


def number(path: Path, seed: int) -> None:
    with netCDF4.Dataset(path, "r+") as file:
        place = np.unravel_index(seed % 12, (4, 3))
        file["x"][place] = np.nextafter(file["x"][place], np.inf)


def attribute(path: Path, seed: int) -> None:
    with netCDF4.Dataset(path, "r+") as file:
        (file, file["x"])[seed % 2].setncattr(("dt", "units", "host")[seed % 3], f"other {seed}")


def truncation(path: Path, seed: int) -> None:
    os.truncate(path, seed % path.stat().st_size)


def byte(path: Path, seed: int) -> None:
    content = bytearray(path.read_bytes())
    content[seed % len(content)] ^= 1 + seed % 255
    path.write_bytes(content)


def resealed(path: Path, seed: int) -> None:
    os.truncate(path, path.stat().st_size - whole.SEALED)
    number(path, seed)
    whole.seal(path)


DAMAGES: list[Callable[[Path, int], None]] = [number, attribute, truncation, byte, resealed]
PLACES = range(5)
DAMAGED = st.dictionaries(
    st.sampled_from(PLACES), st.tuples(st.sampled_from(DAMAGES), st.integers(0, 1 << 20))
)


@pytest.fixture(scope="module")
def sound(tmp_path_factory: pytest.TempPathFactory) -> Path:
    results = tmp_path_factory.mktemp("sound")
    stored.chain(results)
    return results


def named(lines: list[str]) -> list[str]:
    return sorted(line.split(": ")[0] for line in lines)


@settings(deadline=None, max_examples=60, suppress_health_check=[HealthCheck.too_slow])
@given(damaged=DAMAGED, swapped=st.sets(st.sampled_from(PLACES), min_size=2, max_size=2) | st.none(),
       gone=st.sets(st.sampled_from(PLACES), max_size=1))  # fmt: skip
def test_every_damage_is_named_and_nothing_else(
    sound: Path, tmp_path_factory: pytest.TempPathFactory, damaged, swapped, gone
) -> None:
    results = tmp_path_factory.mktemp("spoilt") / "results"
    shutil.copytree(sound, results)
    entries = list(Catalogue.of(results).entries.values())
    inputs = {entry.reference: entry.references for entry in entries}
    files = [entry.path for entry in entries]
    for place, (damage, seed) in damaged.items():
        damage(files[place], seed)
    if swapped:
        one, other = (files[place] for place in swapped)
        content = one.read_bytes()
        one.write_bytes(other.read_bytes())
        other.write_bytes(content)
    for place in gone:
        files[place].unlink()

    bad = (set(damaged) | (swapped or set())) - gone
    lost = {entries[place].reference for place in gone}
    orphaned = {
        place
        for place in PLACES
        if place not in bad | gone and lost & set(inputs[entries[place].reference])
    }
    found = verify(Catalogue.of(results))
    assert named(found.damaged) == sorted(str(files[place]) for place in bad)
    assert named(found.orphaned) == sorted(str(files[place]) for place in orphaned)
    assert found.unfinished == []
    assert all("delete it and run snakemake again" in line for line in found.damaged)
    assert found.sound == (not bad and not orphaned)
    shutil.rmtree(results.parent)


def test_a_finished_run_is_sound_and_scripts_can_tell(run: Path, tausweep: Any) -> None:
    said = tausweep("verify")
    assert said.status == 0
    assert said.out.endswith("; 0 damaged; 0 orphaned\n")
    assert said.out.count("\n") == 1
    (file, *_) = Path("results/collect").iterdir()
    os.truncate(file, 5000)
    said = tausweep("verify")
    assert said.status == 1
    assert said.out.startswith(f"{file}: damaged")
    assert tausweep("verify", next(Path("results/train").iterdir()).stem).status == 0
    said = tausweep("verify", "--json", file.stem[:9])
    assert said.status == 1
    found = json.loads(said.out)
    assert (found["checked"], len(found["damaged"])) == (1, 1)


def figure_of(kind: str) -> tuple[Path, Path]:
    (marker,) = Path("results/figures/tiny/.drawn").glob(f"{kind}.*")
    return marker, Path("results/figures/tiny") / kind


def test_figures_and_tables_are_checked_against_what_was_drawn(run: Path, tausweep: Any) -> None:
    table, figure = figure_of("claims_table"), figure_of("claims")
    csv, png = table[1].with_suffix(".csv"), figure[1].with_suffix(".png")
    csv.write_text(csv.read_text().replace("lorenz", "rossler"))
    png.unlink()
    said = tausweep("verify")
    assert said.status == 1
    for path, marker, wrong in (
        (csv, table[0], "not as it was drawn"),
        (png, figure[0], "is not there"),
    ):
        assert f"{path}: {wrong}; delete {marker} and run snakemake again\n" in said.out
    assert "; 2 damaged; 0 orphaned" in said.out


def test_a_marker_is_checked_and_one_of_old_is_no_fault(run: Path, tausweep: Any) -> None:
    marker, _ = figure_of("claims")
    content = marker.read_bytes()
    marker.write_bytes(content.replace(b"created", b"Created"))
    assert f"{marker}: damaged" in tausweep("verify", "tiny/claims").out
    key = marker.suffix.removeprefix(".")
    marker.rename(other := marker.with_suffix("." + "f" * 16))
    other.write_bytes(content)
    assert (
        f"{other}: drawn by a job with key {key}, not its name"
        in tausweep("verify", "tiny/claims").out
    )
    other.rename(marker)
    marker.write_bytes(b"")
    said = tausweep("verify", "tiny/claims")
    assert said.status == 0
    assert "1 figures of old, without a record of their files, were not checked" in said.out


def test_what_killed_runs_left_is_named_and_no_fault(tmp_path: Path, tausweep: Any) -> None:
    file, *_ = stored.chain(tmp_path)
    kept = stored.write(tmp_path, "train", {})
    (tmp_path / "state").mkdir()
    checkpoint = kept.rename(tmp_path / "state" / kept.name)
    old = file.with_name(f".{file.name}.0123456789abcdef.part")
    new = file.with_name(f".{file.name}.0123456789abcdee.part")
    for part in (old, new):
        part.write_text("half")
    os.utime(old, times=(0, time.time() - 3 * 86_400))
    said = tausweep("verify", "--results", tmp_path)
    assert said.status == 0
    assert set(said.out.splitlines()[:-1]) == {
        f"{checkpoint}: checkpoint of training that has not ended: it goes on from there",
        f"{old}: left by a write that was killed 3 d ago; delete it",
        f"{new}: being written, or left by a write that was killed; it goes by itself",
    }
    os.truncate(checkpoint, 1000)
    said = tausweep("verify", "--results", tmp_path)
    assert said.status == 1
    assert f"{checkpoint}: damaged checkpoint; delete it" in said.out
