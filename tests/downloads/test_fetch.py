"""Downloads from a real server, and their checksums."""

from __future__ import annotations

import hashlib
import logging
import socket
import subprocess
import sys
import threading
import time
from pathlib import Path
from typing import Any

import pytest

from tausweep import cli
from tausweep.series import checksums, downloads

from .served import CONTENT, QUICK, Published, fails, left


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
