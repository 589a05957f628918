import importlib.util
import re
import tomllib

import pytest
import typer

from benchmarks.__main__ import BENCHMARKS, LONG
from local.commands import app as local_app
from ops.__main__ import app as ops_app
from tests.docs.markdown import DOCUMENTS, ROOT, anchors, commands, links

APPS = {"ops": ops_app, "local": local_app}
"""The command lines that have commands; what `benchmarks` takes is in `BENCHMARKS` and `LONG`."""


def made() -> set[str]:
    """The targets that documents tell people to make, by the words after ``make``."""
    lines = [words for line in commands() if (words := line.split("#")[0].split())[:1] == ["make"]]
    return {word for words in lines for word in words[1:] if "=" not in word and word != "again"}


def run() -> set[tuple[str, str]]:
    """The modules that documents tell people to run, each with its command."""
    return {
        (found[1], found[2] or "")
        for line in commands()
        if (found := re.match(r"python -m ([\w.]+)(?: ([a-z]+)(?![\w/]))?", line))
    }


def commands_of(app: typer.Typer) -> set[str]:
    groups = {group.name or "" for group in app.registered_groups}
    return groups | {
        command.name or (command.callback.__name__ if command.callback else "")
        for command in app.registered_commands
    }


def test_documents_name_commands() -> None:
    assert {"up", "test"} <= made()
    assert {("ops", "verify"), ("ops", "rebuild")} <= run()


@pytest.mark.parametrize("target", sorted(made()))
def test_what_is_made_is_a_target(target: str) -> None:
    makefile = (ROOT / "Makefile").read_text(encoding="utf-8")

    assert re.search(rf"^{re.escape(target)}:", makefile, re.MULTILINE)


@pytest.mark.parametrize(("module", "command"), sorted(run()))
def test_what_is_run_is_a_command(module: str, command: str) -> None:
    assert importlib.util.find_spec(module)
    known = (
        set(BENCHMARKS | LONG) if module == "benchmarks" else commands_of(APPS[module]) if command else set()
    )
    assert not command or command in known


@pytest.mark.parametrize(
    ("target", "expected"),
    [
        ("up", {"PORT", "DETACH", "KEEP", "IDENTITY"}),
        ("logs", {"FOLLOW", "ID"}),
        ("chat", {"SESSION", "WHO"}),
    ],
)
def test_every_option_of_make_is_read(target: str, expected: set[str]) -> None:
    told = [line for line in commands() if line.startswith(f"make {target}")]

    options = {name for line in told for name in re.findall(r"([A-Z]+)=", line)}

    makefile = (ROOT / "Makefile").read_text(encoding="utf-8")
    assert options == expected
    assert all(f"$({name})" in makefile for name in options)


def test_every_link_leads_somewhere() -> None:
    broken = []
    for path, target in links():
        if target.startswith("https://"):
            continue
        name, _, anchor = target.partition("#")
        there = (path.parent / name).resolve() if name else path
        if not there.exists() or (anchor and anchor not in anchors(there)):
            broken.append(f"{path.name}: {target}")

    assert broken == []


def test_no_document_is_left_out() -> None:
    reached = {(path.parent / target.partition("#")[0]).resolve() for path, target in links()}

    assert [path.name for path in DOCUMENTS if path not in reached and path.parent.name != "decisions"] == [
        "README.md"
    ]


def test_the_oldest_python_is_the_projects() -> None:
    project = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]

    oldest = project["requires-python"].removeprefix(">=")

    told = re.findall(r"Python (3\.\d+) or later", (ROOT / "README.md").read_text(encoding="utf-8"))
    assert set(told) == {oldest}
    assert f'python: ["{oldest}"' in (ROOT / ".github/workflows/ci.yml").read_text(encoding="utf-8")
