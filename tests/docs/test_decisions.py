from pathlib import Path

import pytest

from tests.docs.markdown import ROOT

DECISIONS = sorted((ROOT / "docs" / "decisions").glob("*.md"))


def test_decisions_are_numbered_without_gaps() -> None:
    numbers = [int(path.name[:4]) for path in DECISIONS]

    assert numbers == list(range(1, len(DECISIONS) + 1))


@pytest.mark.parametrize("path", DECISIONS, ids=lambda path: path.stem)
def test_a_decision_has_a_context_and_a_cost_and_is_short(path: Path) -> None:
    lines = path.read_text(encoding="utf-8").splitlines()

    headings = [line for line in lines if line.startswith("#")]
    assert headings[0].startswith(f"# {int(lines[0].split('.')[0][2:])}. ")
    assert headings[1:] == ["## Context", "## Decision", "## What it costs"]
    assert len(lines) <= 40
