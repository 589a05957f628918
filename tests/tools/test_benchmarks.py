"""Benchmarks: that they reach the tables in their own process, whatever else is measured beside them."""

import os
import subprocess
import sys

from tests.infra.program import ROOT

_NOWHERE = "http://127.0.0.1:9"


def test_a_benchmark_asks_no_service_outside_its_process() -> None:
    done = subprocess.run(
        [sys.executable, "-m", "benchmarks", "session"],
        cwd=ROOT,
        env={**os.environ, "HTTPS_PROXY": _NOWHERE, "HTTP_PROXY": _NOWHERE},
        capture_output=True,
        text=True,
        check=False,
    )

    assert done.returncode == 0, done.stderr
    assert "reference session" in done.stdout
