"""What a message, or a list of conversations, looks like as lines."""

import json
from collections.abc import Iterator
from typing import Final

from local.chat.actions import Json

NAME: Final = "airium"
"""Who answers."""


def line(message: Json) -> tuple[str, str]:
    """Return whose words a message has, if anybody's, and the words."""
    match message["kind"]:
        case "text":
            return "you: ", message.get("text") or ""
        case "reply":
            return f"{NAME}: ", message.get("text") or ""
        case "spoken":
            speaker = NAME if message.get("role") == "assistant" else "you"
            return f"{speaker} (spoken): ", message.get("text") or ""
        case "failed":
            return "", f"  (no reply: {message.get('reason')})"
        case "notification":
            return f"{message.get('type')}: ", json.dumps(message.get("data"), ensure_ascii=False)
        case kind:
            return "", f"  ({kind})"


def sessions(page: Json) -> Iterator[str]:
    """Yield a line for each conversation of a page, the one that was active last first."""
    found = page.get("sessions", [])
    for each in found:
        at = str(each.get("lastActivity", ""))[:16].replace("T", " ")
        counts = f"{each.get('texts', 0)} texts, {each.get('replies', 0)} replies"
        if turns := each.get("turns", 0):
            counts += f", {turns} spoken"
        yield f"{at}  {each.get('sessionId')}  {each.get('title') or 'without a text'}: {counts}"
    if not found:
        yield "no conversation is listed yet"
    if page.get("cursor"):
        yield "and older ones"
