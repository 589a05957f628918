import ast

import pytest

from tests.docs.markdown import ROOT, names, table

THREATS = table(ROOT / "docs" / "security.md", "threat")


def exists(test: str) -> bool:
    path, _, name = test.partition("::")
    if not (ROOT / path).is_file():
        return False
    tree = ast.parse((ROOT / path).read_text(encoding="utf-8"))
    return name in {node.name for node in ast.walk(tree) if isinstance(node, ast.FunctionDef)}


def test_there_are_threats() -> None:
    assert len(THREATS) > 15


@pytest.mark.parametrize("threat", THREATS, ids=lambda threat: threat[0])
def test_each_threat_is_held_by_tests_that_exist(threat: list[str]) -> None:
    tests = names(threat[2])

    assert tests
    assert [test for test in tests if not exists(test)] == []
