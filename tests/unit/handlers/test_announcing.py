"""A text that was appended is announced, and acknowledged whatever becomes of that."""

import json
from typing import Any

import pytest

from functions.domain.log.events import Event
from functions.domain.refusals import Unavailable
from functions.handlers.message import handler
from tests.fakes import MemoryLog, RecordingCallbacks
from tests.gateway_events import message
from tests.unit.handlers.frames import at, start, text


class Announcements:
    """Keeps what is announced, and may fail."""

    def __init__(self, fault: Exception | None = None) -> None:
        self.made: list[tuple[Event, str | None]] = []
        self._fault = fault

    def __call__(self, event: Event, client_id: str | None) -> None:
        self.made.append((event, client_id))
        if self._fault:
            raise self._fault


def serve(event: dict[str, Any], log: MemoryLog, announcements: Announcements) -> dict[str, Any]:
    response = handler(event, None, log, RecordingCallbacks(), announce=announcements)
    answer: dict[str, Any] = json.loads(response["body"])
    return answer


def test_a_text_is_announced_with_its_clients_id(log: MemoryLog) -> None:
    announcements = Announcements()

    answer = serve(text(client_id="m-1"), log, announcements)

    [(event, client_id)] = announcements.made
    assert [event] == log.events
    assert (event.event_id, client_id) == (answer["data"]["messageId"], "m-1")


def test_a_text_that_was_there_already_is_announced_again(log: MemoryLog) -> None:
    announcements = Announcements()

    for _ in range(2):  # one request, whose first answer was lost between here and DynamoDB
        serve(text(client_id=None), log, announcements)

    assert len(announcements.made) == 2
    assert len(log.events) == 1


def test_a_repetition_is_acknowledged_and_not_announced(log: MemoryLog) -> None:
    announcements = Announcements()

    answers = [serve(text(**at(second)), log, announcements) for second in (1, 2)]

    assert answers[0]["data"] == answers[1]["data"]
    assert len(announcements.made) == 1


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
