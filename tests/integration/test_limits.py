"""The limits of a user, on the embedded AWS."""

from collections import Counter
from functools import partial

import pytest
from websockets.exceptions import InvalidStatus

from functions.domain.log.facts import MessageRejected
from functions.domain.log.ids import minute_of
from tests.integration.backend import Backend
from tests.integration.client import Client
from tests.integration.conftest import Connect
from tests.integration.waiting import eventually

MOST_CONNECTIONS = 10
MOST_TEXTS = 60


def test_a_user_has_at_most_so_many_connections_at_a_time(
    backend: Backend, connect: Connect, user: str
) -> None:
    clients = [connect(user) for _ in range(MOST_CONNECTIONS)]
    eventually(lambda: all(backend.row(client.connection_id) for client in clients))

    with pytest.raises(InvalidStatus) as refused:
        connect(user)
    assert refused.value.response.status_code == 403

    clients[0].close()
    eventually(lambda: backend.status(clients[0].connection_id) == "DISCONNECTED")
    assert connect(user)
    assert connect()


def test_connections_that_have_ended_do_not_hide_those_that_are_open(
    backend: Backend, connect: Connect, user: str
) -> None:
    clients = [connect(user) for _ in range(MOST_CONNECTIONS - 1)]
    for _ in range(MOST_CONNECTIONS + 2):
        ended = connect(user)
        ended.close()
        eventually(partial(has_ended, backend, ended.connection_id))
    clients.append(connect(user))
    eventually(lambda: all(backend.row(client.connection_id) for client in clients))

    with pytest.raises(InvalidStatus):
        connect(user)


def has_ended(backend: Backend, connection_id: str) -> bool:
    return backend.status(connection_id) == "DISCONNECTED"


def test_texts_beyond_the_limit_are_refused_and_recorded_once_a_minute(
    backend: Backend, connect: Connect, user: str
) -> None:
    first, second = connect(user), connect(user)

    def refused(client: Client) -> dict[str, object] | None:
        answer = client.ask({"type": "text_message", "data": {"text": "hello"}})
        return answer["data"] if answer["type"] == "error" else None

    answers = [refused(client) for _ in range(MOST_TEXTS + 10) for client in (first, second)]

    told = [answer for answer in answers if answer]
    assert told
    assert {answer["code"] for answer in told} == {"rate_limited"}
    assert all(1 <= int(str(answer["retryAfter"])) <= 60 for answer in told)
    events = [event for client in (first, second) for event in backend.events(client.connection_id)]
    texts = Counter(minute_of(event.at) for event in events if event.type == "TextMessageReceived")
    assert max(texts.values()) == MOST_TEXTS
    rejected = Counter(
        (event.connection_id, minute_of(event.at))
        for event in events
        if event.fact == MessageRejected("rate_limited")
    )
    assert rejected
    assert set(rejected.values()) == {1}
