import ast
from collections.abc import Iterator

import pytest

from tests.docs.markdown import ROOT, names, table

REQUIREMENTS = [
    "Routes `$connect`, `$disconnect`, `$default`",
    "Stage `prod`, always deployed with the routes as they are",
    "Connections table with an index by user, on demand",
    "Function permissions for callbacks",
    "Connect stores metadata",
    "Disconnect updates status",
    "Activity tracked",
    "`voice_start`, `voice_data`, `voice_end`",
    "`text_message`",
    "`ping` → `pong`",
    "Clients are told of errors",
    "Gone connections are cleaned up",
    "Failures degrade gracefully",
    "Connections by user",
    "All connections",
    "Status update",
    "Cleanup after 1 h",
    "Type and payload validated",
    "Throttling",
    "Activity audited",
    "Zero cost when idle",
    "Bidirectional and immediate delivery",
]
ROWS = table(ROOT / "docs" / "requirements.md", "requirement")


def existing() -> Iterator[str]:
    for path in (ROOT / "tests").rglob("test_*.py"):
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef) and node.name.startswith("test_"):
                yield f"{path.relative_to(ROOT).as_posix()}::{node.name}"


EXISTING = frozenset(existing())


def test_every_requirement_has_its_row() -> None:
    assert [row[0] for row in ROWS] == REQUIREMENTS


@pytest.mark.parametrize("row", ROWS, ids=lambda row: row[0])
def test_a_requirement_is_held_by_tests_that_exist(row: list[str]) -> None:
    missing = [test for test in names(row[1]) if test not in EXISTING]

    assert names(row[1])
    assert missing == []
