"""Reads the project's documents: their code, their tables and their links."""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Final

ROOT: Final = Path(__file__).parents[2]
_ROOMS: Final = ("docs", "clients")
DOCUMENTS: Final = sorted(
    [*ROOT.glob("*.md"), *(path for room in _ROOMS for path in (ROOT / room).rglob("*.md"))]
)

_FENCE = re.compile(r"^```(\w*)\n(.*?)^```$", re.MULTILINE | re.DOTALL)
_LINK = re.compile(r"\]\(([^)\s]+)\)")
_SPAN = re.compile(r"`([^`\n]+)`")


@dataclass(frozen=True)
class Block:
    """A fenced block of a document; its text is its identity in a test's name."""

    path: Path
    language: str
    text: str

    def __str__(self) -> str:
        return f"{self.path.relative_to(ROOT)}: {self.text.strip()[:40]}"


def blocks(*languages: str) -> list[Block]:
    """Return the fenced blocks of all documents in some languages."""
    return [
        Block(path, language, text)
        for path in DOCUMENTS
        for language, text in _FENCE.findall(path.read_text(encoding="utf-8"))
        if language in languages
    ]


def commands() -> Iterator[str]:
    """Yield the lines of shell blocks and the inline code of all documents."""
    for block in blocks("sh"):
        yield from block.text.splitlines()
    for path in DOCUMENTS:
        yield from _SPAN.findall(_FENCE.sub("", path.read_text(encoding="utf-8")))


def links() -> Iterator[tuple[Path, str]]:
    """Yield the links of all documents, each with where it is."""
    for path in DOCUMENTS:
        for target in _LINK.findall(_FENCE.sub("", path.read_text(encoding="utf-8"))):
            yield path, target


def anchors(path: Path) -> set[str]:
    """Return the anchors of a document's headings, as GitHub makes them."""
    headings = re.findall(r"^#+ (.+)$", _FENCE.sub("", path.read_text(encoding="utf-8")), re.MULTILINE)
    return {re.sub(r"[^\w\- ]", "", heading.lower()).replace(" ", "-") for heading in headings}


def tables(path: Path, heading: str) -> list[list[list[str]]]:
    """Return the rows of each table whose header begins with a word."""
    text = path.read_text(encoding="utf-8")
    starts = re.finditer(rf"^\| {re.escape(heading)} \|.*\n\|[-|]+\|\n", text, re.MULTILINE)
    found = [re.match(r"(?:\|.*\n)*", text[start.end() :]) for start in starts]
    return [[_cells(row) for row in rows[0].splitlines()] for rows in found if rows]


def table(path: Path, heading: str) -> list[list[str]]:
    """Return the rows of the first table whose header begins with a word."""
    found = tables(path, heading)
    assert found, f"no table that begins with {heading} in {path.name}"
    return found[0]


def _cells(row: str) -> list[str]:
    return [cell.strip() for cell in row.removeprefix("|").removesuffix("|").split(" | ")]


def names(cell: str) -> list[str]:
    """Return the inline code of a cell."""
    return _SPAN.findall(cell)
