"""One hostile minute, through the functions themselves: it costs no more than what is said of it."""

import json
from collections.abc import Callable, Generator, Iterator
from contextlib import contextmanager
from typing import Any, Final

import pytest

from benchmarks.accounting import size_of, spending
from cost import counts, hostility
from cost.hostility import Most, User
from functions.aws.read_models.read_model import ReadModel
from functions.domain.feeds.limits import FeedLimits
from functions.domain.limits import Allowance, Limits
from functions.domain.log.events import Event
from functions.domain.replies.pieces import Ended, Piece, StopReason, TextPiece, Usage
from functions.domain.replies.prompt import Prompt
from functions.handlers import lifecycle
from functions.names import ROUTE_DEFAULT
from functions.operations.projection.batches import project_batch
from functions.operations.replies.screens import MOST_SCREENS
from tests import gateway_events
from tests.cost.stacks import stack
from tests.replies.scene import Answered
from tests.routes import message
from tests.standin.records import records_of

_LIMITS: Final = {
    "connectionsPerUser": "4",
    "textsPerMinute": "12",
    "textBytesPerMinute": "40000",
    "resumesPerMinute": "4",
    "historiesPerMinute": "4",
    "cancelsPerMinute": "4",
}
USER: Final = User(stack("prod", limits=json.dumps(_LIMITS)))
"""With tight limits, for the sake of time: the bounds follow from them."""
LIMITS: Final = Limits(
    texts=USER.texts,
    text_bytes=USER.text_bytes,
    allowance=Allowance(USER.in_flight // 2, 1_000_000, USER.tokens_beside),
)
SCREENS: Final = [f"c-{number}" for number in range(USER.screens)]
LONGEST: Final = '{"type": "text_message", "id": "m-1", "data": {"text": "%s"}}' % ("\U0001f600" * 8_000)
_INDEXES: Final = 2


class Talker:
    """An engine that says as much as it can, in letters that have to be escaped, for some seconds."""

    model = "talker"

    def __init__(self, scene: Answered) -> None:
        self._scene = scene

    def reply(self, _prompt: Prompt, _asked: int, /) -> Generator[Piece]:
        """Say it in forty pieces."""
        for _ in range(40):
            yield TextPiece("\x00" * (USER.reply_bytes // 40))
            self._scene.pass_(100)
        yield Ended(StopReason.END_TURN, Usage(4_000, 1_024))


class Minute:
    """What a client does in one minute, and what that costs, by the rows of the table."""

    def __init__(self) -> None:
        self.scene = Answered()
        self.scene.engine = Talker(self.scene)
        self.scene.limits = FeedLimits(USER.resumes, USER.histories, USER.cancels)
        for connection_id in SCREENS:
            self.scene.subscribe(connection_id)
        tables = self.scene.tables
        self.model = ReadModel(
            self.scene.client,
            connections=tables.connections,
            messages=tables.messages,
            sessions=tables.sessions,
            metrics=tables.metrics,
        )
        self.begin = self.scene.now - self.scene.now % 60_000 + 60_000
        self.spent: dict[str, Most] = {}
        self.refused: dict[str, list[str]] = {}
        self._requests = 0
        self._known: set[tuple[str, str]] = set()

    @contextmanager
    def paying(self, what: str) -> Iterator[None]:
        """Count one invocation, and all that it makes; then what the projector makes of its events."""
        scene, before = self.scene, len(self.scene.callbacks.posts)
        with spending(scene.client) as spent:
            yield
        posts, invocations, units = len(scene.callbacks.posts) - before, 1, spent.write_units
        for item in self._new_events():
            with spending(scene.client) as projecting:
                project_batch(list(records_of([item])), self.model, scene.log, scene.now)
            invocations += 1
            units += _of_indexes(item) + projecting.write_units + counts.TRANSACTION * counts.CHANGED_INDEXES
        self._add(Most(what, "", 0, posts, invocations, units))

    def sends(self, what: str, body: object, connection_id: str = "c-0", route: str = ROUTE_DEFAULT) -> Any:
        """Send a frame, to whichever function its route has, and return the answer."""
        scene, self._requests = self.scene, self._requests + 1
        context: dict[str, Any] = {
            "connectionId": connection_id,
            "requestId": f"hostile-{self._requests}",
            "requestTimeEpoch": self.begin + self._requests,
        }
        frame = gateway_events.message(body, route=route, **context)
        with self.paying(what):
            if route == ROUTE_DEFAULT:
                answer = message(frame, None, scene.log, scene.callbacks, LIMITS)
                told = json.loads(answer["body"])
            else:
                told = scene.send(route, body, **context)
        if told and told["type"] == "error":
            self.refused.setdefault(what, []).append(told["data"]["code"])
        return told

    def says(self, text: str) -> Event:
        """Send a text and return it."""
        before = self.scene.reserved().get("tokens", 0)
        told = self.sends("texts", {"type": "text_message", "data": {"text": text}})
        self._add(Most("texts", "", self.scene.reserved().get("tokens", 0) - before))
        return self.scene.said(told, "c-0")

    def is_answered(self, text: Event) -> None:
        """Have a text answered."""
        with self.paying("their replies"):
            self.scene.answer(text, invocation=text.event_id)

    def _add(self, more: Most) -> None:
        so_far = self.spent.get(more.what, Most(more.what, ""))
        self.spent[more.what] = Most(more.what, "", *map(sum, zip(so_far[2:], more[2:], strict=True)))

    def _new_events(self) -> Iterator[dict[str, Any]]:
        for connection_id in SCREENS:
            for item in self.scene.log.items(connection_id):
                key = (connection_id, item["event_id"]["S"])
                if key not in self._known:
                    self._known.add(key)
                    yield item


def _of_indexes(item: dict[str, Any]) -> int:
    """Return the units of the log's indexes: what is refused is in none of them."""
    times = 1 if item["type"]["S"] in {"MessageRejected", "ConnectionClosed"} else counts.TRANSACTION
    return times * _INDEXES * -(-size_of(item) // 1_024)


@pytest.fixture(scope="module")
def minute() -> Minute:
    minute = Minute()
    for _ in range(USER.texts):
        minute.is_answered(minute.says("\x00" * (USER.text_bytes // USER.texts)))
    minute.sends("beyond", {"type": "text_message", "data": {"text": "one more"}})
    at_first = {"positions": {"session": {"seq": 0, "id": ""}}}
    of_feeds = {
        "resumes": ("resume", at_first, USER.resumes),
        "pages of history": ("history", {"limit": 50}, USER.histories),
        "cancelled texts": ("text_cancel", {"messageId": text_id(minute)}, USER.cancels),
    }
    for what, (kind, data, most) in of_feeds.items():
        for _ in range(most):
            minute.sends(what, {"type": kind, "data": data}, "c-1", kind)
        minute.sends("beyond", {"type": kind, "data": data}, "c-1", kind)
    return minute


def text_id(minute: Minute) -> str:
    """Have a text said that nobody answers, and return its id."""
    with minute.paying("another's"):
        return minute.scene.append("cancel me", connection_id="c-0").event_id


ROWS: Final = {row.what: row for row in hostility.within_limits(USER)}


@pytest.mark.parametrize("what", [what for what in ROWS if what != "records of refusals"])
def test_a_hostile_minute_costs_no_more_than_the_table_says(minute: Minute, what: str) -> None:
    spent, row = minute.spent[what], ROWS[what]

    assert [used <= most for used, most in zip(spent[2:], row[2:], strict=True)] == [True] * 4, (spent, row)


def test_what_is_refused_is_what_the_limits_say(minute: Minute) -> None:
    assert minute.refused == {"beyond": ["rate_limited"] * 4}


def test_the_bounds_are_no_dreams(minute: Minute) -> None:
    """What is bounded by counts is met exactly, and of what is bounded by sizes the most part."""
    texts, replies = minute.spent["texts"], minute.spent["their replies"]

    assert texts.tokens == pytest.approx(ROWS["texts"].tokens, rel=0.001)
    assert texts.write_units > 0.7 * ROWS["texts"].write_units
    assert replies.write_units > 0.6 * ROWS["their replies"].write_units
    for what in ("resumes", "pages of history", "cancelled texts"):
        assert minute.spent[what].invocations == ROWS[what].invocations


def test_frames_that_are_refused_cost_each_what_the_table_says() -> None:
    minute, (refused, _) = Minute(), hostility.beyond(USER)
    bodies: list[object] = [LONGEST, "{", {"type": "voice_end"}, {"type": "ponder"}]
    for _ in range(USER.texts):
        minute.sends("taken", {"type": "text_message", "data": {"text": "hello"}})
    for number, body in enumerate(bodies * 2):
        minute.sends(f"frame {number}", body)

    # the first of its minute and code is recorded, which is in another row
    again = [minute.spent[f"frame {number}"] for number in range(len(bodies), 2 * len(bodies))]
    for spent in again:
        assert [used <= most for used, most in zip(spent[2:], refused[2:], strict=True)] == [True] * 4, spent
    assert max(spent.write_units for spent in again) > 0.9 * refused.write_units


def test_a_refusal_is_recorded_once_for_each_connection_and_code() -> None:
    minute, row = Minute(), ROWS["records of refusals"]
    bodies: list[object] = ["{", {"type": "ponder"}, {"type": "voice_end"}, {"type": "ack"}, "x" * 33_000]

    for connection_id in SCREENS:
        for body in bodies * 3:
            minute.sends("refusals", body, connection_id)

    records = minute.spent["refusals"].invocations - len(SCREENS) * len(bodies) * 3
    assert 0 < records <= row.invocations
    assert minute.spent["refusals"].write_units <= row.write_units


def test_a_connection_costs_what_the_table_says() -> None:
    minute, (_, row) = Minute(), hostility.beyond(USER)
    scene = minute.scene
    report: dict[str, Callable[..., dict[str, Any]]] = {
        "open": gateway_events.connect,
        "close": gateway_events.disconnect,
    }
    for event in report.values():
        with minute.paying("connection"):
            given = event(connectionId="c-0")
            lifecycle.handler(given, None, scene.log, scene.callbacks, scene.stores.subscribers)

    spent = minute.spent["connection"]
    assert spent.invocations + 1 == row.invocations  # the authorizer's
    assert 0.8 * row.write_units < spent.write_units <= row.write_units


def test_the_number_of_screens_that_see_deltas_is_the_responders() -> None:
    assert hostility.MOST_SCREENS == MOST_SCREENS
