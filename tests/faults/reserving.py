"""Whether what texts reserve is settled: once by each outcome, and by nothing else."""

from collections import Counter
from collections.abc import Iterator

from functions.aws import environment
from functions.aws.log.event_items import MalformedEventError, decode
from functions.domain.frames.allowances import DAY, QUARTER, kept_until, reservation, start
from functions.domain.log.claims import inflight_key, tokens_key
from functions.domain.log.events import Event
from functions.domain.log.facts import TextMessageReceived
from functions.domain.replies.questions import outcome_key
from functions.domain.replies.settling import usage_of
from tests.faults.equality import scan
from tests.faults.problems import Item, Problem
from tests.faults.world import World


def reserving(world: World, items: list[Item]) -> Iterator[Problem]:
    """Yield each reservation that is not what the texts and the outcomes of the log leave of it."""
    events = {(each.connection_id, each.event_id): each for each in _readable(items)}
    due: Counter[str] = Counter()
    kept: dict[str, int] = {}
    for place, text in events.items():
        if not isinstance(text.fact, TextMessageReceived):
            continue
        quarter, day = start(text.at, QUARTER), start(text.at, DAY)
        in_flight, tokens = inflight_key(text.user_id, quarter), tokens_key(text.user_id, day)
        kept |= {in_flight: kept_until(quarter, QUARTER), tokens: kept_until(day, DAY)}
        outcome = events.get(outcome_key(*place))
        due[in_flight] += outcome is None
        due[tokens] += _taken(text.fact.text, outcome)
    held = {
        item["claim"]["S"]: int(item["reserved"]["N"])
        for item in scan(world, world.tables.claims)
        if "reserved" in item
    }
    for key, amount in sorted(due.items()):
        # of what has expired, some is deleted
        if kept[key] > world.now // 1000 and held.get(key, 0) != amount:
            yield Problem("counter", f"{key}: {held.get(key, 0)} reserved, and {amount} due")


def _taken(text: str, outcome: Event | None) -> int:
    """Return the tokens that a text takes: what was used, or what was reserved where nobody knows that."""
    usage = usage_of(outcome.fact) if outcome else None  # type: ignore[arg-type]  # of an outcome's key
    if usage is None:
        return reservation(text, environment.tokens_beside_question())
    return usage.input_tokens + usage.output_tokens


def _readable(items: list[Item]) -> Iterator[Event]:
    for item in items:
        try:
            yield decode(item)
        except MalformedEventError:
            continue
