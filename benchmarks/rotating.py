"""What rotations of Nova 2 Sonic's streams lose and delay, against its fake, and what its SDK weighs."""

import json
import os
import re
import shutil
import subprocess
import tempfile
from pathlib import Path

from benchmarks.table import Figure, at_least, at_most
from infra.functions.interpreters import PackagingError
from infra.functions.locks import NOVA
from infra.functions.packaging import build_layer
from infra.settings.settings import LayerTarget
from tests.nova.newer import environment

_ROOT = Path(__file__).parents[1]
_MB = 1_000_000


def figures() -> list[Figure]:
    """Measure in the newer Python that the SDK needs."""
    try:
        python = environment()
    except PackagingError as missing:
        return [Figure("rotations of Nova 2 Sonic", str(missing))]
    command = [str(python), "-m", "tests.nova.measuring"]
    done = subprocess.run(command, cwd=_ROOT, check=True, capture_output=True, text=True)  # noqa: S603 - our own
    told = json.loads(done.stdout)
    return [
        at_least("rotations of Nova 2 Sonic's stream", told["rotations"], 10),
        at_most(f"of {told['pieces']} pieces of speech, lost over them", told["lost"], 0),
        at_most("doubled", told["doubled"], 0),
        Figure("longest wait for an answer over them", f"{1000 * told['longest']:.0f} ms"),
        Figure("without any rotation", f"{1000 * told['longest_without']:.0f} ms"),
        _size(),
        _import(python),
    ]


def _size() -> Figure:
    layer = build_layer(LayerTarget.ARM64, NOVA)
    size = sum(each.stat().st_size for each in layer.rglob("*") if each.is_file())
    return at_most("layer of Nova 2 Sonic, unpacked: MB", size / _MB, 30, "{:.1f}")


def _import(python: Path) -> Figure:
    if shutil.which("valgrind") is None:
        return Figure("import of the SDK, in instructions", "needs valgrind")
    count = _instructions(python, "import functions.aws.voice.engines.nova.bedrock")
    count -= _instructions(python, "pass")
    return Figure("import of the SDK: million instructions", f"{count / 1e6:,.0f}")


def _instructions(python: Path, program: str) -> int:
    run = [str(python), "-c", program]
    variables = {**os.environ, "PYTHONPATH": str(_ROOT), "PYTHONHASHSEED": "0"}
    subprocess.run(run, env=variables, check=True)  # noqa: S603 - compiles what it imports
    with tempfile.TemporaryDirectory() as folder:
        counted = ["valgrind", "--tool=callgrind", f"--callgrind-out-file={folder}/out", *run]
        done = subprocess.run(counted, env=variables, check=True, capture_output=True, text=True)  # noqa: S603 - likewise
    found = re.search(r"Collected : (\d+)", done.stderr)
    if found is None:
        raise RuntimeError(done.stderr)
    return int(found[1])
