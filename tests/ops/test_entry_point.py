"""The command line has a name of its own where it is installed, and completes for the shell."""

import importlib
import tomllib

import pytest
import typer
from typer.testing import CliRunner

from ops.__main__ import app
from tests.docs.markdown import ROOT

PROJECT = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))


def test_the_entry_point_is_the_command_line() -> None:
    module, _, name = PROJECT["project"]["scripts"]["airium-ops"].partition(":")

    assert getattr(importlib.import_module(module), name) is app


def test_what_is_installed_is_the_command_line_and_what_it_imports() -> None:
    rooms = {each.partition(".")[0] for each in PROJECT["tool"]["setuptools"]["packages"]["find"]["include"]}

    assert rooms == {"ops", "functions"}


def test_the_command_line_completes_for_the_shell() -> None:
    options = {name for each in typer.main.get_command(app).params for name in each.opts}

    assert "--install-completion" in options


@pytest.mark.parametrize(
    ("typed", "completed"), [("ops conn", "connections"), ("ops connections dis", "disconnect-user")]
)
def test_a_command_that_was_begun_is_completed(typed: str, completed: str) -> None:
    words = typed.split()
    environment = {
        "_OPS_COMPLETE": "complete_bash",
        "COMP_WORDS": typed,
        "COMP_CWORD": str(len(words) - 1),
    }

    result = CliRunner().invoke(app, prog_name="ops", env=environment)

    assert completed in result.output.split()
