"""The one place that reads the environment, and makes of it what a function works with.

Each is made once in an execution environment, at import of the handler that asks for it.
"""

import os
import time
from functools import cache
from typing import TYPE_CHECKING, Any

from functions import names
from functions.aws import clients
from functions.aws.gateway.callbacks import Callbacks
from functions.aws.log.event_log import EventLog
from functions.domain.limits import Allowance, Limits, Speaking
from functions.domain.log.retention import DAY_SECONDS
from functions.domain.log.traces import root_of

if TYPE_CHECKING:
    from functions.aws.archive.arrivals import Arrivals
    from functions.aws.archive.objects import Objects
    from functions.aws.engines.answering import Answering
    from functions.aws.identity.tickets import Tickets
    from functions.aws.identity.tokens import Tokens
    from functions.aws.read_models.connections import Connections
    from functions.aws.read_models.read_model import ReadModel
    from functions.aws.read_models.sessions import SessionLists


def required(name: str) -> str:
    """Return a variable that the program gives to the function; without it the function cannot work."""
    try:
        return os.environ[name]
    except KeyError:
        msg = f"the environment variable {name} is not set: the program gives it to the function"
        raise RuntimeError(msg) from None


def retention_seconds() -> int:
    """Return how long events, and all that follows from them, are kept."""
    return int(required(names.RETENTION_DAYS)) * DAY_SECONDS


@cache
def dynamodb() -> Any:
    """Return the DynamoDB client."""
    return clients.dynamodb()


@cache
def dynamodb_in_time() -> Any:
    """Return the DynamoDB client for who must be done by a certain time: a call ends within 10 s."""
    return clients.dynamodb(clients.IN_TIME)


def limits() -> Limits:
    """Return how much a user may do in a minute."""
    return Limits(
        texts=int(required(names.TEXTS_PER_MINUTE)),
        voice_sessions=int(required(names.VOICE_SESSIONS_PER_MINUTE)),
        text_bytes=int(required(names.TEXT_BYTES_PER_MINUTE)),
        allowance=_allowance() if names.REPLIES_IN_FLIGHT in os.environ else None,
        spoken=_spoken() if names.VOICE_SESSION_FUNCTION in os.environ else None,
    )


def _allowance() -> Allowance:
    return Allowance(
        replies_in_flight=int(required(names.REPLIES_IN_FLIGHT)),
        tokens_per_day=int(required(names.TOKENS_PER_DAY)),
        tokens_beside_question=tokens_beside_question(),
    )


def _spoken() -> Speaking:
    return Speaking(
        sessions=int(required(names.VOICE_SESSIONS)),
        sessions_per_user=int(required(names.VOICE_SESSIONS_PER_USER)),
        seconds_per_day=int(required(names.VOICE_SECONDS_PER_DAY)),
    )


def tokens_beside_question() -> int:
    """Return the most tokens that a text takes besides its own."""
    return int(required(names.TOKENS_BESIDE_QUESTION))


def connections_per_user() -> int:
    """Return how many connections a user may have at a time."""
    return int(required(names.CONNECTIONS_PER_USER))


@cache
def event_log() -> EventLog:
    """Return the log, with claims where the function makes any."""
    return EventLog(dynamodb(), required(names.EVENTS_TABLE), os.environ.get(names.CLAIMS_TABLE))


@cache
def event_log_in_time() -> EventLog:
    """Return the log for who must be done by a certain time: an attempt ends within 10 s."""
    return EventLog(dynamodb_in_time(), required(names.EVENTS_TABLE), os.environ.get(names.CLAIMS_TABLE))


@cache
def read_model() -> "ReadModel":
    """Return the read models."""
    from functions.aws.read_models.read_model import ReadModel  # noqa: PLC0415 - only the projector pays for its import

    return ReadModel(
        dynamodb(),
        connections=required(names.CONNECTIONS_TABLE),
        messages=required(names.MESSAGES_TABLE),
        sessions=required(names.SESSIONS_TABLE),
        metrics=required(names.METRICS_TABLE),
    )


@cache
def callbacks() -> Callbacks:
    """Return the API's callbacks; the client is made by the first that is used."""
    endpoint = required(names.MANAGEMENT_ENDPOINT)
    return Callbacks(lambda: clients.management(endpoint, emulated=names.EMULATED in os.environ))


@cache
def callbacks_in_time() -> Callbacks:
    """Return callbacks that end within 10 s, for several threads; to make the client is not safe in them."""
    emulated = names.EMULATED in os.environ
    client = clients.management(
        required(names.MANAGEMENT_ENDPOINT), emulated=emulated, config=clients.IN_TIME
    )
    return Callbacks(lambda: client)


@cache
def connections() -> "Connections":
    """Return the reads of the connections table."""
    from functions.aws.read_models.connections import Connections  # noqa: PLC0415 - handlers of routes never read it

    return Connections(dynamodb(), required(names.CONNECTIONS_TABLE))


@cache
def session_lists() -> "SessionLists":
    """Return the reads of the sessions table."""
    from functions.aws.read_models.sessions import SessionLists  # noqa: PLC0415 - likewise

    return SessionLists(dynamodb(), required(names.SESSIONS_TABLE))


@cache
def callbacks_to_ask() -> Callbacks:
    """Return callbacks that are given up early: a handshake waits for them; the first makes the client."""
    endpoint, emulated = required(names.MANAGEMENT_ENDPOINT), names.EMULATED in os.environ
    return Callbacks(lambda: clients.management(endpoint, emulated=emulated, config=clients.BRIEF))


@cache
def tokens() -> "Tokens":
    """Return the tokens that are taken; the keys are fetched when the first comes."""
    from functions.aws.identity.keys import Keys  # noqa: PLC0415 - the authorizer alone pays for cryptography
    from functions.aws.identity.tokens import Tokens  # noqa: PLC0415 - likewise

    return Tokens(
        Keys(required(names.JWKS_URL)),
        issuer=required(names.ISSUER),
        clients=frozenset(required(names.CLIENT_IDS).split(",")),
        use=identity_use(),
    )


def identity_use() -> str:
    """Return the kind of token that is taken, ``access`` or ``id``."""
    return required(names.IDENTITY_USE)


@cache
def tickets() -> "Tickets":
    """Return the tickets."""
    from functions.aws.identity.tickets import Tickets  # noqa: PLC0415 - handlers of routes never see one

    return Tickets(dynamodb(), required(names.CLAIMS_TABLE))


@cache
def arrivals() -> "Arrivals":
    """Return the log as the archive reads it."""
    from functions.aws.archive.arrivals import Arrivals  # noqa: PLC0415 - only the archiver pays for its import

    return Arrivals(clients.dynamodb(clients.PATIENT), required(names.EVENTS_TABLE))


@cache
def archive_objects() -> "Objects":
    """Return the archive's objects."""
    from functions.aws.archive.objects import Objects  # noqa: PLC0415 - only the archiver calls S3

    return Objects(clients.s3(emulated=names.EMULATED in os.environ), required(names.ARCHIVE_BUCKET))


def answering() -> "Answering":
    """Return the engine that answers texts, and what it is told besides."""
    from functions.aws.engines.answering import answering_of  # noqa: PLC0415 - only who asks an engine needs it

    return answering_of(os.environ)


def trace_id() -> str | None:
    """Return the root id of the trace of the invocation at hand; Lambda gives it one, traced or not."""
    return root_of(os.environ.get("_X_AMZN_TRACE_ID"))


def now() -> int:
    """Return the time in epoch milliseconds."""
    return time.time_ns() // 1_000_000
