"""Many connections at once: every frame is answered, logged and counted, each exactly once."""

from concurrent.futures import ThreadPoolExecutor

import pytest

from tests.integration.backend import Backend, moved
from tests.integration.client import Client
from tests.integration.conftest import Connect
from tests.integration.waiting import eventually

CONNECTIONS = 20
TEXTS = 3


def converse(client: Client) -> list[str]:
    """Do what a client does in a conversation; return the ids of its texts."""
    sent = [client.text(f"text {number}", f"m-{number}") for number in range(TEXTS)]
    session = client.start_voice()
    for seq in range(4):
        client.speak(session, seq)
    client.send({"type": "ping"})
    assert client.receive_one_of("pong") == {"type": "pong"}
    assert client.end_voice(session, 3)["data"]["frames"] == 4
    assert client.text("text 0", "m-0") == sent[0]
    client.refused("no JSON")
    client.close()
    return sent


@pytest.mark.usefixtures("quiet")
def test_connections_side_by_side_lose_nothing_and_count_nothing_twice(
    backend: Backend, connect: Connect
) -> None:
    before = backend.counters()

    # one after the other: the emulator starts a process for each authorizer that it runs beside another
    clients = [connect() for _ in range(CONNECTIONS)]
    with ThreadPoolExecutor(CONNECTIONS) as threads:
        sent = list(threads.map(converse, clients))

    eventually(backend.is_quiet)
    assert moved(before, backend.counters()) == {
        (0, "opened"): CONNECTIONS,
        (0, "closed"): CONNECTIONS,
        (0, "texts"): CONNECTIONS * TEXTS,
        (0, "voice_sessions"): CONNECTIONS,
    }
    for client, texts in zip(clients, sent, strict=True):
        assert sorted(backend.types(client.connection_id)) == sorted(
            ["ConnectionOpened", "VoiceSessionStarted", "VoiceSessionEnded", "MessageRejected"]
            + ["ConnectionClosed"]
            + ["TextMessageReceived"] * TEXTS
        )
        assert [message["event_id"] for message in backend.messages(client.conversation)] == texts
