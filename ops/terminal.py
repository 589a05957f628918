"""Shows text on a terminal as text: no part of it is taken for markup or for a command to the terminal."""

from typing import Any, Final

from rich.console import Console
from rich.protocol import is_renderable
from rich.text import Text

_AS_IT_IS: Final = {"markup": False, "emoji": False, "highlight": False}


def printable(text: str) -> str:
    r"""Return a text on one line, with what is not printable written as Python's ``repr`` writes it.

    A client that calls itself ``ada`` and then clears the screen is shown as ``ada\x1b[2J``. Line breaks are
    escaped too, or a client could write lines of its own into what an operator reads.
    """
    return "".join(map(_visible, text))


def _visible(character: str) -> str:
    # not printable: controls (C0, C1), marks of direction and others without a shape, lone surrogates
    return character if character.isprintable() else character.encode("unicode_escape").decode()


class Terminal(Console):
    """A console on which a string is text, wherever it comes from: printed, or in a cell of a table.

    Style is asked for by ``style=`` or by a `Text`, which holds our own words only. Several lines are printed
    as several strings, with ``sep="\\n"``.
    """

    def print(self, *objects: Any, **options: Any) -> None:
        """Print; what rich has no look for, such as an exception, is printed as the text that it is."""
        super().print(*(each if is_renderable(each) else str(each) for each in objects), **options)

    def render_str(self, text: str, **options: Any) -> Text:
        """Return what a string looks like; what the terminal's encoding does not have is escaped, too."""
        encodable = printable(text).encode(self.encoding, "backslashreplace").decode(self.encoding)
        return super().render_str(encodable, **{**options, **_AS_IT_IS})
