"""Download of a file that others publish: whole or not at all, going on where another broke off."""

from __future__ import annotations

import hashlib
import logging
import os
import re
import sys
import time
from dataclasses import dataclass
from pathlib import Path

import pooch
import requests
from tqdm import tqdm

from tausweep.series import checksums

log = logging.getLogger(__name__)

CHUNK = 4096
"""Bytes received at a time: so much is lost where a download breaks off."""
BETWEEN = 10.0
"""Seconds between two lines of a log."""


class DownloadError(OSError):
    """A file that cannot be had, said in one line."""


class _Again(Exception):
    """What may go better at the next attempt, and why it did not."""


def fetch(
    url: str, path: Path, *, timeout: float = 30.0, attempts: int = 5, pause: float = 1.0
) -> None:
    """Download `url` to `path`, unless it is there.

    What had come when a download broke off is kept beside `path`, and the next attempt goes on
    from there, in this run or another.

    Parameters
    ----------
    url
        Where it is published.
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
        gives is not what was recorded. One line, that names the file and where to put it.
    """
    if path.exists():
        checksums.verify(path)
        return
    name, known = path.name, checksums.recorded(path)
    pooch.get_logger().setLevel("WARNING")
    place = pooch.Pooch(path=path.parent, base_url="", registry={name: known}, urls={name: url})
    try:
        place.fetch(name, downloader=_Resuming(path, timeout, attempts, pause))
    except ValueError:  # pooch: not the known checksum
        raise DownloadError(
            f"{url}: does not have the SHA-256 {known} that {path.parent / checksums.FILE} "
            f"records for {name}: it was changed, or damaged on the way, and nothing was kept: try "
            "again, or, if it was changed on purpose, delete that line"
        ) from None
    checksums.verify(path)


@dataclass
class _Resuming:
    """A downloader for pooch, which has none that goes on where another broke off."""

    path: Path
    timeout: float
    attempts: int
    pause: float

    def __call__(self, url: str, output_file: str, _: object, check_only: bool = False) -> None:
        failures, largest = 0, -1
        while True:
            try:
                os.replace(self._rest(url), output_file)
                return
            except _Again as again:
                reason = str(again)
            came = max((part.stat().st_size for part in self._parts()), default=0)
            failures, largest = (0 if came > largest >= 0 else failures) + 1, max(came, largest)
            if failures >= self.attempts:
                kept = f" ({_size(came)} of it are kept, to go on from)" if came else ""
                raise DownloadError(
                    f"{url}: {reason}, {failures} times in a row{kept}: try again later, or fetch "
                    f"it where there is a network and put it at {self.path}"
                )
            log.info("%s: %s; trying again", url, reason)
            time.sleep(self.pause * 2 ** (failures - 1))

    def _rest(self, url: str) -> Path:
        """Fetch what has not come yet; the file with all of it."""
        with self._get(url) as whole:
            total = int(whole.headers.get("Content-Length", 0)) or None
            version = whole.headers.get("ETag") or whole.headers.get("Last-Modified") or ""
            tag = hashlib.sha256(f"{url} {version} {total}".encode()).hexdigest()[:8]
            part = self.path.with_name(f".{self.path.name}.{tag}.part")
            for other in set(self._parts()) - {part}:
                other.unlink()  # of another version: they do not fit together
            done = part.stat().st_size if part.exists() else 0
            if done == 0 or total is None or done > total:
                self._save(whole, part, 0, total)
                return part
        if done < total:
            with self._get(url, Range=f"bytes={done}-") as rest:
                goes_on = rest.headers.get("Content-Range", "").startswith(f"bytes {done}-")
                self._save(rest, part, done if rest.status_code == 206 and goes_on else 0, total)
        return part

    def _get(self, url: str, **headers: str) -> requests.Response:
        headers["Accept-Encoding"] = "identity"  # lengths are of what is sent
        try:
            response = requests.get(url, headers=headers, timeout=self.timeout, stream=True)
        except requests.Timeout:
            raise _Again(f"no answer within {self.timeout:g} s") from None
        except requests.ConnectionError as error:
            raise _Again(f"cannot be reached ({_cause(error)})") from None
        except requests.RequestException as error:
            raise DownloadError(f"{url}: cannot be fetched: {error}: correct the url") from None
        status = response.status_code
        if status >= 400:
            response.close()
        if status in (408, 429) or status >= 500:
            raise _Again(f"the server says {status} {response.reason}")
        if status >= 400:
            raise DownloadError(
                f"{url}: the server says {status} {response.reason}: correct the settings of the "
                f"series, give another url, or put the file at {self.path}"
            )
        if "text/html" in response.headers.get("Content-Type", ""):
            response.close()
            raise DownloadError(
                f"{url}: gives a web page and not the file: give another url, or put the file at "
                f"{self.path}"
            )
        return response

    def _save(self, response: requests.Response, part: Path, done: int, total: int | None) -> None:
        """Write what comes after the `done` bytes that are there."""
        quiet = not sys.stderr.isatty()
        last = time.monotonic()
        with (
            part.open("r+b" if done else "wb") as file,
            tqdm(total=total, initial=done, unit="B", unit_scale=True, disable=quiet) as bar,
        ):
            file.seek(done)
            try:
                for chunk in response.iter_content(CHUNK):
                    done += file.write(chunk)
                    bar.update(len(chunk))
                    if quiet and time.monotonic() - last > BETWEEN:
                        last = time.monotonic()
                        log.info("%s: %s of %s", self.path.name, _size(done), _size(total))
                file.flush()
                os.fsync(file.fileno())
            except requests.RequestException as error:
                slow = "timed out" in str(error)
                reason = f"nothing more within {self.timeout:g} s" if slow else "it broke off"
                raise _Again(f"{reason} after {_size(done)} of {_size(total)}") from None
            except OSError as error:
                raise DownloadError(f"{part}: cannot be written: {error}") from None
        if total is not None and done != total:
            raise _Again(f"it ended after {_size(done)} of {_size(total)}")

    def _parts(self) -> list[Path]:
        return list(self.path.parent.glob(f".{self.path.name}.*.part"))


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
