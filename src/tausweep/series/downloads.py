"""Download of a file that others publish: whole or not at all, going on where another broke off."""

from __future__ import annotations

import fcntl
import glob
import hashlib
import io
import ipaddress
import logging
import os
import re
import secrets
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path
from typing import IO
from urllib.parse import urlsplit

import requests
from tqdm import tqdm

from tausweep.series import checksums

log = logging.getLogger(__name__)

CHUNK = 4096
"""Bytes received at a time: so much is lost where a download breaks off."""
BETWEEN = 10.0
"""Seconds between two lines of a log."""
LARGEST = 1_000_000_000
"""Bytes of a file: hundreds of times the largest that any series here is made from (some MB), so
that more is another file, or a server gone astray, and would only fill the disk."""


class DownloadError(OSError):
    """A file that cannot be had, said in one line."""


class _Again(Exception):
    """What may go better at the next attempt, and why it did not."""


def fetch(
    url: str, path: Path, *, timeout: float = 30.0, attempts: int = 5, pause: float = 1.0
) -> None:
    """Download `url` to `path`, unless it is there.

    What had come when a download broke off is kept beside `path`, and the next attempt goes on
    from there, in this run or another. Several processes can do this at once.

    Parameters
    ----------
    url
        Where it is published. What comes by http:// can be changed on its way, so that needs a
        recorded checksum, but for this machine's own addresses.
    path
        Where it is kept; nothing is there before it is whole and has its recorded checksum.
    timeout
        Seconds to wait for an answer, and for more of it.
    attempts
        How often in a row to try without getting anything.
    pause
        Seconds before the second attempt; twice that before the third, and so on.

    Raises
    ------
    DownloadError
        The server cannot be reached, does not have the file, or breaks off every time; or what it
        gives is empty, too large, or not what was recorded. One line, that names the file and
        where to put it.
    ValueError
        What is there is not what was recorded.
    """
    download = _Download(url, path, checksums.recorded(path), timeout)
    download.check_address(url)
    failures, largest = 0, -1
    while not path.exists():  # another process may be faster
        try:
            download.attempt()
            return
        except _Again as again:
            reason = str(again)
        came = max(map(_length, download.parts()), default=0)
        failures, largest = (0 if came > largest >= 0 else failures) + 1, max(came, largest)
        if failures >= attempts:
            kept = f" ({_size(came)} of it are kept, to go on from)" if came else ""
            raise DownloadError(
                f"{url}: {reason}, {failures} times in a row{kept}: try again later, or fetch "
                f"it where there is a network and put it at {path}"
            )
        log.info("%s: %s; trying again", url, reason)
        time.sleep(pause * 2 ** (failures - 1))
    checksums.verify(path)


@dataclass
class _Download:
    url: str
    path: Path
    known: str | None
    """Its SHA-256, if it is recorded."""
    timeout: float

    def check_address(self, url: str) -> None:
        """Refuse what is sent in the open where no checksum can tell whether it was changed."""
        if self.known is None and not _safe(url):
            raise DownloadError(
                f"{self.url}: {'' if url == self.url else f'leads to {url}, and '}what comes by "
                "http:// can be changed on its way: give an https:// url, or write the line "
                f"'{self.path.name} SHA-256' into {self.path.parent / checksums.FILE} before"
            )

    def attempt(self) -> None:
        """Fetch what has not come yet, and put the whole in its place."""
        with self._get() as whole:
            length = whole.headers.get("Content-Length", "")
            total = (int(length) or None) if length.isdecimal() else None
            version = whole.headers.get("ETag") or whole.headers.get("Last-Modified") or ""
            tag = hashlib.sha256(f"{self.url} {version} {total}".encode()).hexdigest()[:8]
            with self._part(tag) as (part, file):
                self._check_size(total or 0)
                done = file.seek(0, os.SEEK_END)
                if done == 0 or total is None or done > total:
                    self._save(whole, file, 0, total)
                elif done < total:
                    whole.close()
                    with self._get(Range=f"bytes={done}-") as rest:
                        on = rest.headers.get("Content-Range", "").startswith(f"bytes {done}-")
                        self._save(rest, file, done if on and rest.status_code == 206 else 0, total)
                self._place(part, file)

    def parts(self, tag: str = "*") -> list[Path]:
        """What has come of the file, or of one version of it, the longest first."""
        pattern = f".{glob.escape(self.path.name)}.{tag}.*.part"
        return sorted(self.path.parent.glob(pattern), key=_length, reverse=True)

    @contextmanager
    def _part(self, tag: str) -> Iterator[tuple[Path, io.FileIO]]:
        """What has come of this version, or a new file; locked while it is written to.

        What another process writes to just now is left alone. Other parts are removed afterwards.
        """
        new = self.path.with_name(f".{self.path.name}.{tag}.{secrets.token_hex(8)}.part")
        for part in (*self.parts(tag), new):
            try:
                part.parent.mkdir(parents=True, exist_ok=True)
                file = io.FileIO(os.open(part, os.O_RDWR | os.O_CREAT, 0o666), "r+")
            except OSError as error:
                raise DownloadError(f"{part}: cannot be written: {error.strerror}") from None
            if _lock(file, part):
                break
            file.close()
        with file:
            try:
                yield part, file
            finally:
                if os.fstat(file.fileno()).st_size == 0:
                    part.unlink(missing_ok=True)
                for other in set(self.parts()) - {part}:
                    with suppress(OSError), other.open("rb") as left:
                        if _lock(left, other):
                            other.unlink()

    def _place(self, part: Path, file: io.FileIO) -> None:
        file.seek(0)
        digest = hashlib.file_digest(file, "sha256").hexdigest()
        known = checksums.record(self.path, digest)
        if known != digest:
            part.unlink(missing_ok=True)
            raise DownloadError(
                f"{self.url}: does not have the SHA-256 {known} that "
                f"{self.path.parent / checksums.FILE} records for {self.path.name}: it was "
                "changed, or damaged on the way, and nothing was kept: try again, or, if it was "
                "changed on purpose, delete that line"
            )
        try:
            part.replace(self.path)
        except FileNotFoundError:
            raise _Again("another process took what had come of it") from None
        except OSError as error:
            raise DownloadError(f"{self.path}: cannot be written: {error.strerror}") from None

    def _check_size(self, size: int) -> None:
        if size > LARGEST:
            raise DownloadError(
                f"{self.url}: gives {_size(size)} or more, and no file of a series has more than "
                f"{_size(LARGEST)}: correct the url, or put the file at {self.path}"
            )

    def _get(self, **headers: str) -> requests.Response:
        headers["Accept-Encoding"] = "identity"  # lengths are of what is sent
        try:
            response = requests.get(self.url, headers=headers, timeout=self.timeout, stream=True)
        except requests.Timeout:
            raise _Again(f"no answer within {self.timeout:g} s") from None
        except requests.ConnectionError as error:
            raise _Again(f"cannot be reached ({_cause(error)})") from None
        except requests.RequestException as error:
            raise DownloadError(
                f"{self.url}: cannot be fetched: {error}: correct the url"
            ) from None
        try:
            self._check(response)
        except (_Again, DownloadError):
            response.close()
            raise
        return response

    def _check(self, response: requests.Response) -> None:
        for hop in (*response.history, response):
            self.check_address(hop.url)
        status = response.status_code
        if status in (408, 429) or status >= 500:
            raise _Again(f"the server says {status} {response.reason}")
        if status >= 400:
            raise DownloadError(
                f"{self.url}: the server says {status} {response.reason}: correct the settings of "
                f"the series, give another url, or put the file at {self.path}"
            )
        if "text/html" in response.headers.get("Content-Type", ""):
            raise DownloadError(
                f"{self.url}: gives a web page and not the file: give another url, or put the file "
                f"at {self.path}"
            )

    def _save(
        self, response: requests.Response, file: io.FileIO, done: int, total: int | None
    ) -> None:
        """Write what comes after the first `done` bytes.

        Nothing is cut off before the end: of one version, all bytes that are there are right.
        """
        quiet = not sys.stderr.isatty()
        last = time.monotonic()
        file.seek(done)
        try:
            with tqdm(total=total, initial=done, unit="B", unit_scale=True, disable=quiet) as bar:
                for chunk in response.iter_content(CHUNK):
                    self._check_size(done + len(chunk))
                    _write(file, chunk)
                    done += len(chunk)
                    bar.update(len(chunk))
                    if quiet and time.monotonic() - last > BETWEEN:
                        last = time.monotonic()
                        log.info("%s: %s of %s", self.path.name, _size(done), _size(total))
            file.truncate(done)
            os.fsync(file.fileno())
        except requests.RequestException as error:
            slow = "timed out" in str(error)
            reason = f"nothing more within {self.timeout:g} s" if slow else "it broke off"
            raise _Again(f"{reason} after {_size(done)} of {_size(total)}") from None
        except DownloadError:
            file.truncate(0)
            raise
        except OSError as error:
            raise DownloadError(f"{self.path}: cannot be written: {error.strerror}") from None
        if done == 0:
            raise _Again("it gives an empty file")
        if total is not None and done != total:
            raise _Again(f"it ended after {_size(done)} of {_size(total)}")


def _safe(url: str) -> bool:
    """Whether nobody on the way can change what an address gives; what is none is for others."""
    try:
        parts = urlsplit(url)
        if parts.scheme != "http" or parts.hostname == "localhost":
            return True
        return ipaddress.ip_address(parts.hostname or "").is_loopback
    except ValueError:
        return not url.lower().startswith("http:")


def _length(part: Path) -> int:
    try:
        return part.stat().st_size
    except FileNotFoundError:
        return 0


def _write(file: io.FileIO, chunk: bytes) -> None:
    """Write all of it, unbuffered: only so an error comes here and not when the file is closed."""
    rest = memoryview(chunk)
    while rest:
        rest = rest[file.write(rest) :]


def _lock(file: IO[bytes], path: Path) -> bool:
    """Take the lock that goes with writing to a file; the end of a process gives it back.

    Where a file system has no locks, it is taken: then two may write the same bytes to one file,
    which is twice the work and no harm.
    """
    try:
        fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        return False
    except OSError:
        return True
    try:
        return os.path.samestat(os.stat(path), os.fstat(file.fileno()))
    except FileNotFoundError:
        return False  # it was removed meanwhile


def _cause(error: BaseException) -> str:
    """The innermost reason of an error that others were wrapped around."""
    while inner := (getattr(error, "reason", None) or next(iter(error.args), None)):
        if not isinstance(inner, BaseException):
            break
        error = inner
    return re.sub(r".*(: |\[Errno -?\d+\] )", "", str(error)).strip("()'\" ")


def _size(size: int | None) -> str:
    if size is None:
        return "an unknown size"
    return f"{size / 1e6:.3g} MB" if size >= 100_000 else f"{size} bytes"
