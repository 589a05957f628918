"""The title of a conversation: the first words of a text, as a list can show them."""

from typing import Final
from unicodedata import category, combining

MOST_CHARACTERS: Final = 60
_LOOKED_AT: Final = 1_000
"""Of a text, so many characters at most: white space before the first word is not without end."""
_SHORTEST: Final = 20
"""A title is cut between two words where it keeps as many characters as this."""
_KEPT_FORMATS: Final = "\u200c\u200d"
"""Characters of no width that join letters and emojis, or keep them apart; all others of format are left out:
some of them turn the direction of what follows, in the list around the title too."""
_JOINER: Final = "\u200d"
_MORE: Final = "…"


def title_of(text: str) -> str | None:
    """Return the first words of a text, at most 60 characters, None if it has none.

    Control characters and line breaks are white space, and white space is one space. What is seen as one
    character is not cut apart: an accent stays on its letter, and a family of emojis together.
    """
    start = text[:_LOOKED_AT]
    if not (start.isascii() and start.isprintable()):
        start = "".join(map(_shown, start))
    title = " ".join(start.split())
    if not title.strip(_KEPT_FORMATS):
        return None
    return title if len(title) <= MOST_CHARACTERS else _cut(title) + _MORE


def _shown(character: str) -> str:
    kind = category(character)
    if kind in ("Cc", "Zl", "Zp", "Zs"):
        return " "
    if kind in ("Cf", "Co", "Cs") and character not in _KEPT_FORMATS:
        return ""
    return character


def _cut(title: str) -> str:
    end = MOST_CHARACTERS - len(_MORE)
    space = title.rfind(" ", _SHORTEST, end + 1)
    if space >= 0:
        return title[:space]
    while end > 1 and _belongs(title, end):
        end -= 1
    return title[: end if end > 1 else MOST_CHARACTERS - len(_MORE)].rstrip()


def _belongs(title: str, index: int) -> bool:
    """Tell whether a character is seen as one with what stands before it."""
    character, before = title[index], title[index - 1]
    if _JOINER in (character, before) or category(character) in ("Mn", "Mc", "Me") or combining(character):
        return True
    return _is_modifier(character) or (_is_flag(character) and _flags_before(title, index) % 2 == 1)


def _is_modifier(character: str) -> bool:
    """Tell whether it is a tone of skin, which colours the emoji before it."""
    return "\U0001f3fb" <= character <= "\U0001f3ff"


def _is_flag(character: str) -> bool:
    """Tell whether it is one of the two letters of a flag."""
    return "\U0001f1e6" <= character <= "\U0001f1ff"


def _flags_before(title: str, index: int) -> int:
    count = 0
    while count < index and _is_flag(title[index - 1 - count]):
        count += 1
    return count
