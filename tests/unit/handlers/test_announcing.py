"""A text that was appended is announced, and acknowledged whatever becomes of that."""

import json
from typing import Any

import pytest

from functions.domain.feeds.deliveries import Deliver
from functions.domain.log.events import Cause
from functions.domain.refusals import Unavailable
from functions.handlers.message import handler
from functions.operations.frames.recording import Repeat, never
from tests.fakes import MemoryLog, RecordingCallbacks
from tests.gateway_events import message
from tests.unit.handlers.frames import at, start, text


class Announcements:
    """Keeps what is announced, and may fail."""

    def __init__(self, fault: Exception | None = None) -> None:
        self.made: list[Deliver] = []
        self._fault = fault

    def __call__(self, asked: Deliver) -> None:
        self.made.append(asked)
        if self._fault:
            raise self._fault


class Repetitions:
    """Keeps what is asked for once more, and may fail."""

    def __init__(self, fault: Exception | None = None) -> None:
        self.made: list[tuple[Deliver, str]] = []
        self._fault = fault

    def __call__(self, asked: Deliver, conversation: str, _cause: Cause) -> None:
        self.made.append((asked, conversation))
        if self._fault:
            raise self._fault


def serve(
    event: dict[str, Any],
    log: MemoryLog,
    announcements: Announcements,
    repeat: Repeat = never,
) -> dict[str, Any]:
    response = handler(event, None, log, RecordingCallbacks(), announce=announcements, repeat=repeat)
    answer: dict[str, Any] = json.loads(response["body"])
    return answer


def test_a_text_is_announced_with_its_clients_id(log: MemoryLog) -> None:
    announcements = Announcements()

    answer = serve(text(client_id="m-1"), log, announcements)

    [event] = log.events
    invocation = text()["requestContext"]["requestId"]
    assert announcements.made == [Deliver(event.connection_id, event.event_id, "m-1", invocation)]
    assert event.event_id == answer["data"]["messageId"]


def test_a_text_that_was_there_already_is_announced_again(log: MemoryLog) -> None:
    announcements = Announcements()

    for _ in range(2):  # one request, whose first answer was lost between here and DynamoDB
        serve(text(client_id=None), log, announcements)

    assert len(announcements.made) == 2
    assert len(log.events) == 1


def test_a_repetition_is_acknowledged_and_asks_for_the_first_once_more(log: MemoryLog) -> None:
    announcements, repeated = Announcements(), Repetitions()

    answers = [
        serve(text(connectionId=connection, **at(second)), log, announcements, repeated)
        for connection, second in (("c-1", 1), ("c-2", 2))
    ]

    assert answers[0]["data"] == answers[1]["data"]
    [first] = announcements.made
    [(again, conversation)] = repeated.made
    assert (
        (again.connection_id, again.event_id)
        == (first.connection_id, first.event_id)
        == ("c-1", first.event_id)
    )
    assert (again.client_id, again.asking, conversation) == ("m-1", "c-2", "s-1")
    assert again.invocation != first.invocation


def test_a_repetition_that_cannot_be_told_again_is_acknowledged(log: MemoryLog) -> None:
    repeated = Repetitions(Unavailable("429 of Invoke"))

    answers = [serve(text(**at(second)), log, Announcements(), repeated) for second in (1, 2)]

    assert answers[0]["data"] == answers[1]["data"]


def test_what_was_claimed_by_an_earlier_release_is_acknowledged_alone(log: MemoryLog) -> None:
    repeated = Repetitions()
    serve(text(**at(1)), log, Announcements(), repeated)
    [(key, (value, expires_at))] = [each for each in log.held.items() if each[0].startswith("reply#")]
    log.held[key] = (value.rpartition("#")[0], expires_at)

    answer = serve(text(**at(2)), log, Announcements(), repeated)

    assert (answer["type"], repeated.made) == ("text_ack", [])


@pytest.mark.parametrize("event", [start(), message({"type": "ping"}), message({"type": "dance"})])
def test_what_no_screen_is_told_is_not_announced(event: dict[str, Any], log: MemoryLog) -> None:
    announcements = Announcements()

    serve(event, log, announcements)

    assert announcements.made == []


def test_a_text_that_cannot_be_announced_is_acknowledged(
    log: MemoryLog, caplog: pytest.LogCaptureFixture
) -> None:
    answer = serve(text(), log, Announcements(Unavailable("429 of Invoke")))

    assert answer["type"] == "text_ack"
    [line] = [record for record in caplog.records if record.message == "not_announced"]
    assert (vars(line)["problem"], vars(line)["message_id"]) == ("429 of Invoke", answer["data"]["messageId"])


def test_no_line_has_the_words_of_a_text(log: MemoryLog, caplog: pytest.LogCaptureFixture) -> None:
    serve(text("a secret of mine"), log, Announcements(Unavailable("429 of Invoke")))

    assert all("a secret of mine" not in str(vars(record)) for record in caplog.records)
