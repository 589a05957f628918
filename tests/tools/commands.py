"""Commands that stand in for those that a workflow's script calls: they keep what they are asked."""

import json
import os
import subprocess
import sys
from dataclasses import dataclass, field
from pathlib import Path

from tests.infra.program import ROOT

SCRIPTS = ROOT / ".github" / "scripts"

_PROGRAM = """\
import json, os, sys
from pathlib import Path

told, calls, name, *arguments = sys.argv[1:]
kept = {each: value for each, value in os.environ.items() if each.startswith("PULUMI_")}
given = sys.stdin.read() if "--input" in arguments else ""
with Path(calls).open("a") as file:
    file.write(json.dumps([name, arguments, kept, given]) + "\\n")
answers = json.loads(Path(told).read_text())
answer = next(answer for answer in answers if answer["when"] in arguments)
if len(answer["status"]) > 1:  # the last status stays
    status = answer["status"].pop(0)
    Path(told).write_text(json.dumps(answers))
else:
    (status,) = answer["status"]
print(answer["out"], end="")
print(answer["err"], end="", file=sys.stderr)
sys.exit(status)
"""


@dataclass(frozen=True)
class Answer:
    """What a command says, and how it ends, each time that a word is among its arguments."""

    when: str
    out: str = ""
    err: str = ""
    status: list[int] = field(default_factory=lambda: [0])
    """One for each call in turn; the last one stays."""


@dataclass(frozen=True)
class Call:
    """What a stand-in was asked."""

    name: str
    arguments: list[str]
    environment: dict[str, str]
    input: str


class Commands:
    """A folder in which scripts run, and stand-ins for the commands that they find."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self._calls = folder / "calls.jsonl"
        self._bin = folder / "bin"
        self._bin.mkdir()

    def stand_in(self, name: str, *answers: Answer, at: str | None = None) -> None:
        """Make a command, on the path or at a place in the folder."""
        told = self.folder / f"{name}.answers.json"
        told.write_text(json.dumps([vars(each) for each in answers]))
        program = self.folder / "stand_in.py"
        program.write_text(_PROGRAM)
        self.write(
            at or f"bin/{name}", f'exec {sys.executable} -S {program} {told} {self._calls} {name} "$@"'
        )

    def write(self, at: str, program: str) -> None:
        """Make a command of a program of the shell."""
        command = self.folder / at
        command.parent.mkdir(parents=True, exist_ok=True)
        command.write_text(f"#!/bin/sh\n{program}\n")
        command.chmod(0o755)

    @property
    def calls(self) -> list[Call]:
        """What the stand-ins were asked, in order."""
        if not self._calls.exists():
            return []
        lines = self._calls.read_text().splitlines()
        return [Call(*json.loads(line)) for line in lines]

    def run(self, script: str, *arguments: str, **environment: str) -> subprocess.CompletedProcess[str]:
        """Run a script of the workflows, as a step does."""
        interpreter = [sys.executable] if script.endswith(".py") else []
        return self._run([*interpreter, str(SCRIPTS / script), *arguments], environment)

    def run_shell(self, text: str) -> subprocess.CompletedProcess[str]:
        """Run what somebody types."""
        return self._run(["bash", "-c", text], {})

    def _run(self, command: list[str], environment: dict[str, str]) -> subprocess.CompletedProcess[str]:
        path = f"{self._bin}:{os.environ['PATH']}"
        return subprocess.run(
            command,
            cwd=self.folder,
            env={"PATH": path, "GITHUB_REPOSITORY": "airium/realtime", **environment},
            capture_output=True,
            text=True,
            check=False,
            timeout=60,
        )
