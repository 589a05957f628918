"""What the conversation's frames must be answered, by what the conversation says."""

from typing import Any, Final

from tests.fuzz.conversations import IDS, TOLD, Message
from tests.fuzz.verdicts import must

_TOP: Final = {"seq": len(IDS), "id": IDS[-1]}
_EMPTY: Final = {"seq": 0, "id": ""}


def due_resume(asked: dict[str, Any], told: list[dict[str, Any]]) -> None:
    """Hold what came of a resume to what was missed by it."""
    places = asked.get("positions") or {}
    messages = [_timeless(each["data"]) for each in told if each["type"] == "message"]
    answers = [(each["type"], each["data"]) for each in told if each["type"] != "message"]
    position = places.get("session")
    if position and (position["seq"] == 0 or position["id"] == _id(position["seq"])):
        due = [each for each in TOLD if each["seq"] > position["seq"]]
        answer = ("resumed", {"feed": "session", "seq": len(IDS)})
    else:
        due, answer = [], ("reset", {"feed": "session", "position": _TOP})
    must(messages == due, f"brings {messages} from {position} on")
    of_user = places.get("user")
    if of_user and of_user["seq"] == 0:
        last: tuple[str, dict[str, Any]] = ("resumed", {"feed": "user", "seq": 0})
    else:
        last = ("reset", {"feed": "user", "position": _EMPTY})
    must(answers == [answer, last], f"answers {answers} to {places}")


def due_page(asked: dict[str, Any], page: dict[str, Any]) -> None:
    """Hold a page to what is before its beginning: as much of it as there is room for."""
    name, before, limit = asked.get("feed", "session"), asked.get("before"), asked.get("limit", 20)
    there = [each for each in reversed(TOLD) if name == "session" and _is_before(each, before)]
    shown = [_timeless(each) for each in page["messages"]]
    must(page["feed"] == name, "shows another feed")
    must(shown == there[: len(shown)] and len(shown) <= limit, f"shows {shown}")
    must(shown or not there, "shows nothing of what is there")
    must(page.get("more", False) == (len(shown) < len(there)), f"says more: {page.get('more')}")
    top = None if before else _TOP if name == "session" else _EMPTY
    must(page.get("complete") == top, f"is complete up to {page.get('complete')}")


def due_sessions(page: dict[str, Any]) -> None:
    """Hold a list of sessions to the one that the user has: nobody else's is in it."""
    must([each["sessionId"] for each in page["sessions"]] == ["s-1"], f"lists {page}")


def _id(seq: int) -> str | None:
    return IDS[seq - 1] if seq <= len(IDS) else None


def _timeless(message: Message) -> Message:
    return {name: value for name, value in message.items() if name != "at"}


def _is_before(message: Message, before: dict[str, Any] | None) -> bool:
    if not before:
        return True
    if before.get("part") is None:
        return bool(message["seq"] < before["seq"])
    return bool((message["seq"], message.get("part", 1)) < (before["seq"], before["part"]))
