"""What must hold of replies in the log: one outcome for each text, and that it is what the engine said."""

from collections import defaultdict
from collections.abc import Iterator
from typing import Any, Final

from functions.domain.log.ids import HOUR
from functions.domain.replies.leasing import CLOCKS_MILLISECONDS, MOST_ATTEMPTS
from functions.domain.replies.reminding import ABANDONED_MILLISECONDS
from tests.faults.engines import failure_of, whole_reply
from tests.faults.equality import scan
from tests.faults.growing import growing
from tests.faults.problems import Item, Problem
from tests.faults.resumes import Numbers
from tests.faults.world import World

_OUTCOMES: Final = frozenset({"ReplyCompleted", "ReplyFailed"})
_YOUNG_MILLISECONDS: Final = ABANDONED_MILLISECONDS - CLOCKS_MILLISECONDS
_CUT_SHORT: Final = frozenset({"cancelled", "deadline", "guardrail"})


def replying(world: World, feeds: dict[str, Numbers], items: list[Item]) -> Iterator[Problem]:
    """Yield what is wrong with the outcomes of texts."""
    texts = {item["event_id"]["S"]: item for item in items if item["type"]["S"] == "TextMessageReceived"}
    spoken = [item for item in items if item["type"]["S"] == "VoiceTurnTranscribed"]
    outcomes: dict[str, list[Item]] = defaultdict(list)
    for item in items:
        if item["type"]["S"] in _OUTCOMES:
            outcomes[item["data"]["M"]["message_id"]["S"]].append(item)
    if world.is_answering:
        yield from _answered(world, texts, outcomes)
    yield from _in_order(feeds, outcomes)
    yield from growing(world, texts, outcomes)
    yield from _attempts(world, texts)
    yield from _words(world, [*texts.values(), *spoken])


def _answered(world: World, texts: dict[str, Item], outcomes: dict[str, list[Item]]) -> Iterator[Problem]:
    for message_id in texts:
        if len(outcomes[message_id]) != 1:
            yield Problem("reply", f"{message_id} has {len(outcomes[message_id])} outcomes")
    for message_id, found in outcomes.items():
        if not found:
            continue
        if message_id not in texts:
            yield Problem("reply", f"{message_id} is no text, and has an outcome")
            continue
        yield from _said(world, texts[message_id], found[0]["data"]["M"])


def _said(world: World, text: Item, outcome: dict[str, Any]) -> Iterator[Problem]:
    message_id, question = text["event_id"]["S"], text["data"]["M"]["text"]["S"]
    due, said = whole_reply(question), outcome.get("text", {}).get("S")
    reason = outcome.get("stop_reason", {}).get("S")
    if said is not None and due is not None:
        is_cut = reason in _CUT_SHORT
        if said != due and not (is_cut and due.startswith(said)):
            yield Problem("reply", f"{question} is answered by {said!r}, {reason}")
    if world.faults.lost_nothing and reason not in _CUT_SHORT:
        given = outcome["reason"]["S"] if "reason" in outcome else None
        out_of_time = given == "deadline" or (given == "abandoned" and _came_too_late(world, text))
        if given != failure_of(question) and not out_of_time:
            yield Problem("reply", f"{question} came to {given or said!r}")
    cancelled_at = world.cancelled.get(message_id)
    begun_at = world.engine.begun_at.get(question, 0)
    late = cancelled_at is not None and cancelled_at < begun_at < cancelled_at + HOUR
    if late and said and reason == "end_turn" and world.faults.lost_nothing:
        yield Problem("reply", f"{question} was cancelled, and answered all the same")


def _came_too_late(world: World, text: Item) -> bool:
    """Tell whether nobody looked after a text while it was young enough to be answered."""
    at = int(text["at"]["N"])
    return not any(at < run < at + _YOUNG_MILLISECONDS for run in world.healed_at)


def _in_order(feeds: dict[str, Numbers], outcomes: dict[str, list[Item]]) -> Iterator[Problem]:
    for feed, numbers in feeds.items():
        seqs = {item["event_id"]["S"]: seq for seq, item in numbers.items()}
        for message_id, found in outcomes.items():
            for outcome in found:
                own = seqs.get(outcome["event_id"]["S"])
                if own is not None and own < seqs.get(message_id, own):
                    yield Problem("feed", f"{feed} has the reply to {message_id} before it")


def _attempts(world: World, texts: dict[str, Item]) -> Iterator[Problem]:
    for text in texts.values():
        question = text["data"]["M"]["text"]["S"]
        if world.engine.asked[question] > MOST_ATTEMPTS:
            yield Problem("twice", f"{question} was asked {world.engine.asked[question]} times")
    for item in scan(world, world.tables.claims):
        if item["claim"]["S"].startswith("answer#") and int(item["attempts"]["N"]) > MOST_ATTEMPTS:
            yield Problem("twice", f"{item['claim']['S']} counts {item['attempts']['N']} attempts")


def _words(world: World, said: list[Item]) -> Iterator[Problem]:
    """Yield what the engine was told of one user to answer another: a session may have had two."""
    users: dict[str, set[str]] = defaultdict(set)
    for each in said:
        users[each["data"]["M"]["text"]["S"]].add(each["user_id"]["S"])
    for question, told in world.engine.told.items():
        for words in told:
            if users.get(question) and users.get(words) and users[question].isdisjoint(users[words]):
                yield Problem("reply", f"{question} is answered with {words}")
