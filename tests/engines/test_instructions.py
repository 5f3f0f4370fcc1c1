"""Which instruction sets the engine `fused` finds on this machine."""

from __future__ import annotations

import subprocess
import sys

import pytest

from tausweep.engines.fused import library


def test_the_processor_has_what_it_is_said_to_have(monkeypatch: pytest.MonkeyPatch) -> None:
    """By the word of torch, which asks in its own way."""
    monkeypatch.delenv("ATEN_CPU_CAPABILITY", raising=False)
    said = subprocess.run(
        [sys.executable, "-c", "import torch; print(torch.backends.cpu.get_cpu_capability())"],
        capture_output=True, text=True, check=True,
    ).stdout.strip()  # fmt: skip
    sets = {"AVX512": ["avx512", "avx2", "generic"], "AVX2": ["avx2", "generic"]}
    assert library._understood() == sets.get(said, ["generic"])


@pytest.mark.parametrize(
    ("lowered", "left"),
    [
        ("default", {"generic"}),
        ("avx2", {"avx2", "generic"}),
        ("avx512", set(library.INSTRUCTIONS)),
    ],
)
def test_instruction_sets_can_be_lowered_and_not_raised(
    monkeypatch: pytest.MonkeyPatch, lowered: str, left: set[str]
) -> None:
    monkeypatch.delenv("ATEN_CPU_CAPABILITY", raising=False)
    able = library._understood()
    monkeypatch.setenv("ATEN_CPU_CAPABILITY", lowered)
    assert library._understood() == [name for name in able if name in left]
