"""Text of any encoding as UTF-8, and the shapes of its lines.

How a table is written shows in the shapes of its lines, in which every digit is a 9 but for a zero
that leads a number: whole files have few of them, so all of a file can be looked at.
"""

from __future__ import annotations

import codecs
import re
from collections import Counter
from collections.abc import Iterator

import numpy as np

from tausweep.series.files.boundary import Refused

MARKS = {
    codecs.BOM_UTF8: "utf-8",
    codecs.BOM_UTF32_LE: "utf-32-le",
    codecs.BOM_UTF32_BE: "utf-32-be",
    codecs.BOM_UTF16_LE: "utf-16-le",
    codecs.BOM_UTF16_BE: "utf-16-be",
}
"""Byte-order marks; that of UTF-32 begins as that of UTF-16 does, so it comes first."""

GROUPS = re.compile(r"(?<=\d)[\u00a0\u2007\u2009\u202f\u2018\u2019](?=\d)")
"""What typesetters put between thousands: narrow blanks and real apostrophes."""
PLAIN = str.maketrans({"\u00a0": " ", "\u2009": " ", "\u202f": " ", "\u2212": "-", "\ufeff": None})

FORTRAN = re.compile(rb"(?<=[0-9.])D(?=[+-][0-9]{2,3}\b)")
"""What Fortran writes for the E of doubles."""

CHUNK = 8_000_000
"""Bytes that are looked at in one go."""


def decode(content: bytes) -> tuple[bytes, str]:
    r"""The text in UTF-8, its lines ended by \\n, and the encoding it had.

    Without a byte-order mark it is UTF-16 where every other byte is zero, else UTF-8, and else
    what Windows writes, or Latin-1.

    Raises Refused where it is no text.
    """
    mark = next((mark for mark in MARKS if content.startswith(mark)), b"")
    guesses = ["utf-8", "cp1252", "latin-1"]
    if mark:
        guesses = [MARKS[mark]]
    elif content.count(0) > len(content) / 3:
        guesses = ["utf-16-le" if content[1::2].count(0) > content[::2].count(0) else "utf-16-be"]
    body = content[len(mark) :]
    for encoding in guesses:
        try:
            text = body.decode(encoding)
        except UnicodeDecodeError:
            continue
        break
    else:
        raise Refused(f"it is no text in {guesses[0]}, as its first bytes say: save it as UTF-8")
    if "\0" in text:
        raise Refused("it holds null bytes, so it is no text: save it as .csv, or name it by kind")
    if not text.isascii():
        text = GROUPS.sub("'", text).translate(PLAIN)
    plain = text.encode(errors="replace")
    if b"D+" in plain or b"D-" in plain:
        plain = FORTRAN.sub(b"E", plain)
    if b"\r" in plain:
        plain = plain.replace(b"\r\n", b"\n").replace(b"\r", b"\n")
    return plain, encoding


def shapes(text: bytes) -> Counter[bytes]:
    """How often each shape of a line occurs: all digits are 9, but for leading zeros."""
    found: Counter[bytes] = Counter()
    for chunk in chunks(text):
        signs = np.frombuffer(chunk, np.uint8)
        digit = (signs >= ord("0")) & (signs <= ord("9"))
        shape = np.where(digit, ord("9"), signs).astype(np.uint8)
        after = digit | (signs == ord(".")) | (signs == ord(","))
        leading = signs == ord("0")
        leading[1:] &= ~digit[:-1]
        leading[:-1] &= after[1:]
        leading[-1] = False
        shape[leading] = ord("0")
        found.update(shape.tobytes().split(b"\n"))
    return found


def chunks(text: bytes) -> Iterator[bytes]:
    """The text in pieces of whole lines, without the line break at the end of each."""
    start = 0
    while start < len(text):
        end = text.find(b"\n", start + CHUNK)
        end = len(text) if end < 0 else end
        yield text[start:end]
        start = end + 1
