"""What feeds must say of the log, and devices of the feeds."""

from collections import Counter
from collections.abc import Iterator
from typing import Final

from functions.domain.feeds.numbering import CLOCKS_MILLISECONDS
from functions.domain.log.ids import MINUTE
from tests.faults.equality import scan
from tests.faults.heard import Heard
from tests.faults.problems import Item, Problem
from tests.faults.resumes import Numbers
from tests.faults.world import World

_DAY: Final = 1440 * MINUTE
_ASKED: Final = ("resumes", "histories")


def feeds_of_world(world: World) -> dict[str, Numbers]:
    """Return the numbers of each feed that have not expired."""
    feeds: dict[str, Numbers] = {}
    for item in scan(world, world.tables.feeds):
        if item["key"]["S"].startswith("m#") and int(item["expires_at"]["N"]) * 1000 > world.now:
            seq = int(item["key"]["S"].removeprefix("m#"))
            feeds.setdefault(item["feed"]["S"], {})[seq] = item
    return feeds


def numbering(feeds: dict[str, Numbers], items: list[Item]) -> Iterator[Problem]:
    """What is told has one number in its feed, a text before its outcome, and the numbers have no gap."""
    numbered = Counter(
        (feed, item["connection_id"]["S"], item["event_id"]["S"])
        for feed, numbers in feeds.items()
        for item in numbers.values()
    )
    texts = {_place(item) for item in items if words_of(item) is not None}
    for feed, given in feeds.items():
        if sorted(given) != list(range(1, len(given) + 1)):
            yield Problem("feed", f"{feed} has the numbers {sorted(given)}")
    yield from (
        Problem("feed", f"{place} has {count} numbers") for place, count in numbered.items() if count > 1
    )
    yield from (Problem("feed", f"{place} has no number") for place in sorted(texts - numbered.keys()))
    yield from (Problem("feed", f"{place} is no text") for place in sorted(numbered.keys() - texts))


def _place(item: Item) -> tuple[str, str, str]:
    connection = item["connection_id"]["S"]
    if "session_id" in item:
        feed = f"session#{item['session_id']['S']}"
    elif item["type"]["S"] == "NotificationSent":
        feed = f"user#{item['user_id']['S']}"
    else:
        feed = f"connection#{connection}"
    return feed, connection, item["event_id"]["S"]


def words_of(item: Item) -> str | None:
    """Return what an event of the log says to a feed; None if it says nothing to any."""
    match item["type"]["S"]:
        case "TextMessageReceived" | "VoiceTurnTranscribed":
            words: str = item["data"]["M"]["text"]["S"]
        case "NotificationSent":
            words = item["data"]["M"]["content"]["S"]
        case "ReplyCompleted":
            words = item["data"]["M"]["text"]["S"]
        case "ReplyFailed":
            words = item["data"]["M"]["reason"]["S"]
        case _:
            return None
    return words


def says(numbers: Numbers, items: list[Item], reader: str) -> list[tuple[int, str, str | None]]:
    """Return what a feed says to a reader: numbers, ids and texts, in order."""
    texts = {
        (item["connection_id"]["S"], item["event_id"]["S"]): words_of(item)
        for item in items
        if item["user_id"]["S"] == reader
    }
    told = []
    for seq, item in sorted(numbers.items()):
        key = item["connection_id"]["S"], item["event_id"]["S"]
        told.append((seq, key[1], texts.get(key)))
    return told


def over(items: list[Item], now: int) -> frozenset[str]:
    """Return the ids of the notifications that are over, by any clock: who missed them is told a number."""
    ends = {
        item["event_id"]["S"]: int(item["data"]["M"]["ends_at"]["N"])
        for item in items
        if "ends_at" in item["data"]["M"]
    }
    return frozenset(id_ for id_, ends_at in ends.items() if ends_at <= now + CLOCKS_MILLISECONDS)


def hearing(
    feeds: dict[str, Numbers], items: list[Item], heard: list[Heard], ended: frozenset[str]
) -> Iterator[Problem]:
    """Nobody was told anything but what their feed says, under the number that it says it."""
    said = {
        (user, feed): {(seq, id_): text for seq, id_, text in says(feeds.get(feed, {}), items, user)}
        for user, feed in {(each.user, each.feed) for each in heard}
    }
    for each in dict.fromkeys(heard):
        due = said[each.user, each.feed].get((each.seq, each.id), _NOTHING)
        is_over = each.text is None and each.id in ended and due is not _NOTHING
        if due != each.text and not is_over:
            yield Problem("untrue", f"{each.user} was told {each}")


_NOTHING: Final = "there is nothing"


def acknowledged(world: World, feeds: dict[str, Numbers]) -> Iterator[Problem]:
    """What stands as acknowledged was said by a screen of that user's, and is no less than what was taken."""
    for item in scan(world, world.tables.feeds):
        if item["key"]["S"].startswith("a#") and int(item["expires_at"]["N"]) * 1000 > world.now:
            feed, user, seq = item["feed"]["S"], item["key"]["S"].removeprefix("a#"), int(item["seq"]["N"])
            if seq not in world.ledger.acks.get((feed, user), ()):
                yield Problem("feed", f"{user} is said to have {seq} of {feed}")
    for (feed, user), seqs in world.ledger.taken.items():
        key = {"feed": {"S": feed}, "key": {"S": f"a#{user}"}}
        item = world.calm.get_item(TableName=world.tables.feeds, Key=key, ConsistentRead=True).get("Item")
        if feed in feeds and (item is None or int(item["seq"]["N"]) < max(seqs)):
            yield Problem("lost", f"{user} acknowledged {max(seqs)} of {feed}")


def asking(world: World) -> Iterator[Problem]:
    """Nobody asks more often in a minute than they may."""
    most = {"resumes": world.feed_limits.resumes, "histories": world.feed_limits.histories}
    for item in scan(world, world.tables.claims):
        what = item["claim"]["S"].partition("#")[0]
        if what in _ASKED and int(item["count"]["N"]) > most[what]:
            yield Problem("twice", f"{item['claim']['S']}: {item['count']['N']} are beyond the limit")
