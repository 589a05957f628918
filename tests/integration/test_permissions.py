"""Each permission of each role is necessary: without it, something that the function does fails."""

import json
import time
import uuid
from collections.abc import Callable, Iterator
from typing import Any

import msgspec
import pytest
from websockets.exceptions import InvalidStatus

from functions.aws.archive.objects import Objects
from functions.aws.feeds.subscribers import Subscribers
from functions.aws.log.event_items import decode as decode_event
from functions.aws.log.event_items import encode as encode_event
from functions.aws.log.event_log import EventLog
from functions.aws.log.lone_claims import LoneClaims
from functions.aws.read_models import session_items
from functions.aws.read_models.connection_items import Stored, encode
from functions.domain.archive.hours import HOUR, Watermark, hour_of
from functions.domain.connections.connection import Connection, Opened
from functions.domain.feeds.feeds import Pointer, Subscriber, conversation_feed
from functions.domain.feeds.jobs import Tell
from functions.domain.feeds.jobs import encode as encode_job
from functions.domain.log.claims import Take, session_key, voice_key
from functions.domain.log.events import Cause, Event, event
from functions.domain.log.facts import (
    ActivityRecorded,
    ConnectionLost,
    ConnectionOpened,
    Fact,
    TextMessageReceived,
    VoiceSessionEnded,
    VoiceSessionStarted,
)
from functions.domain.texts.sessions import Session
from functions.domain.times import iso
from functions.domain.voice.starts import Start, payload_of
from local.stackfile import PROJECT
from tests import gateway_events
from tests.contract.speaking import silence, sound
from tests.integration.backend import Backend
from tests.integration.conftest import VERIFIED, deployed
from tests.integration.gateway import Gateway, now
from tests.integration.members import Member
from tests.integration.roles import Permission, Roles
from tests.integration.speaker import Speaker
from tests.integration.waiting import eventually
from tests.standin.records import records_of

Kind = tuple[str, str, str]
"""Function, action, and the last part of the resource; of claims, with the kind."""

NOT_ENFORCED = {
    "logs:CreateLogStream",
    "logs:PutLogEvents",
    "dynamodb:DescribeStream",
    "dynamodb:GetRecords",
    "dynamodb:GetShardIterator",
    "dynamodb:ListStreams",
    "sqs:SendMessage",
    "sqs:ReceiveMessage",
    "sqs:DeleteMessage",
    "sqs:GetQueueAttributes",
    "lambda:InvokeFunction",
    "appsync:EventConnect",
    "appsync:EventPublish",
    "appsync:EventSubscribe",
}
"""What the embedded AWS lets pass for streams, queues, logs, asynchronous destinations and schedules:
`tests/infra` holds those to a list."""


class Work:
    """What the functions do, one thing at a time; each tells whether it was done.

    Attributes
    ----------
    patience
        For how many seconds it is waited for.
    """

    def __init__(self, backend: Backend, member: Member) -> None:
        self.backend = backend
        self.member = member
        self.patience = PATIENT_SECONDS

    # --- Routes --------------------------------------------------------------------------------
    def connects(self, **query: str) -> bool:
        """A client comes with a token."""
        return self._accepted(headers=self.member.headers, **query)

    def connects_with_a_ticket(self) -> bool:
        """A client comes with a ticket, which is made by the root: it is the authorizer that is tried."""
        return self._accepted(ticket=self.member.forged_ticket())

    def connects_with_a_session(self) -> bool:
        return self.connects(sessionId=f"s-{uuid.uuid4().hex}")

    def counts_connections(self) -> bool:
        """A user comes who has as many connections as may be: all of them are being opened at this moment."""
        user_id = self._crowded(now())
        return not self._accepted(ticket=self.member.forged_ticket(user_id))

    def lets_one_give_way(self) -> bool:
        """A user comes who has as many connections as may be, none of which the gateway knows."""
        user_id = self._crowded(now() - 3_600_000)
        return self._accepted(ticket=self.member.forged_ticket(user_id))

    def lets_the_silent_give_way(self) -> bool:
        """A user comes ten minutes from now, one of whose connections is there, and silent until then."""
        with self.member.connected() as client:
            later = now() + 600_000
            user_id = self._crowded(later, client.connection_id)
            for _ in range(40):  # three of ten are drawn each time
                event = gateway_events.authorize(ticket=self.member.forged_ticket(user_id))
                event["requestContext"]["connectedAt"] = later
                self._works(self.backend.named("authorizer"), event)
                if not self._is_subscribed(user_id, client.connection_id):
                    break
            return client.is_closed()

    def _crowded(self, connected_at: int, *known: str) -> str:
        """Return a user who has as many connections as may be, as the root wrote it down."""
        user_id = f"user-{uuid.uuid4().hex[:12]}"
        made = (f"{uuid.uuid4().hex[:14]}=" for _ in range(10 - len(known)))
        for connection_id in (*known, *made):
            self._subscribers.subscribe(
                Subscriber(connection_id, user_id, None, connected_at, now() // 1000 + 86_400)
            )
        return user_id

    def _is_subscribed(self, user_id: str, connection_id: str) -> bool:
        return connection_id in {each.connection_id for each in self._subscribers.of_user(user_id, now())}

    @property
    def _subscribers(self) -> Subscribers:
        return Subscribers(self.backend.cloud.client("dynamodb"), self.backend.outputs.feeds_table)

    def _accepted(self, headers: dict[str, str] | None = None, **query: str) -> bool:
        try:
            with self.member.socket(headers, **query):
                return True
        except InvalidStatus:
            return False

    def gets_a_ticket(self) -> bool:
        return self.member.ask_for_a_ticket()[0] == 200

    def answers_a_frame_that_names_a_lifecycle_route(self) -> bool:
        with self.member.connected() as client:
            client.send({"type": "$connect"})
            return client.hears("invalid_message")

    def takes_a_text(self) -> bool:
        return self._frame({"type": "text_message", "data": {"text": "hello"}}) == "text_ack"

    def takes_a_text_under_an_id(self) -> bool:
        frame = {"type": "text_message", "id": uuid.uuid4().hex, "data": {"text": "hello"}}
        return self._frame(frame) == "text_ack"

    def opens_a_voice_session(self) -> bool:
        return self._frame({"type": "voice_start"}) == "voice_starting"

    def asks_how_speech_ended(self) -> bool:
        """A client ends a voice session that nobody knows: neither is it open, nor has it ended."""
        with self.member.connected() as client:
            client.send(
                {"type": "voice_end", "data": {"voiceSessionId": happened(NOTHING).event_id, "lastSeq": 0}}
            )
            return client.hears("not_found")

    def refuses_speech_by_callback(self) -> bool:
        with self.member.connected() as client:
            client.send({"type": "voice_data", "data": {}})
            return client.hears("invalid_message")

    def closes_what_has_expired(self) -> bool:
        with self.member.connected() as client:
            gateway = Gateway(self.backend, client.user_id, now(), None, client.connection_id)
            late = now() + 3 * 3_600_000
            gateway.frame({"type": "ping"}, requestTimeEpoch=late)
            return client.is_closed()

    def _frame(self, body: dict[str, Any]) -> str:
        return str(self._answer(self._absent(), body)["type"])

    def _answer(self, gateway: Gateway, body: dict[str, Any]) -> dict[str, Any]:
        answer: dict[str, Any] = json.loads(gateway.frame(body)["body"])
        return answer

    def _absent(self) -> Gateway:
        return Gateway(self.backend, f"user-{uuid.uuid4().hex[:12]}", now())

    # --- The feeds -----------------------------------------------------------------------------
    def resumes(self) -> bool:
        """A client asks for what it missed."""
        return self._resumes(now())

    def resumes_late(self) -> bool:
        """A client asks that has been connected for so long that its feeds may have forgotten it."""
        return self._resumes(now() - 60_000)

    def _resumes(self, connected_at: int) -> bool:
        with self.member.connected() as client:
            gateway = Gateway(self.backend, client.user_id, connected_at, None, client.connection_id)
            told = self._fed(gateway, {"type": "resume"})
            return bool(told["type"] == "reset" and client.receive()["type"] == "reset")

    def reads_history(self) -> bool:
        return str(self._fed(self._absent(), {"type": "history"})["type"]) == "history_page"

    def refuses_a_history(self) -> bool:
        refused = self._fed(self._absent(), {"type": "history", "data": {"limit": 0}})
        return str(refused["data"]["code"]) == "invalid_message"

    def closes_what_asks_for_history_too_late(self) -> bool:
        with self.member.connected() as client:
            gateway = Gateway(self.backend, client.user_id, now(), None, client.connection_id)
            self._feed(gateway, {"type": "history"}, requestTimeEpoch=now() + 3 * 3_600_000)
            return client.is_closed()

    def cancels_a_text(self) -> bool:
        """A client cancels what was said before on another connection of its conversation."""
        session, at = uuid.uuid4().hex, now()
        said = msgspec.structs.replace(happened(TextMessageReceived("hello")), session_id=session)
        EventLog(self.backend.cloud.client("dynamodb"), self.backend.outputs.events_table).append(said)
        gateway = Gateway(self.backend, said.user_id, at, session)
        told = self._fed(gateway, {"type": "text_cancel", "data": {"messageId": said.event_id}})
        return str(told["type"]) == "text_cancelled"

    def delivers(self) -> bool:
        return self._delivers(happened(TextMessageReceived("hello")))

    def delivers_to_who_is_gone(self) -> bool:
        """A text is delivered, and the gateway does not know its one subscriber."""
        return self._delivers(self._undelivered())

    def _delivers(self, said: Event) -> bool:
        EventLog(self.backend.cloud.client("dynamodb"), self.backend.outputs.events_table).append(said)
        asked = {"connectionId": said.connection_id, "eventId": said.event_id}
        return self._works(self.backend.named("feed"), asked) == {"seq": 1}

    def heals(self) -> bool:
        """A text that arrived two minutes ago was not delivered, and its one subscriber is gone."""
        outputs = self.backend.outputs
        log = EventLog(
            self.backend.cloud.client("dynamodb"), outputs.events_table, now=lambda: now() - 120_000
        )
        log.append(self._undelivered())
        swept = self._works(outputs.everything["sweeper_function"], {"time": iso(now()), "idleSeconds": 60})
        return bool(swept.get("healed"))

    def works_off(self) -> bool:
        """A text waits in the delivery queue for its one subscriber, who is gone."""
        said = self._undelivered()
        log = EventLog(self.backend.cloud.client("dynamodb"), self.backend.outputs.events_table)
        log.append(said)
        [to] = [
            each
            for each in self._subscribers.of_user(said.user_id, now())
            if each.connection_id == said.connection_id
        ]
        pointer = Pointer(1, said.connection_id, said.event_id, said.at, said.expires_at)
        job = Tell(conversation_feed(said.session_id, said.connection_id), pointer, (to,))
        record = {"messageId": uuid.uuid4().hex, "body": encode_job(job)}
        done = self._works(self.backend.named("deliverer"), {"Records": [record]})
        appended = map(decode_event, log.items(said.connection_id))
        lost = [each for each in appended if isinstance(each.fact, ConnectionLost)]
        is_left = self._is_subscribed(said.user_id, said.connection_id)
        return done == {"batchItemFailures": []} and len(lost) == 1 and not is_left

    # --- Replies -------------------------------------------------------------------------------
    def answers(self) -> bool:
        return self._answered(happened(TextMessageReceived("[say 1]"))) == "completed"

    def answers_who_is_gone(self) -> bool:
        return self._answered(self._undelivered("[say 1]")) == "completed"

    def tells_a_reply_again(self) -> bool:
        said = happened(TextMessageReceived("[say 1]"))
        self._answered(said)
        return self._answer_again(said) == "repeated"

    def _answered(self, said: Event) -> str | None:
        EventLog(self.backend.cloud.client("dynamodb"), self.backend.outputs.events_table).append(said)
        return self._answer_again(said, asking=None)

    def _answer_again(self, said: Event, asking: str | None = "nobody") -> str | None:
        asked = {"connectionId": said.connection_id, "eventId": said.event_id, "asking": asking}
        done = self._works(self.backend.named("responder"), {**asked, "invocation": uuid.uuid4().hex})
        return done.get("became")

    def sends_a_text_again(self) -> bool:
        """A client sends a text twice, under one id, the second time on another connection."""
        frame = {"type": "text_message", "id": uuid.uuid4().hex, "data": {"text": "[say 1]"}}
        user, session = f"user-{uuid.uuid4().hex[:12]}", f"s-{uuid.uuid4().hex}"
        one, two = (Gateway(self.backend, user, now(), session) for _ in range(2))
        told = [self._answer(gateway, frame) for gateway in (one, two)]
        return [each["type"] for each in told] == ["text_ack", "text_ack"]

    def reminds(self) -> bool:
        """A text arrived two minutes ago, and nobody has answered it."""
        return bool(self._reminded(120_000).get("reminded"))

    def gives_up(self) -> bool:
        """A text arrived a quarter of an hour ago, and nobody has answered it."""
        return bool(self._reminded(900_000).get("abandoned"))

    def _reminded(self, age: int) -> dict[str, Any]:
        outputs = self.backend.outputs
        log = EventLog(self.backend.cloud.client("dynamodb"), outputs.events_table, now=lambda: now() - age)
        log.append(happened(TextMessageReceived("[say 1]")))
        return self._works(outputs.everything["sweeper_function"], {"time": iso(now()), "idleSeconds": 60})

    # --- Speech --------------------------------------------------------------------------------
    def ends_a_voice_session_that_is_late(self) -> bool:
        """A session was asked for so long ago that nobody waits for it any more."""
        start = self._spoken(asked_ago=60_000)
        self._begin(start)
        return self._end_of(start) == "unavailable"

    def tells_who_is_gone_that_a_session_ended(self) -> bool:
        """Such a session ends, and the gateway does not know its one screen."""
        start = self._spoken(asked_ago=60_000)
        self._subscribe(start)
        self._begin(start)
        assert self._end_of(start) == "unavailable"
        return self._within(lambda: not self._is_subscribed(start.cause.user_id, start.cause.connection_id))

    def ends_a_voice_session_that_failed(self) -> bool:
        start = self._spoken()
        self._failed(start)
        return self._ended(start) == "failed"

    def tells_who_is_gone_that_a_session_failed(self) -> bool:
        start = self._spoken()
        self._subscribe(start)
        self._failed(start)
        return not self._is_subscribed(start.cause.user_id, start.cause.connection_id)

    def holds_a_conversation_for_longer(self) -> bool:
        """A session is begun that holds its conversation for seconds only."""
        start = self._spoken(held_for=50)
        self._begin(start)
        return self._within(lambda: self._held_until(start) > start.held_until)

    def tells_what_was_said(self) -> bool:
        with self.member.connected() as client:
            speaker = Speaker(client)
            speaker.start()
            speaker.say(sound(0.5) + silence(1.0))
            return self._within(lambda: self._hears(speaker, "message"))

    def reads_what_was_said_before(self) -> bool:
        """A session is opened by an engine that is told of the conversation."""
        with self.member.connected() as client:
            speaker = Speaker(client)
            speaker.ask_to_start()
            return (
                eventually(lambda: self._hears(speaker, "voice_ready") or speaker.of("voice_ended")) is True
            )

    def looks_for_a_silent_speaker(self) -> bool:
        """Nobody says a word until the session ends by itself."""
        with self.member.connected() as client:
            speaker = Speaker(client)
            speaker.start()
            return bool(speaker.until("voice_ended")["reason"] == "closed")

    def _spoken(self, asked_ago: int = 0, held_for: int = 120) -> Start:
        """Return a session that is in the log, of a connection that nobody knows; it holds a conversation."""
        opened = happened(VoiceSessionStarted(16_000, "lpcm"), now() - 3_600_000)
        cause = Cause(
            opened.connection_id, opened.user_id, None, opened.connected_at, opened.expires_at, opened.at, "r"
        )
        held_until = now() // 1000 + held_for
        start = Start(opened.event_id, cause, 16_000, held_until, now() - asked_ago)
        outputs = self.backend.outputs
        log = EventLog(self.backend.cloud.client("dynamodb"), outputs.events_table, outputs.claims_table)
        log.append(opened, (Take(voice_key(start.conversation), opened.event_id, now() // 1000, held_until),))
        return start

    def _subscribe(self, start: Start) -> None:
        cause = start.cause
        self._subscribers.subscribe(
            Subscriber(cause.connection_id, cause.user_id, None, cause.connected_at, cause.expires_at)
        )

    def _begin(self, start: Start) -> None:
        self.backend.cloud.client("lambda").invoke(
            FunctionName=self.backend.outputs.everything["voice_session_function"],
            InvocationType="Event",
            Payload=payload_of(start),
        )

    def _failed(self, start: Start) -> None:
        record = {"requestPayload": json.loads(payload_of(start))}
        self._works(self.backend.named("voice-failure"), record)

    def _end_of(self, start: Start) -> str:
        """Wait until a session has ended, by its function or, if that fails, by the one for failures."""
        return eventually(lambda: self._ended(start))

    def _ended(self, start: Start) -> str | None:
        outputs = self.backend.outputs
        log = EventLog(self.backend.cloud.client("dynamodb"), outputs.events_table)
        appended = map(decode_event, log.items(start.cause.connection_id))
        facts = (each.fact for each in appended)
        return next((fact.reason for fact in facts if isinstance(fact, VoiceSessionEnded)), None)

    def _held_until(self, start: Start) -> int:
        claims = LoneClaims(self.backend.cloud.client("dynamodb"), self.backend.outputs.claims_table)
        held = claims.held(voice_key(start.conversation))
        return 0 if held is None else held.expires_at

    def _hears(self, speaker: Speaker, type_: str) -> bool:
        speaker.take(until=time.monotonic() + 0.1)
        return bool(speaker.of(type_))

    def _within(self, holds: Callable[[], bool]) -> bool:
        """Tell whether something becomes so in time; where it must not, somebody tries again meanwhile."""
        deadline = time.monotonic() + self.patience
        while not (found := holds()) and time.monotonic() < deadline:
            time.sleep(0.02)
        return found

    def _undelivered(self, text: str = "hello") -> Event:
        """Return a text of a connection that is subscribed, and was opened an hour ago."""
        said = happened(TextMessageReceived(text), an_hour_ago := now() - 3_600_000)
        subscriber = Subscriber(
            said.connection_id, said.user_id, said.session_id, an_hour_ago, said.expires_at
        )
        self._subscribers.subscribe(subscriber)
        return said

    def _fed(self, gateway: Gateway, body: dict[str, Any]) -> dict[str, Any]:
        answer: dict[str, Any] = json.loads(self._feed(gateway, body)["body"])
        return answer

    def _feed(self, gateway: Gateway, body: dict[str, Any], **context: Any) -> Any:
        return self.backend.invoke(self.backend.named("feed"), gateway.message(body, body["type"], **context))

    def lists_sessions(self) -> bool:
        """A client asks for the sessions of a user who has one."""
        gateway = Gateway(self.backend, self._session(), now())
        return bool(self._fed(gateway, {"type": "sessions"})["data"].get("sessions"))

    def lists_the_sessions_of_a_user(self) -> bool:
        return bool(self._managed("list_sessions", userId=self._session()).get("sessions"))

    def _session(self) -> str:
        """Put a session of a user, and return the user."""
        user_id, at = f"user-{uuid.uuid4().hex[:12]}", now()
        session = Session(user_id, "talk", at, at, texts=1, expires_at=at // 1000 + 86_400)
        self.backend.cloud.client("dynamodb").put_item(
            TableName=self.backend.outputs.sessions_table, Item=session_items.encode(session, 1, 1)
        )
        return user_id

    # --- The projector -------------------------------------------------------------------------
    def projects(self) -> bool:
        return self._project(ConnectionOpened())

    def projects_a_text(self) -> bool:
        return self._project(TextMessageReceived("hello"))

    def projects_a_text_of_a_session(self) -> bool:
        said = happened(TextMessageReceived("hello"))
        return self._deliver(msgspec.structs.replace(said, session_id=uuid.uuid4().hex))

    def refolds(self) -> bool:
        """A row of an older generation is there."""
        opened = happened(ConnectionOpened())
        row = Connection(
            opened.connection_id, opened.user_id, created_at=opened.at, expires_at=opened.expires_at
        )
        self._put(Stored(row, 1, 0))
        return self._deliver(opened)

    def _project(self, fact: Fact) -> bool:
        return self._deliver(happened(fact))

    def _deliver(self, happened: Event) -> bool:
        function = self.backend.outputs.everything["projector_function"]
        return self._works(function, {"Records": list(records_of([encode_event(happened)]))}) == {
            "batchItemFailures": []
        }

    # --- The connection manager and the sweeper ------------------------------------------------
    def gets(self) -> bool:
        return "connection" in self._managed("get", connectionId=self._row())

    def lists_a_user(self) -> bool:
        return "connections" in self._managed("list_user", userId="anybody")

    def lists_all(self) -> bool:
        return "connections" in self._managed("list_all")

    def sets_a_status(self) -> bool:
        return "eventId" in self._managed(
            "update_status", connectionId=self._row(), status="CONNECTED", by="me"
        )

    def asks_the_gateway(self) -> bool:
        self._row(idle_seconds=4_000)
        return "checked" in self._managed("cleanup", dryRun=True)

    def sends(self) -> bool:
        return self._managed("send", connectionId=self._row(), message={"type": "notification"}) == {
            "delivered": 0,
            "gone": 1,
            "failed": 0,
        }

    def notifies(self) -> bool:
        """A service sends to a session under an id, twice, and a screen of it is gone."""
        session_id, user_id, connected_at = f"s-{uuid.uuid4().hex}", "anybody", now() - 3_600_000
        claim = Take(session_key(session_id), user_id, now() // 1000, now() // 1000 + 3_600)
        outputs = self.backend.outputs
        log = EventLog(self.backend.cloud.client("dynamodb"), outputs.events_table, outputs.claims_table)
        log.append(happened(ActivityRecorded()), (claim,))
        gone = f"{uuid.uuid4().hex[:14]}="
        subscriber = Subscriber(gone, user_id, session_id, connected_at, now() // 1000 + 86_400)
        self._subscribers.subscribe(subscriber)
        to = {"feed": "session", "sessionId": session_id, "id": "n-1", "message": {"type": "note"}}
        answers = [self._managed("send", **to) for _ in range(2)]
        shown = self._managed("receipts", feed="session", sessionId=session_id)
        return (
            [answer.get("seq") for answer in answers] == [1, 1]
            and "receipts" in shown
            and not self._is_subscribed(user_id, gone)
        )

    def disconnects(self) -> bool:
        return "eventId" in self._managed("disconnect", connectionId=self._row(), by="me")

    def sweeps(self) -> bool:
        return self._swept(0)

    def loses(self) -> bool:
        self._row(idle_seconds=4_000)
        return self._swept(3_600)

    def closes(self) -> bool:
        self._row(idle_seconds=60, expired=True)
        return self._swept(3_600)

    # --- The archiver --------------------------------------------------------------------------
    def archives(self) -> bool:
        """The archive has come as far as an hour in which something arrived."""
        outputs, hour = self.backend.outputs, hour_of(now()) - 3 * HOUR
        Objects(self.backend.cloud.client("s3"), outputs.everything["archive_bucket"]).set_watermark(
            Watermark(hour, hour)
        )
        log = EventLog(self.backend.cloud.client("dynamodb"), outputs.events_table, now=lambda: hour)
        log.append(happened(TextMessageReceived("archived")))
        return "hours" in self._works(outputs.everything["archiver_function"], {})

    def _swept(self, idle_seconds: int) -> bool:
        function = self.backend.outputs.everything["sweeper_function"]
        payload = {"time": iso(now()), "idleSeconds": idle_seconds}
        return "checked" in self._works(function, payload)

    def _managed(self, operation: str, **arguments: Any) -> dict[str, Any]:
        function = self.backend.outputs.connection_manager_function
        return self._works(function, {"operation": operation, **arguments})

    def _row(self, idle_seconds: int = 60, *, expired: bool = False, user_id: str = "anybody") -> str:
        """Put the row of a connection that the gateway does not know."""
        connection_id = f"{uuid.uuid4().hex[:14]}="
        at = now() - idle_seconds * 1000
        opened = Opened("01OPENED", token_expires_at=now() // 1000 + (-1 if expired else 3_600))
        row = Connection(connection_id, user_id, None, at, at, opened, expires_at=now() // 1000 + 86_400)
        self._put(Stored(row, 1, 1))
        return connection_id

    def _put(self, stored: Stored) -> None:
        self.backend.cloud.client("dynamodb").put_item(
            TableName=self.backend.outputs.connections_table, Item=encode(stored)
        )

    def _works(self, function: str, payload: object) -> dict[str, Any]:
        """Invoke a function and return its answer, or nothing if it fails."""
        answer = self.backend.cloud.client("lambda").invoke(
            FunctionName=function, Payload=json.dumps(payload)
        )
        answered: dict[str, Any] = json.loads(answer["Payload"].read())
        return {} if "FunctionError" in answer else answered


def happened(fact: Fact, connected_at: int | None = None) -> Event:
    """Return an event of a connection that nobody else knows, opened just now if nothing else is said."""
    at = now()
    since = at if connected_at is None else connected_at
    connection = f"{uuid.uuid4().hex[:14]}="
    return event(Cause(connection, "anybody", None, since, at // 1000 + 86_400, at, uuid.uuid4().hex), fact)


NOTHING = VoiceSessionStarted(16_000, "lpcm")
PATIENT_SECONDS = 30.0
SOON_SECONDS = 3.0
"""A function that may not goes on trying for longer."""
ARCHIVED = {f"{PROJECT}:archive": json.dumps({"enabled": "true"})}
SPOKEN = {f"{PROJECT}:voice": json.dumps({"enabled": "true", "engine": "echo", "graceSeconds": 7})}
UNBOUNDED = {
    f"{PROJECT}:limits": json.dumps(
        {"voiceSessionsPerMinute": 30, "voiceSessionsAtATime": 100, "voiceSecondsPerDay": 86_400}
    )
}
"""One user begins to speak in every other test."""
QUEUED = {f"{PROJECT}:delivery": json.dumps({"queue": "true"})}

_ENDING = (
    ("dynamodb:PutItem", "events"),
    ("dynamodb:BatchGetItem", "events"),
    ("dynamodb:PutItem", "claims/ended#*"),
    ("dynamodb:DeleteItem", "claims/voice#*"),
    ("dynamodb:UpdateItem", "claims/speaking#*"),
    ("dynamodb:UpdateItem", "claims/seats#*"),
    ("dynamodb:UpdateItem", "claims/spoken#*"),
)
_TELLING = (
    ("dynamodb:Query", "feeds"),
    ("dynamodb:BatchWriteItem", "feeds"),
    ("execute-api:ManageConnections", "POST"),
)
OF_SESSIONS: dict[tuple[str, str], Callable[[Work], bool]] = {
    **dict.fromkeys(_ENDING, Work.ends_a_voice_session_that_is_late),
    **dict.fromkeys(_TELLING, Work.tells_who_is_gone_that_a_session_ended),
    ("dynamodb:PutItem", "claims/run#*"): Work.ends_a_voice_session_that_is_late,
    ("dynamodb:PutItem", "claims/voice#*"): Work.holds_a_conversation_for_longer,
    ("dynamodb:PutItem", "feeds"): Work.tells_what_was_said,
    ("dynamodb:Query", "messages"): Work.reads_what_was_said_before,
    ("execute-api:ManageConnections", "GET"): Work.looks_for_a_silent_speaker,
}
OF_FAILURES: dict[tuple[str, str], Callable[[Work], bool]] = {
    **dict.fromkeys(_ENDING, Work.ends_a_voice_session_that_failed),
    **dict.fromkeys(_TELLING, Work.tells_who_is_gone_that_a_session_failed),
    ("dynamodb:GetItem", "claims/voice#*"): Work.ends_a_voice_session_that_failed,
    ("dynamodb:GetItem", "claims/run#*"): Work.ends_a_voice_session_that_failed,
}

NEEDED: dict[Kind, Callable[[Work], bool]] = {
    ("authorizer", "dynamodb:Query", "feeds"): Work.counts_connections,
    ("authorizer", "dynamodb:BatchWriteItem", "feeds"): Work.lets_one_give_way,
    ("authorizer", "execute-api:ManageConnections", "GET"): Work.lets_one_give_way,
    ("authorizer", "execute-api:ManageConnections", "DELETE"): Work.lets_the_silent_give_way,
    ("authorizer", "dynamodb:DeleteItem", "claims/ticket#*"): Work.connects_with_a_ticket,
    ("ticket", "dynamodb:PutItem", "claims/ticket#*"): Work.gets_a_ticket,
    ("lifecycle", "dynamodb:PutItem", "events"): Work.connects,
    ("lifecycle", "dynamodb:PutItem", "claims/session#*"): Work.connects_with_a_session,
    ("lifecycle", "execute-api:ManageConnections", "POST"): Work.answers_a_frame_that_names_a_lifecycle_route,
    ("lifecycle", "dynamodb:BatchWriteItem", "feeds"): Work.connects,
    ("message", "dynamodb:PutItem", "events"): Work.takes_a_text,
    ("message", "dynamodb:UpdateItem", "claims/texts#*"): Work.takes_a_text,
    ("message", "dynamodb:UpdateItem", "claims/inflight#*"): Work.takes_a_text,
    ("message", "dynamodb:UpdateItem", "claims/tokens#*"): Work.takes_a_text,
    ("message", "dynamodb:UpdateItem", "claims/voices#*"): Work.opens_a_voice_session,
    ("message", "dynamodb:PutItem", "claims/reply#*"): Work.takes_a_text_under_an_id,
    ("message", "dynamodb:UpdateItem", "claims/speaking#*"): Work.opens_a_voice_session,
    ("message", "dynamodb:UpdateItem", "claims/seats#*"): Work.opens_a_voice_session,
    ("message", "dynamodb:UpdateItem", "claims/spoken#*"): Work.opens_a_voice_session,
    ("message", "dynamodb:PutItem", "claims/voice#*"): Work.opens_a_voice_session,
    ("message", "dynamodb:GetItem", "claims/voice#*"): Work.asks_how_speech_ended,
    ("message", "dynamodb:GetItem", "claims/ended#*"): Work.asks_how_speech_ended,
    ("message", "dynamodb:UpdateItem", "claims/reply#*"): Work.sends_a_text_again,
    ("message", "dynamodb:UpdateItem", "claims/resumes#*"): Work.sends_a_text_again,
    ("message", "execute-api:ManageConnections", "POST"): Work.refuses_speech_by_callback,
    ("message", "execute-api:ManageConnections", "DELETE"): Work.closes_what_has_expired,
    ("feed", "dynamodb:PutItem", "events"): Work.refuses_a_history,
    ("feed", "dynamodb:BatchGetItem", "events"): Work.delivers,
    ("feed", "dynamodb:UpdateItem", "claims/resumes#*"): Work.resumes,
    ("feed", "dynamodb:UpdateItem", "claims/histories#*"): Work.reads_history,
    ("feed", "dynamodb:UpdateItem", "claims/cancels#*"): Work.cancels_a_text,
    ("feed", "dynamodb:Query", "by-user"): Work.cancels_a_text,
    ("feed", "dynamodb:Query", "feeds"): Work.reads_history,
    ("feed", "dynamodb:Query", "by-activity"): Work.lists_sessions,
    ("feed", "dynamodb:BatchGetItem", "sessions"): Work.lists_sessions,
    ("feed", "dynamodb:PutItem", "feeds"): Work.delivers,
    ("feed", "dynamodb:BatchWriteItem", "feeds"): Work.delivers_to_who_is_gone,
    ("feed", "dynamodb:BatchGetItem", "feeds"): Work.resumes_late,
    ("feed", "execute-api:ManageConnections", "POST"): Work.resumes,
    ("feed", "execute-api:ManageConnections", "DELETE"): Work.closes_what_asks_for_history_too_late,
    ("responder", "dynamodb:PutItem", "events"): Work.answers,
    ("responder", "dynamodb:BatchGetItem", "events"): Work.answers,
    ("responder", "dynamodb:UpdateItem", "claims/answer#*"): Work.answers,
    ("responder", "dynamodb:UpdateItem", "claims/inflight#*"): Work.answers,
    ("responder", "dynamodb:UpdateItem", "claims/tokens#*"): Work.answers,
    ("responder", "dynamodb:GetItem", "claims/answer#*"): Work.tells_a_reply_again,
    ("responder", "dynamodb:Query", "feeds"): Work.answers,
    ("responder", "dynamodb:PutItem", "feeds"): Work.answers,
    ("responder", "dynamodb:BatchWriteItem", "feeds"): Work.answers_who_is_gone,
    ("responder", "dynamodb:Query", "messages"): Work.answers,
    ("responder", "execute-api:ManageConnections", "POST"): Work.answers_who_is_gone,
    **{("voice-session", *needed): work for needed, work in OF_SESSIONS.items()},
    **{("voice-failure", *needed): work for needed, work in OF_FAILURES.items()},
    ("projector", "dynamodb:BatchGetItem", "connections"): Work.projects,
    ("projector", "dynamodb:BatchGetItem", "metrics"): Work.projects,
    ("projector", "dynamodb:BatchGetItem", "messages"): Work.projects_a_text,
    ("projector", "dynamodb:PutItem", "connections"): Work.projects,
    ("projector", "dynamodb:PutItem", "messages"): Work.projects_a_text,
    ("projector", "dynamodb:BatchGetItem", "sessions"): Work.projects_a_text_of_a_session,
    ("projector", "dynamodb:PutItem", "sessions"): Work.projects_a_text_of_a_session,
    ("projector", "dynamodb:UpdateItem", "metrics"): Work.projects,
    ("projector", "dynamodb:Query", "events"): Work.refolds,
    ("connection-manager", "dynamodb:GetItem", "connections"): Work.gets,
    ("connection-manager", "dynamodb:Query", "userId-index"): Work.lists_a_user,
    ("connection-manager", "dynamodb:Query", "active-index"): Work.lists_all,
    ("connection-manager", "dynamodb:Query", "by-activity"): Work.lists_the_sessions_of_a_user,
    ("connection-manager", "dynamodb:BatchGetItem", "sessions"): Work.lists_the_sessions_of_a_user,
    ("connection-manager", "dynamodb:PutItem", "events"): Work.sets_a_status,
    ("connection-manager", "dynamodb:BatchGetItem", "events"): Work.notifies,
    ("connection-manager", "dynamodb:GetItem", "claims/session#*"): Work.notifies,
    ("connection-manager", "dynamodb:PutItem", "claims/session#*"): Work.notifies,
    ("connection-manager", "dynamodb:PutItem", "claims/send#*"): Work.notifies,
    ("connection-manager", "dynamodb:Query", "feeds"): Work.notifies,
    ("connection-manager", "dynamodb:PutItem", "feeds"): Work.notifies,
    ("connection-manager", "dynamodb:BatchWriteItem", "feeds"): Work.notifies,
    ("connection-manager", "execute-api:ManageConnections", "GET"): Work.asks_the_gateway,
    ("connection-manager", "execute-api:ManageConnections", "POST"): Work.sends,
    ("connection-manager", "execute-api:ManageConnections", "DELETE"): Work.disconnects,
    ("sweeper", "dynamodb:Query", "active-index"): Work.sweeps,
    ("sweeper", "dynamodb:PutItem", "events"): Work.loses,
    ("sweeper", "dynamodb:GetItem", "claims/answer#*"): Work.reminds,
    ("sweeper", "dynamodb:UpdateItem", "claims/answer#*"): Work.gives_up,
    ("sweeper", "dynamodb:UpdateItem", "claims/inflight#*"): Work.gives_up,
    ("sweeper", "dynamodb:Query", "by-arrival"): Work.heals,
    ("sweeper", "dynamodb:BatchGetItem", "events"): Work.heals,
    ("sweeper", "dynamodb:Query", "feeds"): Work.heals,
    ("sweeper", "dynamodb:PutItem", "feeds"): Work.heals,
    ("sweeper", "dynamodb:BatchWriteItem", "feeds"): Work.heals,
    ("sweeper", "execute-api:ManageConnections", "POST"): Work.heals,
    ("sweeper", "execute-api:ManageConnections", "GET"): Work.loses,
    ("sweeper", "execute-api:ManageConnections", "DELETE"): Work.closes,
    ("deliverer", "dynamodb:BatchGetItem", "events"): Work.works_off,
    ("deliverer", "dynamodb:BatchWriteItem", "feeds"): Work.works_off,
    ("deliverer", "dynamodb:PutItem", "events"): Work.works_off,
    ("deliverer", "execute-api:ManageConnections", "POST"): Work.works_off,
    ("archiver", "dynamodb:Query", "by-arrival"): Work.archives,
    ("archiver", "s3:ListBucket", "archive"): Work.archives,
    ("archiver", "s3:GetObject", "*"): Work.archives,
    ("archiver", "s3:PutObject", "*"): Work.archives,
}


@pytest.fixture(scope="module")
def own_backend(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Backend]:
    """A backend that nobody else works on, since its read models get rows that no event explains."""
    with deployed(
        tmp_path_factory.mktemp("permissions"), VERIFIED | ARCHIVED | QUEUED | SPOKEN | UNBOUNDED
    ) as backend:
        yield backend


@pytest.fixture(scope="module")
def roles(own_backend: Backend) -> Roles:
    return Roles(own_backend.cloud)


@pytest.fixture(scope="module")
def work(own_backend: Backend) -> Work:
    return Work(own_backend, Member.registered(own_backend))


def kind_of(permission: Permission) -> Kind:
    """Return what a permission is for, without the names of this deployment."""
    resource = permission.resource
    if permission.action == "execute-api:ManageConnections":
        last = resource.split("/")[-3]
    else:
        name = resource.rsplit(":", 1)[-1].rsplit("/", 1)[-1]
        last = name.removeprefix("airium-websocket-").removesuffix("-local")
    kind = "" if permission.keys is None else f"/{permission.keys}"
    return permission.role.removesuffix("-role"), permission.action, f"{last}{kind}"


def test_every_permission_that_the_emulator_enforces_is_tried(roles: Roles) -> None:
    found = [kind_of(each) for each in roles.permissions() if each.action not in NOT_ENFORCED]

    assert sorted(found) == sorted(NEEDED)


@pytest.mark.parametrize("kind", NEEDED, ids="-".join)
def test_without_a_permission_something_fails(roles: Roles, work: Work, kind: Kind) -> None:
    (permission,) = [each for each in roles.permissions() if kind_of(each) == kind]
    do = NEEDED[kind]
    work.patience = PATIENT_SECONDS
    assert do(work)

    work.patience = SOON_SECONDS
    with roles.without(permission):
        assert not do(work)
