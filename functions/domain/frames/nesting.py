"""How deep a text of JSON nests, without parsing it: the parser's own bound is the interpreter's stack."""

import re
from typing import Final

_STRUCTURE: Final = re.compile(r'"(?:[^"\\]|\\.)*+"?|[\[\]{}]', re.DOTALL)
"""A string, whole or up to the end of the text, or a bracket outside of one."""


def exceeds(text: str, depth: int) -> bool:
    """Tell whether brackets outside of strings nest deeper than that; the text need not be JSON."""
    if text.count("[") + text.count("{") <= depth:  # nearly every frame: it cannot
        return False
    level = 0
    for token in _STRUCTURE.finditer(text):
        match token[0]:
            case "[" | "{":
                level += 1
                if level > depth:
                    return True
            case "]" | "}":
                level -= 1
    return False
