"""Small damages: to bytes, to text, to trees of lists and dictionaries."""

from __future__ import annotations

import contextlib
import copy
import random
from typing import Any

BYTES = [b"\x00", b"\xff", b"\x7f", b"\x80", b"\xff" * 4, b"\xff" * 8, b"\x00" * 8, b"\x01\x00\x00\x00"]  # fmt: skip
NUMBERS = [
    "0", "-1", "1", "255", "-2147483649", "4294967296", "9223372036854775808", "99999999",
    "100000000000000000000000000000000000000000", "1e308", "-1e308", "1e309", "1e-300", "5e-324",
    "nan", "NaN", "inf", "-inf", "0x1F", "1_000", "1,5", "", " ", "-", "+", ".", "1e", "True", "None",
    "1" * 5000, "٣", "1970-01-01", "2020-13-45", "31.12.2009 23:50:00",
]  # fmt: skip
TEXTS = ["\n", "\r", "\r\n", "\t", '"', "'", "#", ";", ",", "\x00", "\ufeff", "µ", "\U0001f600", "(", "(" * 300, "[" * 5000, "{", "}", "%", "\\", "../", "a" * 70_000, "\u2028", "\x1b[31m"]  # fmt: skip
VALUES: list[Any] = [
    None, True, False, 0, 1, -1, 2, 3, 7, 100, 1000, 100_000, 10**7, 10**9, 2**31, 2**62, 2**63, 10**30,
    0.0, 0.5, -0.5, 1.0, 1e-3, 1e-300, 5e-324, 1e300, 1e308, float("inf"), float("-inf"), float("nan"),
    "", "auto", "none", "a", "1e-3", "0", "x" * 300, "a\nb", "\x00", "\ud800", "{a}", "/dev/zero", "/dev",
    ".", "é", [], {}, [[]], [None], {"": None}, [0] * 50, {"a": {"b": {"c": 1}}}, {1: 2}, {None: 1},
    {"of_tau_pred": 1e9}, {"of_tau_pred": 0.5}, {"best_of": "a"}, {"best_of": "lorenz", "times": 1e300}, [1, 1], list(range(1, 2000)),
]  # fmt: skip


def of_bytes(rng: random.Random, content: bytes, *, head: int = 0, most: int = 8) -> bytes:
    """A few changes, every other one of them within the first `head` bytes or the last."""
    changed = bytearray(content)
    for _ in range(rng.choice([1, 1, 1, 2, 3, most])):
        if not changed:
            break
        at = rng.randrange(len(changed))
        if head and rng.random() < 0.5:
            at %= head
            at = rng.choice([at, len(changed) - 1 - at]) % len(changed)
        length = rng.choice([1, 2, 4, 8, 64, 1000])
        match rng.randrange(8):
            case 0:
                changed[at] ^= 1 << rng.randrange(8)
            case 1:
                changed[at] = rng.randrange(256)
            case 2:
                new = rng.choice(BYTES)
                changed[at : at + len(new)] = new
            case 3:
                new = rng.randrange(2**64).to_bytes(8, "little")[: rng.choice([2, 4, 8])]
                changed[at : at + len(new)] = new
            case 4:
                del changed[at : at + length]
            case 5:
                changed[at:at] = changed[at : at + length]
            case 6:
                changed[at:at] = rng.randbytes(length)
            case 7:
                other = rng.randrange(len(changed))
                changed[at : at + length] = changed[other : other + length]
    return bytes(changed[: rng.randrange(len(changed) + 1)] if rng.random() < 0.1 else changed)


def of_text(rng: random.Random, text: str) -> str:
    """A few numbers replaced, and pieces put in, taken out or repeated."""
    for _ in range(rng.choice([1, 1, 2, 3, 8])):
        at = rng.randrange(len(text) + 1)
        if rng.random() < 0.5:
            at = min(at, rng.randrange(200))
        length = rng.choice([1, 2, 10, 100])
        match rng.randrange(5):
            case 0:
                end = at
                while end < len(text) and text[end] in "0123456789.eE+-":
                    end += 1
                text = text[:at] + rng.choice(NUMBERS) + text[end:]
            case 1:
                text = text[:at] + rng.choice(TEXTS) + text[at:]
            case 2:
                text = text[:at] + text[at + length :]
            case 3:
                text = (
                    text[:at] + text[at : at + length] * rng.choice([2, 10]) + text[at + length :]
                )
            case 4:
                text = text[:at] + rng.choice(NUMBERS) + text[at:]
    return text


def of_tree(rng: random.Random, tree: Any) -> Any:
    """A few leaves, branches or keys of lists and dictionaries changed."""
    tree = copy.deepcopy(tree)
    for _ in range(rng.choice([1, 1, 1, 2, 3])):
        places = list(_places(tree))
        if not places:
            break
        parent, key = rng.choice(places)
        match rng.randrange(8):
            case 0 | 1 | 2:
                parent[key] = copy.deepcopy(rng.choice(VALUES))
            case 3:
                parent[key] = _scaled(rng, parent[key])
            case 4:
                del parent[key]
            case 5:  # a branch of elsewhere
                other, name = rng.choice(places)
                with contextlib.suppress(RecursionError):
                    parent[key] = copy.deepcopy(other[name])
            case 6:
                if isinstance(parent, dict):
                    new = rng.choice([f"{key}s", "", "x", 1, None, "a.b", "a\nb", "ä", "y" * 300])
                    parent[new] = parent.pop(key)
                else:
                    parent *= rng.choice([2, 100])
            case 7:
                for _ in range(rng.choice([1, 50, 2000])):
                    parent[key] = rng.choice([[parent[key]], {"a": parent[key]}])
    return tree


def _places(tree: Any) -> Any:
    """Where every node is: what holds it, and by which key."""
    todo = [tree]
    while todo:
        node = todo.pop()
        entries = node.items() if isinstance(node, dict) else enumerate(node)
        for key, value in list(entries):
            yield node, key
            if isinstance(value, dict | list):
                todo.append(value)


def _scaled(rng: random.Random, value: Any) -> Any:
    """The same kind of thing, larger, smaller or of another sign."""
    by = rng.choice([-1, 0, 2, 10, 1000, 10**6, 10**9])
    match value:
        case bool():
            return not value
        case int():
            return rng.choice([value * by, value // max(by, 1), value + 1, value - 1])
        case float():
            return rng.choice([value * by, value / (by or 1)])
        case str():
            return of_text(rng, value)
        case list():
            return value * max(by % 1000, 1)
        case dict():
            return list(value.items())
    return value
