"""What a person types: a text, or a command that begins with a slash."""

from typing import Final

import msgspec


class Say(msgspec.Struct, frozen=True):
    """Send a text."""

    text: str


class Command(msgspec.Struct, frozen=True):
    """Do what a command says."""

    name: str


COMMANDS: Final = {
    "stop": "ends the reply that is being said",
    "cut": "drops the connection without a word, as a tunnel does, and connects again",
    "history": "shows what was said before",
    "sessions": "lists your conversations",
    "help": "shows this",
    "quit": "leaves; so does Ctrl-D",
}
"""What each one does. Two slashes begin a text with one."""


def read(line: str) -> Say | Command | None:
    """Return what a line means, None if it is empty."""
    text = line.strip()
    if not text:
        return None
    if text.startswith("//"):
        return Say(text[1:])
    return Command(text[1:].split(" ")[0]) if text.startswith("/") else Say(text)
