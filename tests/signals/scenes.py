"""Scenes: what the handlers are really asked, with words, tokens and tickets that no line may repeat."""

import json
from collections.abc import Callable
from typing import Any, Final

from functions.aws.archive.arrivals import Arrivals
from functions.aws.archive.objects import Objects
from functions.aws.engines.engine import Engine
from functions.aws.gateway.callbacks import Posted
from functions.aws.identity.tickets import Tickets
from functions.aws.log.arrivals import stamp
from functions.aws.log.event_items import encode
from functions.aws.log.event_log import EventLog
from functions.domain.archive.hours import HOUR, Watermark, hour_of
from functions.domain.log import facts
from functions.domain.log.ids import lowest
from functions.domain.replies.pieces import TextPiece
from functions.domain.replies.prompt import Role, Utterance
from functions.domain.times import iso
from functions.handlers import (
    archiver,
    authorizer,
    connection_manager,
    projector,
    query_authorizer,
    ticket,
)
from tests.bucket import Bucket
from tests.contract.engines import moto
from tests.fakes import MemoryLog, RecordingCallbacks, crowd
from tests.feeds.scene import Scene as FeedScene
from tests.fuzz.claims import MemoryClaims
from tests.gateway_events import CONNECTED_AT, authorize, connect, disconnect, fixture, voice_data
from tests.gateway_events import message as frame
from tests.replies.scene import Answered, Said
from tests.routes import lifecycle, sweeper
from tests.speaking import MemorySpeech, spoken
from tests.stage import NOW, happened, make_stage
from tests.standin.records import records_of
from tests.tables import create_tables
from tests.unit.operations.connections.connection_rows import NOW as SWEPT_AT
from tests.unit.operations.connections.connection_rows import Context, Gateway, connections_table, idle, row

WORDS: Final = "open sesame"
AUDIO: Final = "c2VzYW1l"
TOKEN: Final = (
    "eyJhbGciOiJSUzI1NiJ9.eyJzdWIiOiJzZXNhbWUifQ.c2VzYW1l"  # pragma: allowlist secret, signs nothing
)
TICKET: Final = "sesame" * 7 + "s"
SECRETS: Final = (WORDS, AUDIO, TOKEN, TICKET, "sesame")

ARRIVED: Final = NOW - 1_500
FIVE: Final = hour_of(CONNECTED_AT)

_BEFORE_ALL: Final = {"seq": 0, "id": ""}

Scene = Callable[[], object]


def _frame(event: dict[str, Any], outcome: Posted = Posted.DELIVERED) -> object:
    log = MemoryLog()
    log.held["voice#s-1"] = (lowest(CONNECTED_AT), CONNECTED_AT // 1000 + 120)
    return spoken(event, MemorySpeech(log), RecordingCallbacks(outcome))


def _said(kind: str, **data: Any) -> dict[str, Any]:
    return frame({"type": kind, "data": data})


def _too_fast(outcome: Posted) -> object:
    late = voice_data(lowest(CONNECTED_AT), 6_000, audio=AUDIO, requestTimeEpoch=CONNECTED_AT + 1_000)
    return _frame(late, outcome)


def _lifecycle(
    event: dict[str, Any], log: MemoryLog | None = None, outcome: Posted = Posted.DELIVERED
) -> object:
    return lifecycle(event, None, log or MemoryLog(), RecordingCallbacks(outcome))


def _misrouted(outcome: Posted) -> object:
    return _lifecycle(frame({"type": "$connect", "data": {"text": WORDS}}, route="$connect"), None, outcome)


def _of_another() -> object:
    log = MemoryLog()
    log.held = {"session#s-1": ("bob", 2**33)}
    return _lifecycle(connect(), log)


def _authorize(authorization: str | None = None, **query: str) -> object:
    event = authorize(**query)
    if authorization:
        event["headers"]["Authorization"] = authorization
    return authorizer.handler(event, None, tickets=Tickets(MemoryClaims(), "claims"), room=crowd())


def _ticket(**claims: str) -> object:
    event = fixture("ticket")
    event["headers"]["authorization"] = f"Bearer {TOKEN}"
    event["requestContext"]["authorizer"]["jwt"]["claims"].update({"exp": str(2**33)} | claims)
    return ticket.handler(event, None, Tickets(MemoryClaims(), "claims"))


def _manager(*gone: str, **asked: Any) -> object:
    gateway = Gateway()
    gateway.gone = set(gone)
    with connections_table() as table:
        table.put(row("c-1"), row("c-2"), row("c-3"))
        return connection_manager.handler(asked, Context(), table, MemoryLog(), gateway, lambda: SWEPT_AT)


def _feed(outcome: Posted = Posted.DELIVERED) -> FeedScene:
    """Have a text delivered to one screen, by the function of the feeds."""
    scene = FeedScene()
    scene.callbacks.outcome = outcome
    scene.subscribe()
    scene.deliver(scene.append(WORDS), WORDS.replace(" ", "-"))
    return scene


def _cancel() -> object:
    scene = _feed()
    return scene.frame("text_cancel", {"messageId": scene.append(WORDS).event_id})


def _answer(
    text: str = WORDS,
    *,
    asking: str | None = None,
    posted: Posted = Posted.DELIVERED,
    engine: Engine | None = None,
) -> object:
    """Have a text answered that is told of the conversation, of a prompt and of its reply."""
    scene = Answered(engine)
    scene.callbacks.outcome = posted
    scene.subscribe()
    scene.system = WORDS
    scene.history = [Utterance("0", Role.USER, WORDS)]
    said = scene.ask(text)
    scene.answer(said, WORDS.replace(" ", "-"))
    return scene.answer(said, asking=asking) if asking else None


def _break() -> object:
    return _answer(engine=Said([TextPiece(WORDS), RuntimeError(WORDS)]))


def _push(*gone: str) -> object:
    note = {"type": "notification", "data": {"text": WORDS}}
    return _manager(*gone, operation="send", all=True, message=note)


def _sweep(*gone: str) -> object:
    gateway = Gateway()
    gateway.gone = set(gone)
    with connections_table() as table:
        table.put(idle(4_000, "c-1"), idle(4_000, "c-2"))
        run = {"time": iso(SWEPT_AT)}
        return sweeper(run, Context(), table, MemoryLog(), gateway, now=lambda: SWEPT_AT)


_TEXT = happened("c1", facts.TextMessageReceived(WORDS), 1_000)
_VOICE = happened("c1", facts.VoiceSessionStarted(16_000, "lpcm"), 3_000)
A_LIFE: Final = (
    happened("c1", facts.ConnectionOpened()),
    _TEXT,
    happened("c1", facts.ReplyCompleted(_TEXT.event_id, WORDS), 2_000),
    _VOICE,
    happened("c1", facts.VoiceTurnTranscribed(_VOICE.event_id, "user", WORDS), 4_000),
    happened("c1", facts.VoiceSessionEnded(_VOICE.event_id, 70, 7, "client"), 10_000),
    happened("c1", facts.ConnectionClosed(), 20_000),
    happened("c2", facts.ConnectionOpened()),
    happened("c2", facts.ConnectionLost("post"), 20_000),
)


def _project(*changes: dict[str, Any]) -> object:
    """Project a batch, some of whose items are changed by hand."""
    items: list[dict[str, Any]] = [encode(each) | stamp(each.event_id, ARRIVED) for each in A_LIFE]
    items[1:1] = [items[1] | change for change in changes]
    with moto() as make_client:
        stage = make_stage(make_client(), "t")
        batch = {"Records": list(records_of(items))}
        return projector.handler(batch, None, stage.log, stage.model, lambda: NOW, lambda _: None)


def _archive(milliseconds: int) -> object:
    objects = Objects(Bucket(), "archive")
    objects.set_watermark(Watermark(FIVE - HOUR, FIVE - HOUR))
    with moto() as make_client:
        client = make_client()
        tables = create_tables(client, "archive")
        for each in A_LIFE:
            EventLog(client, tables.events, now=lambda: FIVE).append(each)
        arrivals, closed = Arrivals(client, tables.events), FIVE + HOUR + 20 * 60_000
        return archiver.handler({}, Context(*[milliseconds] * 9), arrivals, objects, lambda: closed)


SCENES: Final[dict[tuple[str, str], Scene]] = {
    ("message", "a text"): lambda: _frame(_said("text_message", text=WORDS)),
    ("message", "speech"): lambda: _frame(voice_data(lowest(CONNECTED_AT), 7, audio=AUDIO)),
    ("message", "speech in a session of nobody's"): lambda: _frame(voice_data(lowest(0), 7, audio=AUDIO)),
    ("message", "a text that is too long"): lambda: _frame(_said("text_message", text=WORDS * 4_000)),
    ("message", "a text of another type"): lambda: _frame(_said("ponder", text=WORDS)),
    ("message", "a text in broken JSON"): lambda: _frame(frame(f'{{"type": "text_message", "{WORDS}')),
    ("message", "a text that is no text"): lambda: _frame(_said("text_message", text=[WORDS])),
    ("message", "a type that is a text"): lambda: _frame(frame({"type": WORDS, "data": {}})),
    ("message", "speech in a session that is a text"): lambda: _frame(voice_data(WORDS, 0)),
    ("message", "speech ahead of its time"): lambda: _too_fast(Posted.DELIVERED),
    ("message", "speech ahead of its time of who is gone"): lambda: _too_fast(Posted.GONE),
    ("message", "a body that is broken"): lambda: _frame({"body": json.dumps(WORDS)}),
    ("lifecycle", "an opening"): lambda: _lifecycle(connect()),
    ("lifecycle", "the session of another"): _of_another,
    ("lifecycle", "an end"): lambda: _lifecycle(disconnect()),
    ("lifecycle", "a frame that names its route"): lambda: _misrouted(Posted.DELIVERED),
    ("lifecycle", "a frame that names its route of who is gone"): lambda: _misrouted(Posted.GONE),
    ("authorizer", "nothing"): _authorize,
    ("authorizer", "a forged token"): lambda: _authorize(f"Bearer {TOKEN}"),
    ("authorizer", "a token in the URL"): lambda: _authorize(token=TOKEN, ticket=TOKEN),
    ("authorizer", "an unknown ticket"): lambda: _authorize(ticket=TICKET),
    ("authorizer", "a token and a ticket"): lambda: _authorize(f"Bearer {TOKEN}", ticket=TICKET),
    ("authorizer", "a name"): lambda: query_authorizer.handler(authorize(userId="ada"), None, crowd()),
    ("authorizer", "no name"): lambda: query_authorizer.handler(authorize(userId=WORDS), None, crowd()),
    ("ticket", "a token"): _ticket,
    ("ticket", "a token of the other kind"): lambda: _ticket(token_use="id"),
    ("feed", "a text"): _feed,
    ("feed", "a text to who is gone"): lambda: _feed(Posted.GONE),
    ("feed", "what was missed"): lambda: _feed().frame("resume", {"positions": {"session": _BEFORE_ALL}}),
    ("feed", "history"): lambda: _feed().frame("history"),
    ("feed", "a text that is cancelled"): _cancel,
    ("feed", "a frame that is refused"): lambda: _feed().frame("history", {"limit": 0, "feed": WORDS}),
    ("responder", "a text"): _answer,
    ("responder", "a text that is told once more"): lambda: _answer(asking="c-1"),
    ("responder", "a text to who is gone"): lambda: _answer(posted=Posted.GONE),
    ("responder", "a text that the engine fails"): lambda: _answer(f"[fail rejected] {WORDS}"),
    ("responder", "a text that it fails for a while"): lambda: _answer(f"[fail throttled] [times 2] {WORDS}"),
    ("responder", "a text with which the engine breaks"): _break,
    ("connection-manager", "a push"): _push,
    ("connection-manager", "a push to who is gone"): lambda: _push("c-1", "c-3"),
    ("connection-manager", "a push that is refused"): lambda: _manager(
        operation="send", all=True, message={"type": "notification", "data": WORDS, "more": WORDS}
    ),
    ("connection-manager", "a list"): lambda: _manager(operation="list_user", userId="alice"),
    ("sweeper", "all alive"): _sweep,
    ("sweeper", "one gone"): lambda: _sweep("c-2"),
    ("projector", "a batch"): _project,
    ("projector", "a batch with an item that is no event"): lambda: _project({"at": {"S": WORDS}}),
    ("projector", "a batch with data that cannot be read"): lambda: _project(
        {"event_id": {"S": lowest(CONNECTED_AT)}, "data": {"M": {"text": {"L": [{"S": WORDS}]}}}}
    ),
    ("archiver", "an hour"): lambda: _archive(900_000),
    ("archiver", "an hour without time"): lambda: _archive(archiver.ENOUGH_MILLISECONDS - 1),
}
"""By the function behind them, and what happens."""
