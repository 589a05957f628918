"""The document of the client in JavaScript is true."""

import re
import subprocess

import pytest

from tests.clients.scripts import node
from tests.docs.markdown import ROOT, Block, blocks, names, tables

README = ROOT / "clients" / "javascript" / "README.md"
SOURCE = (ROOT / "clients" / "javascript" / "airium.mjs").read_text(encoding="utf-8")
OUR_OWN = {"constructor", "lose", "again", "do"}
"""Methods that nobody else calls."""


@pytest.mark.parametrize("block", blocks("js"), ids=str)
def test_an_example_is_javascript(block: Block) -> None:
    checked = subprocess.run(
        [node(), "--input-type=module", "--check"],
        input=block.text,
        text=True,
        capture_output=True,
        check=False,
    )

    assert (checked.returncode, checked.stderr) == (0, "")


def test_every_action_is_told() -> None:
    [shown] = tables(README, "`show` gets")

    told = {name.split(" ")[0] for row in shown for name in names(row[0])}

    assert told == set(re.findall(r'event: "(\w+)"', SOURCE)) - {"send", "drop"}


def test_every_call_is_there() -> None:
    [calls] = tables(README, "call")

    told = {name.split("(")[0] for row in calls for name in names(row[0])}

    client = SOURCE.partition("export class Client")[2]
    assert told == set(re.findall(r"^  (\w+)\(.*\) {$", client, re.MULTILINE)) - OUR_OWN
