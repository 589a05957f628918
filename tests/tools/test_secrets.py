import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from tests.infra.program import ROOT

# put together here, so that the scan of this file finds nothing
KEY = "AKIA" + "ABCDEFGHIJKLMNOQ"
WORD = "pass" + "word"
GIT = shutil.which("git")


def scan(folder: Path) -> subprocess.CompletedProcess[str]:
    """Make the project's own target in another folder."""
    tools = ["TOOLS=", f"BIN={sys.prefix}/bin"]
    command = ["make", "--silent", "--file", str(ROOT / "Makefile"), *tools, "secrets"]
    return subprocess.run(command, cwd=folder, capture_output=True, text=True, check=False)


@pytest.mark.parametrize(
    ("text", "kind"),
    [
        (f'key = "{KEY}"\n', "AWS Access Key"),
        (f'{WORD} = "correct-horse"\n', "Secret Keyword"),
        ("-----BEGIN " + "RSA PRIVATE KEY-----\n", "Private Key"),
        # a harmless value makes nothing else on its line harmless
        (f'key = "test {KEY}"\n', "AWS Access Key"),
        (f"    --hash=sha256:{'0' * 64} --token {KEY}\n", "AWS Access Key"),
    ],
)
def test_a_secret_is_found(tmp_path: Path, text: str, kind: str) -> None:
    (tmp_path / "settings.py").write_text(text)

    found = scan(tmp_path)

    assert found.returncode != 0
    assert kind in found.stdout
    assert "settings.py:1" in found.stdout


@pytest.mark.parametrize(
    "text",
    [
        f'{WORD} = "test"\n',
        f"pulumi==3.272.0 \\\n    --hash=sha256:{'0123456789abcdef' * 4}\n",
        "",
        "x = 1\n",
    ],
)
def test_what_is_harmless_is_not(tmp_path: Path, text: str) -> None:
    (tmp_path / "settings.py").write_text(text)

    found = scan(tmp_path)

    assert (found.returncode, found.stdout) == (0, "")


@pytest.mark.skipif(GIT is None, reason="without git, every file is read")
def test_what_git_tracks_is_read_and_nothing_else(tmp_path: Path) -> None:
    assert GIT
    for name in ("tracked.py", "untracked.py"):
        (tmp_path / name).write_text(f'key = "{KEY}"\n')
    subprocess.run([GIT, "init", "--quiet"], cwd=tmp_path, check=True)
    subprocess.run([GIT, "add", "tracked.py"], cwd=tmp_path, check=True)

    found = scan(tmp_path)

    assert found.returncode != 0
    assert " tracked.py:1" in found.stdout
    assert "untracked.py" not in found.stdout
