"""A server on this machine."""

from __future__ import annotations

import re
import threading
import time
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any

import pytest

from .served import Published


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


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "data" / "a.zip"
