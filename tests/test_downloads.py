"""Published data: downloads from a real server, their checksums, and the series made of them."""

from __future__ import annotations

import hashlib
import io
import json
import logging
import re
import socket
import subprocess
import sys
import threading
import time
import zipfile
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any

import edfio
import numpy as np
import pytest
import xarray as xr
from conftest import Snakemake

from tausweep import cli, runner, store
from tausweep.errors import ConfigError
from tausweep.experiment import load
from tausweep.job import Job
from tausweep.plan import Plan
from tausweep.series import checksums, downloads
from tausweep.series import stage as series
from tausweep.series.settings import Eeg, Weather

# ------------------------------------------------------------------------------------- the server


@dataclass
class Published:
    """What a server on this machine publishes, and how well it does."""

    url: str = ""
    files: dict[str, bytes] = field(default_factory=dict)
    cut: list[int] = field(default_factory=list)
    """Bytes after which it breaks off, for each of the next answers."""
    status: list[int] = field(default_factory=list)
    """What it says in the place of each of the next answers."""
    wait: float = 0.0
    """Seconds before it answers."""
    halfway: Callable[[], Any] | None = None
    """Called when half of an answer has been sent."""
    leads_to: str = ""
    """Where it sends those who ask it."""
    ranges: bool = True
    length: bool = True
    version: str = "1"
    kind: str = "application/octet-stream"
    asked: list[tuple[str, str | None, int]] = field(default_factory=list)
    """Paths and ranges asked for, and the status of the answer."""


@pytest.fixture(autouse=True)
def no_proxy(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("NO_PROXY", "no_proxy"):
        monkeypatch.setenv(name, "*")


@pytest.fixture
def server() -> Iterator[Published]:
    published = Published()

    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            time.sleep(published.wait)
            if published.leads_to and "/there" not in self.path:
                self.send_response(302)
                self.send_header("Location", published.leads_to)
                self.send_header("Content-Length", "0")
                self.end_headers()
                return
            content = published.files.get(self.path.removeprefix("/"))
            status = 200 if content is not None else 404
            if published.status:
                status, content = published.status.pop(0), b"sorry"
            wanted = self.headers["Range"]
            whole = len(content or b"")
            first = 0
            if content is not None and wanted and published.ranges and status == 200:
                first, status = int(re.findall(r"\d+", wanted)[0]), 206
                content = content[first:]
            published.asked.append((self.path, wanted, status))
            self.send_response(status)
            if published.length:
                self.send_header("Content-Length", str(len(content or b"")))
            self.send_header("Content-Type", published.kind)
            self.send_header("ETag", f'"{published.version}"')
            if status == 206:
                self.send_header("Content-Range", f"bytes {first}-{whole - 1}/{whole}")
            self.end_headers()
            body = content or b""
            if published.cut and status in (200, 206):
                body = body[: published.cut.pop(0)]
            try:
                half = len(body) // 2 if published.halfway else 0
                self.wfile.write(body[:half])
                self.wfile.flush()
                if published.halfway:
                    published.halfway()
                self.wfile.write(body[half:])
                self.wfile.flush()
            except OSError:
                pass  # it was not read to its end

        def log_message(self, *_: Any) -> None:
            pass

    httpd = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    httpd.daemon_threads = True
    threading.Thread(target=httpd.serve_forever, args=(0.01,), daemon=True).start()
    published.url = f"http://127.0.0.1:{httpd.server_port}"
    yield published
    httpd.shutdown()
    httpd.server_close()


CONTENT = np.random.default_rng(0).bytes(300_000)
QUICK: dict[str, Any] = {"timeout": 2.0, "attempts": 2, "pause": 0.01}


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "data" / "a.zip"


def left(path: Path) -> list[str]:
    """What lies in the directory of a file, beside the list of checksums."""
    return sorted(f.name for f in path.parent.glob("*") if f.name != checksums.FILE)


def fails(server: Published, path: Path, **options: Any) -> str:
    with pytest.raises(downloads.DownloadError) as error:
        downloads.fetch(f"{server.url}/a.zip", path, **{**QUICK, **options})
    assert "\n" not in str(error.value)
    assert not path.exists()
    return str(error.value)


# ------------------------------------------------------------------------------------- downloading


def test_a_file_is_fetched_once_and_its_checksum_recorded(server: Published, path: Path) -> None:
    server.files["a.zip"] = CONTENT
    for _ in range(2):
        downloads.fetch(f"{server.url}/a.zip", path, **QUICK)
    assert path.read_bytes() == CONTENT
    assert len(server.asked) == 1
    digest = hashlib.sha256(CONTENT).hexdigest()
    assert (path.parent / checksums.FILE).read_text() == f"a.zip {digest}\n"
    assert left(path) == ["a.zip"]
    path.write_bytes(CONTENT[:-1])
    with pytest.raises(ValueError, match=r"a\.zip: damaged or changed: .*delete the file"):
        downloads.fetch(f"{server.url}/a.zip", path, **QUICK)
    assert path.read_bytes() == CONTENT[:-1]  # it may be somebody's own: never overwritten


def test_a_download_that_breaks_off_goes_on(server: Published, path: Path) -> None:
    server.files["a.zip"] = CONTENT
    server.cut = [102_400, 0, 40_960]  # each attempt asks what there is, then for what is lacking
    downloads.fetch(f"{server.url}/a.zip", path, **QUICK)
    assert path.read_bytes() == CONTENT
    ranges = [asked for _, asked, _ in server.asked]
    assert ranges == [None, None, "bytes=102400-", None, "bytes=143360-"]
    assert left(path) == ["a.zip"]


def test_a_download_goes_on_in_another_run(server: Published, path: Path) -> None:
    server.files["a.zip"] = CONTENT
    server.cut = [204_800]
    assert (
        "it broke off after 0.205 MB of 0.3 MB, 1 times in a row (0.205 MB of it are kept"
        in fails(server, path, attempts=1)
    )
    assert not (path.parent / checksums.FILE).exists()
    server.cut = []
    downloads.fetch(f"{server.url}/a.zip", path, **QUICK)
    assert server.asked[-1] == ("/a.zip", "bytes=204800-", 206)
    assert path.read_bytes() == CONTENT
    assert left(path) == ["a.zip"]


def test_parts_of_two_versions_are_not_joined(server: Published, path: Path) -> None:
    server.files["a.zip"] = bytes(len(CONTENT))
    server.cut = [200_000]
    fails(server, path, attempts=1)
    server.files["a.zip"], server.version = CONTENT, "2"
    downloads.fetch(f"{server.url}/a.zip", path, **QUICK)
    assert path.read_bytes() == CONTENT
    assert left(path) == ["a.zip"]


@pytest.mark.parametrize("lacking", ["ranges", "length"])
def test_a_server_that_cannot_go_on_begins_again(
    server: Published, path: Path, lacking: str
) -> None:
    server.files["a.zip"] = CONTENT
    server.cut = [200_000] if lacking == "ranges" else []
    setattr(server, lacking, False)
    downloads.fetch(f"{server.url}/a.zip", path, **QUICK)
    assert path.read_bytes() == CONTENT


def test_a_truncated_answer_is_no_file(server: Published, path: Path) -> None:
    server.files["a.zip"] = CONTENT
    server.cut = [7] * 20
    message = fails(server, path)
    assert message.startswith(f"{server.url}/a.zip: it broke off after ")
    assert f"put it at {path}" in message
    assert not (path.parent / checksums.FILE).exists()


def test_a_file_that_is_not_there_is_asked_for_once(server: Published, path: Path) -> None:
    message = fails(server, path, attempts=5)
    assert message.startswith(f"{server.url}/a.zip: the server says 404 Not Found: correct the")
    assert f"put the file at {path}" in message
    assert len(server.asked) == 1
    assert left(path) == []


def test_a_web_page_is_not_taken_for_the_file(server: Published, path: Path) -> None:
    server.files["a.zip"] = b"<html>Please log in</html>"
    server.kind = "text/html; charset=utf-8"
    assert "gives a web page and not the file: give another url" in fails(server, path)
    assert left(path) == []


def test_a_server_in_trouble_is_asked_again(server: Published, path: Path) -> None:
    server.files["a.zip"] = CONTENT
    server.status = [503, 429]
    downloads.fetch(f"{server.url}/a.zip", path, **{**QUICK, "attempts": 3})
    assert [status for *_, status in server.asked] == [503, 429, 200]
    server.status = [500] * 3
    other = path.with_name("b.zip")
    assert "the server says 500 Internal Server Error, 2 times in a row: try" in fails(
        server, other
    )


def test_another_checksum_is_refused(server: Published, path: Path) -> None:
    path.parent.mkdir()
    known = hashlib.sha256(CONTENT).hexdigest()
    (path.parent / checksums.FILE).write_text(f"a.zip {known}\n")
    server.files["a.zip"] = b"something else"
    message = fails(server, path)
    assert f"does not have the SHA-256 {known} that {path.parent}/checksums.txt records" in message
    assert left(path) == []
    server.files["a.zip"], server.version = CONTENT, "2"
    downloads.fetch(f"{server.url}/a.zip", path, **QUICK)
    assert path.read_bytes() == CONTENT


@pytest.mark.parametrize("length", [True, False])
def test_an_empty_file_is_none(server: Published, path: Path, length: bool) -> None:
    server.files["a.zip"], server.length = b"", length
    message = fails(server, path)
    assert message.startswith(f"{server.url}/a.zip: it gives an empty file, 2 times in a row: try")
    path.touch()
    with pytest.raises(ValueError, match=r"a\.zip: is empty: delete it"):
        downloads.fetch(f"{server.url}/a.zip", path, **QUICK)
    assert left(path) == ["a.zip"]
    assert not (path.parent / checksums.FILE).exists()


@pytest.mark.parametrize("length", [True, False])
def test_a_file_that_is_too_large_does_not_fill_the_disk(
    server: Published, path: Path, length: bool, monkeypatch: pytest.MonkeyPatch
) -> None:
    server.files["a.zip"], server.length = CONTENT, length
    monkeypatch.setattr(downloads, "LARGEST", 200_000)
    assert "MB or more, and no file of a series has more than 0.2 MB" in fails(server, path)
    assert left(path) == []


def test_what_is_sent_in_the_open_needs_a_checksum(server: Published, path: Path) -> None:
    """0.0.0.0 is this machine by an address that is not known to be."""
    server.files["there.zip"] = CONTENT
    outside = f"{server.url.replace('127.0.0.1', '0.0.0.0')}/there.zip"
    with pytest.raises(downloads.DownloadError, match=r"there\.zip: what comes by http:// can be"):
        downloads.fetch(outside, path, **QUICK)
    assert server.asked == []
    server.leads_to = outside
    assert f"a.zip: leads to {outside}, and what comes by http://" in fails(server, path)
    path.parent.mkdir()
    digest = hashlib.sha256(CONTENT).hexdigest()
    (path.parent / checksums.FILE).write_text(f"a.zip {digest}\n")
    downloads.fetch(outside, path, **QUICK)
    assert path.read_bytes() == CONTENT


def test_trust_on_first_use_is_said_once(
    server: Published, path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    server.files["a.zip"] = CONTENT
    with caplog.at_level(logging.WARNING):
        for _ in range(2):
            downloads.fetch(f"{server.url}/a.zip", path, **QUICK)
    digest = hashlib.sha256(CONTENT).hexdigest()
    (said,) = caplog.messages
    assert said.startswith(f"{path}: trusted, as this is its first use; its SHA-256 is {digest}")


def test_of_two_checksums_the_first_counts(path: Path) -> None:
    path.parent.mkdir()
    path.write_bytes(CONTENT)
    lines = path.parent / checksums.FILE
    lines.write_text(f"a.zip {'0' * 64}\n\na.zip {hashlib.sha256(CONTENT).hexdigest()}\n")
    with pytest.raises(ValueError, match=r"a\.zip: damaged or changed: .* records 0000"):
        checksums.verify(path)
    lines.write_bytes(b"b.zip \xff\n")
    with pytest.raises(ValueError, match=r"checksums\.txt: line 1 is 'b\.zip .*', not a name and"):
        checksums.verify(path)


def start(server: Published, path: Path) -> subprocess.Popen[str]:
    command = [sys.executable, "-m", "tausweep.cli", "download", "--url", f"{server.url}/a.zip"]
    return subprocess.Popen([*command, "--output", str(path)], stderr=subprocess.PIPE, text=True)


def test_two_processes_fetch_one_file_side_by_side(server: Published, path: Path) -> None:
    meeting = threading.Barrier(2)
    server.files["a.zip"], server.halfway = CONTENT, lambda: meeting.wait(20)
    both = [start(server, path) for _ in range(2)]
    for process in both:
        _, said = process.communicate(timeout=30)
        assert process.returncode == 0, said
    assert path.read_bytes() == CONTENT
    lines = (path.parent / checksums.FILE).read_text().splitlines()
    assert set(lines) == {f"a.zip {hashlib.sha256(CONTENT).hexdigest()}"}
    assert left(path) == ["a.zip"]


def test_what_a_killed_process_left_is_gone_on_from(server: Published, path: Path) -> None:
    dead = threading.Event()
    server.files["a.zip"], server.halfway = CONTENT, lambda: dead.wait(20)
    process = start(server, path)
    until = time.monotonic() + 20
    while not any(p.stat().st_size > 100_000 for p in path.parent.glob(".a.zip.*.part")):
        assert time.monotonic() < until
        time.sleep(0.01)
    process.kill()
    process.communicate()
    dead.set()
    server.halfway = None
    downloads.fetch(f"{server.url}/a.zip", path, **QUICK)
    assert path.read_bytes() == CONTENT
    assert server.asked[-1][1] is not None
    assert left(path) == ["a.zip"]


def test_a_slow_server_is_not_waited_for(server: Published, path: Path) -> None:
    server.files["a.zip"] = CONTENT
    server.wait = 1.0
    began = time.monotonic()
    assert "no answer within 0.1 s, 2 times in a row: try again" in fails(server, path, timeout=0.1)
    assert time.monotonic() - began < 1.0


def test_without_a_network_one_line_says_what_to_put_where(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    with socket.socket() as unused:
        unused.bind(("127.0.0.1", 0))
        url = f"http://127.0.0.1:{unused.getsockname()[1]}/a.zip"
        path = tmp_path / "data/a.zip"
        arguments = ["download", "--url", url, "--output", str(path), "--attempts", "1"]
        assert cli.main(arguments) == 1
    said = capsys.readouterr().err.strip()
    assert said == (
        f"tausweep: error: {url}: cannot be reached (Connection refused), 1 times in a row: try again "
        f"later, or fetch it where there is a network and put it at {path}"
    )


def test_an_unknown_host_is_named(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def getaddrinfo(*_: Any, **__: Any) -> None:
        raise socket.gaierror(-2, "Name or service not known")

    monkeypatch.setattr(socket, "getaddrinfo", getaddrinfo)
    message = r"nowhere\.invalid/a: cannot be reached \(Name or service not known\), 1 times"
    with pytest.raises(downloads.DownloadError, match=message):
        downloads.fetch("https://nowhere.invalid/a", tmp_path / "a", **{**QUICK, "attempts": 1})


# --------------------------------------------------------------------------------------- weather

HEADER = '"Date Time","p (mbar)","T (degC)","rh (%)","SWDR (W/m²)"'


def archive(dates: np.ndarray, x: np.ndarray, header: str = HEADER) -> bytes:
    """An archive as they are published: a CSV in Latin-1, quoted names, German dates."""
    rows = [
        ",".join([date.astype(object).strftime("%d.%m.%Y %H:%M:%S"), *(f"{v:.2f}" for v in row)])
        for date, row in zip(dates, x, strict=True)
    ]
    file = io.BytesIO()
    with zipfile.ZipFile(file, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("mpi_roof.csv", "\r\n".join([header, *rows, ""]).encode("latin-1"))
    return file.getvalue()


def ten_minutes(first: str, samples: int) -> np.ndarray:
    return np.datetime64(first, "s") + 600 * (1 + np.arange(samples))


def measured(samples: int, seed: int = 0) -> np.ndarray:
    """Four columns with two decimals, as in the archives."""
    return np.round(np.cumsum(np.random.default_rng(seed).normal(size=(samples, 4)), axis=0), 2)


def weather(path: Path, **options: Any) -> Weather:
    settings = {"first": "2009a", "last": "2009b", "directory": str(path), **options}
    return Weather.model_validate({"system": "weather", **settings})


def series_of(cell: Weather | Eeg) -> xr.Dataset:
    paths = [f"{cell.directory}/{Path(name).name}" for name in cell.files()]
    return series.run(cell, series.read(cell, paths))


def test_names_of_archives() -> None:
    def names(first: str, last: str) -> list[str]:
        return weather(Path(), first=first, last=last, site="mpi_saale").files()

    assert names("2009b", "2010b") == [f"mpi_saale_{h}.zip" for h in ("2009b", "2010a", "2010b")]
    assert names("2022", "2025") == [
        f"mpi_saale_{h}.zip" for h in ("2022a", "2022b", "2023a", "2023b", "2024", "2025")
    ]
    assert names("2014a", "2014a") == ["mpi_saale_2014a.zip"]
    assert len(weather(Path(), last="2016b").files()) == 16


@pytest.mark.parametrize(
    ("change", "message"),
    [
        ({"first": "2010a"}, "no archive lies between first '2010a' and last '2009b'"),
        ({"first": "2024b", "last": "2024b"}, "from 2024 on archives are of whole years"),
        (
            {"first": "January"},
            "first: must be a year or half of it, as \"2009a\", found 'January'",
        ),
        ({"first": 2009}, "first: must be a valid string, found 2009"),
        ({"url": "ftp://x"}, "url: must match .* found 'ftp://x'"),
        ({"column": "T"}, "unknown key 'column'; did you mean columns"),
        (
            {"system": "eeg", "subject": 110},
            "subject: must be less than or equal to 109, found 110",
        ),
        ({"system": "eeg", "run": 0}, "run: must be greater than or equal to 1, found 0"),
    ],
)
def test_wrong_settings_are_one_line(change: dict[str, Any], message: str) -> None:
    one = {"system": "weather", "last": "2009b", **change}
    if one["system"] == "eeg":
        del one["last"]
    with pytest.raises(ConfigError, match=message) as error:
        load({"experiment": "e", "series": {"s": one}})
    assert str(error.value).startswith("series.s")


def test_weather_is_what_the_archives_hold(tmp_path: Path) -> None:
    x = measured(500)
    dates = ten_minutes("2009-01-01", 500)
    swapped = [0, 2, 1, 3]  # columns are in another order in some years
    names = HEADER.split(",")
    other = ",".join([names[0], *(names[1 + i] for i in swapped)])
    (tmp_path / "mpi_roof_2009a.zip").write_bytes(archive(dates[:300], x[:300]))
    (tmp_path / "mpi_roof_2009b.zip").write_bytes(archive(dates[300:], x[300:, swapped], other))
    found = series_of(weather(tmp_path))
    np.testing.assert_array_equal(found["x"], x[:, [1]])
    assert found["variable"].values.tolist() == ["T (degC)"]
    assert found["x"].attrs["units"] == "degC"
    assert (found.attrs["dt"], found.attrs["time_unit"]) == (1 / 6, "h")
    assert found.attrs["first_sample"] == "2009-01-01T00:10:00"
    assert "filled" not in found
    digests = json.loads(found.attrs["raw_files"])
    assert digests == {
        f.name: hashlib.sha256(f.read_bytes()).hexdigest() for f in tmp_path.glob("*.zip")
    }
    several = series_of(
        weather(tmp_path, columns=["SWDR (W/m²)", "p (mbar)"], inputs=["SWDR (W/m²)"])
    )
    np.testing.assert_array_equal(several["x"], x[:, [0]])
    np.testing.assert_array_equal(several["input"], x[:, [3]])
    assert len(series_of(weather(tmp_path, columns=[]))["variable"]) == 4
    with pytest.raises(ValueError, match=r"2009a\.zip: columns names 'T', but .* T \(degC\), rh"):
        series_of(weather(tmp_path, columns=["T"]))


def test_gaps_repetitions_and_missing_values_of_weather(tmp_path: Path) -> None:
    x, dates = measured(1000), ten_minutes("2009-01-01", 1000)
    x[600, 1] = -9999
    rows = np.setdiff1d(np.arange(1000), [50, 51, *range(300, 340)])
    rows = np.concatenate([rows, rows[20:40]])  # a block that was written twice, out of order
    stamps = dates[rows]
    stamps[-1] += 7  # one of these is no full ten minutes
    (tmp_path / "mpi_roof_2009a.zip").write_bytes(archive(stamps, x[rows]))
    one = {"last": "2009a"}
    found = series_of(weather(tmp_path, **one))
    expected = x[340:, 1].copy()
    expected[260] = (x[599, 1] + x[601, 1]) / 2
    np.testing.assert_allclose(found["x"][:, 0], expected, rtol=1e-15)
    assert np.flatnonzero(found["filled"]).tolist() == [260]
    assert found.attrs["repeated_samples"] == 19
    assert found.attrs["filled_values"] == 1
    assert found.attrs["samples_cut_before"] == 298
    assert found.attrs["first_sample"] == "2009-01-03T08:50:00"
    assert found.attrs["samples_off_clock"] == 1
    every = series_of(weather(tmp_path, **one, max_gap=40))
    assert every["x"].sizes["time"] == 1000
    assert int(every["filled"].sum()) == 43
    with pytest.raises(
        ValueError, match=r"2009a\.zip: found 1 missing values, in sample 558 \(2009-"
    ):
        series_of(weather(tmp_path, **one, fill=None))


def test_a_damaged_archive_is_named(tmp_path: Path) -> None:
    path = tmp_path / "mpi_roof_2009a.zip"
    content = archive(ten_minutes("2009-01-01", 200), measured(200))
    damaged = bytearray(content)
    damaged[100] ^= 1
    for broken in (content[:-50], bytes(damaged)):
        path.write_bytes(broken)
        (tmp_path / checksums.FILE).unlink(missing_ok=True)
        with pytest.raises(
            ValueError, match=r"2009a\.zip: not a whole ZIP archive \(.*\): delete it, with"
        ):
            series_of(weather(tmp_path, last="2009a"))
    path.write_bytes(content)
    with pytest.raises(
        ValueError, match=r"2009a\.zip: damaged or changed: its SHA-256 is .* delete"
    ):
        series_of(weather(tmp_path, last="2009a"))
    with pytest.raises(ValueError, match=r"mpi_roof_2009b\.zip: no such file: run snakemake"):
        series_of(weather(tmp_path, first="2009b"))


# ------------------------------------------------------------------------------------------- EEG


def recording(x: np.ndarray, names: list[str], rate: float = 160.0) -> bytes:
    """EDF+ as PhysioNet's: whole microvolts, names filled up with dots, annotations."""
    signals = [
        edfio.EdfSignal(
            values,
            rate,
            label=f"{name:.<4}",
            physical_dimension="uV",
            physical_range=(-8092, 8092),
            digital_range=(-8092, 8092),
        )
        for name, values in zip(names, x.T, strict=True)
    ]
    cues = [edfio.EdfAnnotation(0, 4.2, "T0"), edfio.EdfAnnotation(4.2, 4.1, "T1")]
    return edfio.Edf(signals, annotations=cues, data_record_duration=1).to_bytes()


def eeg(path: Path, **options: Any) -> Eeg:
    return Eeg.model_validate({"system": "eeg", "directory": str(path), **options})


NAMES = ["Fc5", "Cz", "O1"]


def microvolts(samples: int) -> np.ndarray:
    return np.rint(100 * np.random.default_rng(0).normal(size=(samples, 3))) + 0.0


@pytest.mark.parametrize("rate", [160, 128])
def test_eeg_is_what_the_recording_holds(tmp_path: Path, rate: int) -> None:
    x = microvolts(10 * rate)
    x[-100:] = 0  # fills up the last data record
    x[50:60] = 0
    x[-101] = 1
    (tmp_path / "S003R14.edf").write_bytes(recording(x, NAMES, rate))
    cell = eeg(tmp_path, subject=3, run=14)
    assert cell.files() == ["S003/S003R14.edf"]
    found = series_of(cell)
    assert found["variable"].values.tolist() == NAMES
    np.testing.assert_allclose(found["x"], x[:-100], atol=1e-9)
    assert found.attrs["dt"] == 1 / rate
    assert (found.attrs["time_unit"], found["x"].attrs["units"]) == ("s", "uV")
    assert found.attrs["zeros_cut_at_end"] == 100
    assert json.loads(found.attrs["annotations"]) == [[0, 4.2, "T0"], [4.2, 4.1, "T1"]]
    chosen = series_of(eeg(tmp_path, subject=3, run=14, channels=["O1", "Fc5"]))
    np.testing.assert_allclose(chosen["x"], x[:-100, [2, 0]], atol=1e-9)
    with pytest.raises(
        ValueError, match=r"R14\.edf: channels names 'Oz', but there are Fc5, Cz, O1"
    ):
        series_of(eeg(tmp_path, subject=3, run=14, channels=["Oz"]))


def test_a_damaged_or_interrupted_recording_is_named(tmp_path: Path) -> None:
    path = tmp_path / "S001R01.edf"
    content = recording(microvolts(1600), NAMES)
    jump = content.replace(b"+5\x14\x14\x00", b"+7\x14\x14\x00")
    assert jump != content
    for broken in (content[:-10], content[:-3000], content[:300], jump):
        path.write_bytes(broken)
        (tmp_path / checksums.FILE).unlink(missing_ok=True)
        with pytest.raises(
            ValueError, match=r"R01\.edf: not a whole, uninterrupted EDF recording \("
        ):
            series_of(eeg(tmp_path))


# -------------------------------------------------------------------------------- keys, and the whole


def planned(**options: Any) -> Plan:
    return Plan(load({"experiment": "e", "series": {"s": options}}))


def test_where_data_are_is_in_no_key() -> None:
    def keys(**options: Any) -> set[str]:
        return set(planned(system="weather", **options).jobs)

    here = keys()
    assert keys(url="https://mirror.example/jena/", directory="/elsewhere") == here
    assert keys(first="2009a") == here
    assert keys(last="2015b").isdisjoint(here)
    assert keys(site="mpi_saale").isdisjoint(here)
    assert keys(fill="interpolate").isdisjoint(here)
    plan = planned(system="eeg", subject=12, run=3, url="http://x.example/d/", directory="/d/")
    assert plan.downloads == {"/d/S012R03.edf": "http://x.example/d/S012/S012R03.edf"}


def test_one_file_cannot_come_from_two_places() -> None:
    two = {name: {"system": "eeg", "url": f"http://{name}.example"} for name in ("a", "b")}
    with pytest.raises(ConfigError, match=r"series\.b\.url: data/eeg/S001R01\.edf would come"):
        Plan(load({"experiment": "e", "series": two}))


def test_a_published_series_survives_its_json(tmp_path: Path) -> None:
    """As a job's command line carries it."""
    (tmp_path / "S001R01.edf").write_bytes(recording(microvolts(1600), NAMES))
    plan = planned(system="eeg", directory=str(tmp_path))
    cell = next(c for c in plan.jobs.values() if c.stage == "series")
    assert cell.input_paths == [str(tmp_path / "S001R01.edf")]
    again = Job.from_json(cell.json, cell.input_paths)
    assert again.key == cell.key
    output = tmp_path / "results" / "series" / f"{cell.key}.nc"
    with pytest.raises(ValueError, match="made from 1 files and was given 0: name them after"):
        runner.run(Job.from_json(cell.json), [output])
    with pytest.raises(ValueError, match=r"S002R01\.edf: is not S001R01\.edf, which comes"):
        runner.run(Job.from_json(cell.json, ["S002R01.edf"]), [output])
    runner.run(again, [output])
    found = store.read(output)
    assert str(tmp_path) not in json.dumps({k: str(v) for k, v in found.attrs.items()})
    np.testing.assert_allclose(found["x"], microvolts(1600), atol=1e-9)


@pytest.mark.slow
def test_the_workflow_downloads_what_is_not_there(
    snakemake: Snakemake, server: Published, tmp_path: Path
) -> None:
    """One archive by the network, one put there by hand; then nothing, whatever the server does."""
    x, dates = measured(4000), ten_minutes("2009-01-01", 4000)
    server.files["jena/mpi_roof_2009a.zip"] = archive(dates[:2000], x[:2000])
    server.cut = [4096]
    (tmp_path / "data/weather").mkdir(parents=True)
    (tmp_path / "data/weather/mpi_roof_2009b.zip").write_bytes(archive(dates[2000:], x[2000:]))
    one = {"system": "weather", "last": "2009b", "url": f"{server.url}/jena"}
    experiment = {"experiment": "e", "series": {"jena": one}}
    cell = next(c for c in Plan(load(experiment)).jobs.values() if c.stage == "series")

    run = snakemake(tmp_path, experiment, cell.path)
    assert run.returncode == 0, run.stderr + run.stdout
    found = store.read(tmp_path / cell.path)
    np.testing.assert_array_equal(found["x"], x[:, [1]])
    assert {path for path, *_ in server.asked} == {"/jena/mpi_roof_2009a.zip"}
    log = tmp_path / "results/logs/download/data/weather/mpi_roof_2009a.zip.log"
    assert "it broke off after 4096 bytes" in log.read_text()

    one["url"] = "http://127.0.0.1:9"
    for old in (tmp_path / "data/weather").glob("*.zip"):
        old.touch()
    (tmp_path / cell.path).unlink()
    for force in ((), ("--forceall",)):
        again = snakemake(tmp_path, experiment, "-n", cell.path, *force)
        jobs = re.findall(r"^(\w+) +1$", again.stdout + again.stderr, re.MULTILINE)
        assert set(jobs) == {"make_series", "total"}


@pytest.mark.slow
def test_the_workflow_says_what_cannot_be_had(
    snakemake: Snakemake, server: Published, tmp_path: Path
) -> None:
    one = {"system": "eeg", "url": server.url}
    run = snakemake(tmp_path, {"experiment": "e", "series": {"s": one}}, "lyapunov")
    assert run.returncode != 0
    said = f"error: {server.url}/S001/S001R01.edf: the server says 404 Not Found: correct"
    assert said in run.stdout + run.stderr
    assert "Traceback" not in run.stdout + run.stderr
    assert not list(tmp_path.glob("data/eeg/*"))
