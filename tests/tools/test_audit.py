"""The audit of dependencies: what is asked about, and that the answer counts; the service is a stand-in."""

import json
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, HTTPServer
from pathlib import Path
from threading import Thread

import pytest

from tests.infra.program import ROOT

ADVISORY = {
    "id": "TEST-1",
    "summary": "made up",
    "details": "made up",
    "affected": [
        {
            "package": {"name": "one", "ecosystem": "PyPI"},
            "ranges": [{"type": "ECOSYSTEM", "events": [{"introduced": "0"}]}],
        }
    ],
}


@contextmanager
def service(answer: object) -> Iterator[str]:
    """Answer every question about a package with the same."""
    body = json.dumps(answer).encode()

    class Handler(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            self.rfile.read(int(self.headers["Content-Length"]))
            self.send_response(200)
            self.send_header("Content-Length", str(len(body)))
            self.end_headers()
            self.wfile.write(body)

        def log_message(self, *_: object) -> None:
            pass

    with HTTPServer(("127.0.0.1", 0), Handler) as server:
        thread = Thread(target=server.serve_forever)
        thread.start()
        try:
            yield f"http://127.0.0.1:{server.server_port}/v1/query"
        finally:
            server.shutdown()
            thread.join()


def audit(folder: Path, url: str) -> subprocess.CompletedProcess[str]:
    """Make the project's own target in a folder with one locked file, asking the stand-in."""
    told = [
        "TOOLS=",
        f"BIN={sys.prefix}/bin",
        "LOCKED=.",
        f"AUDIT=--vulnerability-service osv --osv-url {url}",
    ]
    command = ["make", "--silent", "--file", str(ROOT / "Makefile"), *told, "audit"]
    return subprocess.run(command, cwd=folder, capture_output=True, text=True, check=False, timeout=60)


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    (tmp_path / "requirements.txt").write_text(f"one==1.0 \\\n    --hash=sha256:{'0' * 64}\n")
    return tmp_path


def test_every_locked_file_is_audited() -> None:
    (line,) = [each for each in (ROOT / "Makefile").read_text().splitlines() if each.startswith("LOCKED :=")]

    told = {ROOT / folder / "requirements.txt" for folder in line.removeprefix("LOCKED :=").split()}
    there = ("", "[a-z]*/", "[a-z]*/*/", "functions/layers/*/")
    assert told == {each for folder in there for each in ROOT.glob(f"{folder}requirements.txt")}


def test_what_is_vulnerable_fails(folder: Path) -> None:
    with service({"vulns": [ADVISORY]}) as url:
        found = audit(folder, url)

    assert found.returncode != 0
    assert "TEST-1" in found.stdout


def test_what_is_not_vulnerable_passes(folder: Path) -> None:
    with service({}) as url:
        found = audit(folder, url)

    assert found.returncode == 0, found.stderr


def test_a_service_that_cannot_be_reached_fails(folder: Path) -> None:
    assert audit(folder, "http://127.0.0.1:1/v1/query").returncode != 0


def test_a_file_without_hashes_fails(folder: Path) -> None:
    (folder / "requirements.txt").write_text("one==1.0\n")

    with service({}) as url:
        assert audit(folder, url).returncode != 0
