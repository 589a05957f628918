"""The ways into the backend, each with everything behind it failing in one way."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, Final

from functions.aws import environment
from functions.aws.archive.arrivals import Arrivals
from functions.aws.archive.objects import Objects
from functions.aws.feeds.stores import feed_stores
from functions.aws.feeds.subscribers import Subscribers
from functions.aws.gateway.callbacks import Callbacks
from functions.aws.identity.keys import Keys
from functions.aws.identity.tickets import Tickets
from functions.aws.identity.tokens import Tokens
from functions.aws.log import event_items
from functions.aws.log.counts import Counts
from functions.aws.log.event_log import EventLog
from functions.aws.read_models import connection_items
from functions.aws.read_models.connections import Connections
from functions.aws.read_models.read_model import ReadModel
from functions.aws.read_models.sessions import SessionLists
from functions.domain.archive.hours import DAY, Watermark
from functions.domain.log.facts import ConnectionOpened
from functions.domain.log.ids import lowest
from functions.domain.times import iso
from functions.handlers import (
    archiver,
    authorizer,
    connection_manager,
    feed,
    lifecycle,
    message,
    projector,
    responder,
    sweeper,
    ticket,
)
from functions.operations.feeds.announcing import announcing
from functions.operations.identity.room import Room
from tests import gateway_events
from tests.bucket import Bucket
from tests.fakes import MemoryLog, RecordingCallbacks
from tests.gateway_events import CONNECTED_AT, authorize, voice_data
from tests.issuer import CLIENT, ISSUER, issuing, token
from tests.routes import unheard
from tests.signals.faults import ISSUER_STATUS, Breakage, bucket, dynamodb, function, gateway
from tests.speaking import MemorySpeech
from tests.stage import happened
from tests.standin.records import records_of
from tests.unit.operations.connections.connection_rows import Context, row

TICKET: Final = "t" * 43
NOWHERE: Final = "http://127.0.0.1:9/jwks.json"
"""Where nobody answers."""


@dataclass(frozen=True)
class Way:
    """A way in: the function behind it, and what goes through it while a breakage lasts."""

    function: str
    go: Callable[[Breakage], object]


def _log(breakage: Breakage) -> EventLog:
    return EventLog(dynamodb(breakage), "events", "claims")


def _callbacks(breakage: Breakage) -> Callbacks:
    return Callbacks(lambda: gateway(breakage))


def _frame(event: dict[str, Any], log: EventLog, callbacks: Callbacks) -> object:
    return message.handler(event, None, log, callbacks, announce=unheard)


def _connect(breakage: Breakage) -> object:
    subscribers = Subscribers(dynamodb(breakage), "feeds")
    return lifecycle.handler(
        gateway_events.connect(), None, _log(breakage), RecordingCallbacks(), subscribers
    )


def _disconnect(breakage: Breakage) -> object:
    subscribers = Subscribers(dynamodb(breakage), "feeds")
    return lifecycle.handler(
        gateway_events.disconnect(), None, _log(breakage), RecordingCallbacks(), subscribers
    )


def _subscribing(breakage: Breakage) -> object:
    subscribers = Subscribers(dynamodb(breakage), "feeds")
    return lifecycle.handler(gateway_events.connect(), None, MemoryLog(), RecordingCallbacks(), subscribers)


def _default(breakage: Breakage) -> object:
    event = gateway_events.message({"type": "text_message", "data": {"text": "hello"}})
    return _frame(event, _log(breakage), RecordingCallbacks())


def _voice_data(breakage: Breakage) -> object:
    minute = voice_data(lowest(CONNECTED_AT), 600, requestTimeEpoch=CONNECTED_AT + 60_000)
    return _speech(minute, _log(breakage), RecordingCallbacks())


def _answer_by_callback(breakage: Breakage) -> object:
    too_fast = voice_data(lowest(CONNECTED_AT), 6_000, requestTimeEpoch=CONNECTED_AT + 1_000)
    return _speech(too_fast, MemoryLog(), _callbacks(breakage))


def _speech(event: dict[str, Any], log: EventLog, callbacks: Callbacks) -> object:
    """Take a frame of a voice session that is open."""
    claims = MemoryLog()
    claims.held["voice#s-1"] = (lowest(CONNECTED_AT), CONNECTED_AT // 1000 + 120)
    return message.handler(event, None, log, callbacks, announce=unheard, speech=MemorySpeech(claims))


def _announcing(breakage: Breakage) -> object:
    event = gateway_events.message({"type": "text_message", "data": {"text": "hello"}})
    invoker = function(breakage)
    return message.handler(event, None, MemoryLog(), RecordingCallbacks(), announce=announcing(invoker))


def _feed(event: dict[str, Any], breakage: Breakage) -> object:
    client = dynamodb(breakage)
    stores = feed_stores(client, feeds="feeds", events="events", now=lambda: CONNECTED_AT)
    counts, lists = Counts(client, "claims"), SessionLists(client, "sessions")
    log, callbacks = MemoryLog(), RecordingCallbacks()
    return feed.handler(event, Context(), stores, log, callbacks, counts, lists=lists)


def _resume(breakage: Breakage) -> object:
    return _feed(gateway_events.message({"type": "resume"}, route="resume"), breakage)


def _history(breakage: Breakage) -> object:
    return _feed(gateway_events.message({"type": "history"}, route="history"), breakage)


def _ack(breakage: Breakage) -> object:
    data = {"feed": "session", "seq": 1}
    return _feed(gateway_events.message({"type": "ack", "data": data}, route="ack"), breakage)


def _cancel(breakage: Breakage) -> object:
    data = {"messageId": lowest(CONNECTED_AT)}
    return _feed(gateway_events.message({"type": "text_cancel", "data": data}, route="text_cancel"), breakage)


def _responder(breakage: Breakage) -> object:
    client = dynamodb(breakage)
    stores = feed_stores(client, feeds="feeds", events="events", now=lambda: CONNECTED_AT)
    asked = {"connectionId": "c-1", "eventId": lowest(CONNECTED_AT)}
    callbacks = RecordingCallbacks()
    return responder.handler(asked, Context(), stores, MemoryLog(), callbacks, callbacks)


def _sessions(breakage: Breakage) -> object:
    return _feed(gateway_events.message({"type": "sessions"}, route="sessions"), breakage)


def _delivery(breakage: Breakage) -> object:
    return _feed({"connectionId": "c-1", "eventId": lowest(CONNECTED_AT)}, breakage)


def _token(breakage: Breakage) -> object:
    bearer = {"Authorization": f"Bearer {token()}"}
    if breakage is Breakage.AWAY:
        return _authorize(Keys(NOWHERE), authorize(), bearer, dynamodb(breakage))
    with issuing() as issuer:
        issuer.status = ISSUER_STATUS[breakage]
        return _authorize(Keys(issuer.url), authorize(), bearer, dynamodb(breakage))


def _ticket(breakage: Breakage) -> object:
    return _authorize(Keys(NOWHERE), authorize(ticket=TICKET), {}, dynamodb(breakage))


def _count(breakage: Breakage) -> object:
    bearer = {"Authorization": f"Bearer {token()}"}
    with issuing() as issuer:
        return _authorize(Keys(issuer.url), authorize(), bearer, dynamodb(breakage))


def _authorize(keys: Keys, event: dict[str, Any], headers: dict[str, str], client: Any) -> object:
    tokens = Tokens(keys, issuer=ISSUER, clients=frozenset({CLIENT}), use="access")
    event["headers"].update(headers)
    room = Room(Subscribers(client, "feeds"), RecordingCallbacks(), 10)
    return authorizer.handler(event, None, tokens, Tickets(client, "claims"), room)


def _tickets(breakage: Breakage) -> object:
    event = gateway_events.fixture("ticket")
    event["requestContext"]["authorizer"]["jwt"]["claims"]["exp"] = str(2**33)
    return ticket.handler(event, None, Tickets(dynamodb(breakage), "claims"))


def _connection_manager(breakage: Breakage) -> object:
    asked = {"operation": "list_user", "userId": "ada"}
    return connection_manager.handler(
        asked, Context(), Connections(dynamodb(breakage), "connections"), _log(breakage), _callbacks(breakage)
    )


def _sweep(client: Any, log: EventLog, callbacks: Callbacks) -> object:
    run, connections = {"time": iso(environment.now())}, Connections(client, "connections")
    stores = feed_stores(client, feeds="feeds", events="events", now=environment.now)
    return sweeper.handler(run, Context(), connections, log, callbacks, stores=stores)


def _sweeper(breakage: Breakage) -> object:
    return _sweep(dynamodb(breakage), _log(breakage), _callbacks(breakage))


class _OneRow:
    """A client of DynamoDB that finds one connection, idle for an hour, whatever it is asked."""

    def query(self, **_: Any) -> dict[str, Any]:
        now = environment.now()
        idle = row(created_at=now - 3_700_000, last_activity=now - 3_650_000)
        return {"Items": [connection_items.encode(connection_items.Stored(idle, 1, 1))]}


def _sweeper_at_the_gateway(breakage: Breakage) -> object:
    return _sweep(_OneRow(), MemoryLog(), _callbacks(breakage))


def _projector(breakage: Breakage) -> object:
    model = ReadModel(
        dynamodb(breakage),
        connections="connections",
        messages="messages",
        sessions="sessions",
        metrics="metrics",
    )
    opened = event_items.encode(happened("c-1", ConnectionOpened("203.0.113.17", "browser")))
    batch = {"Records": list(records_of([opened]))}
    return projector.handler(batch, None, _log(breakage), model, lambda: CONNECTED_AT, lambda _: None)


class _Nothing:
    """A client of DynamoDB that finds nothing, whatever it is asked."""

    def query(self, **_: Any) -> dict[str, Any]:
        return {"Items": [], "Count": 0}


def _archive(client: Any, objects: Any) -> object:
    archived, in_time = Objects(objects, "archive"), Context(*[900_000] * 9)
    return archiver.handler({}, in_time, Arrivals(client, "events"), archived, lambda: CONNECTED_AT)


def _archiver(breakage: Breakage) -> object:
    begun = Bucket()
    Objects(begun, "archive").set_watermark(Watermark(CONNECTED_AT - DAY, CONNECTED_AT - DAY))
    return _archive(dynamodb(breakage), begun)


def _archiver_at_its_bucket(breakage: Breakage) -> object:
    return _archive(_Nothing(), bucket(breakage))


WAYS: Final = {
    "`$connect`": Way("lifecycle", _connect),
    "`$disconnect`": Way("lifecycle", _disconnect),
    "`$default`": Way("message", _default),
    "`voice_data`": Way("message", _voice_data),
    "an answer by callback": Way("message", _answer_by_callback),
    "`$connect`, the feeds": Way("lifecycle", _subscribing),
    "`$default`, the delivery": Way("message", _announcing),
    "`resume`": Way("feed", _resume),
    "`history`": Way("feed", _history),
    "`ack`": Way("feed", _ack),
    "`text_cancel`": Way("feed", _cancel),
    "`sessions`": Way("feed", _sessions),
    "a delivery": Way("feed", _delivery),
    "the responder, its tables": Way("responder", _responder),
    "the authorizer, a token": Way("authorizer", _token),
    "the authorizer, a ticket": Way("authorizer", _ticket),
    "the authorizer, the count": Way("authorizer", _count),
    "`POST /tickets`": Way("ticket", _tickets),
    "the connection manager": Way("connection-manager", _connection_manager),
    "the sweeper, its tables": Way("sweeper", _sweeper),
    "the sweeper, the gateway": Way("sweeper", _sweeper_at_the_gateway),
    "the projector": Way("projector", _projector),
    "the archiver, the log": Way("archiver", _archiver),
    "the archiver, its bucket": Way("archiver", _archiver_at_its_bucket),
}
"""Every way in, by its name in the runbook."""
