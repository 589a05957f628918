"""The projector and persons who were forgotten: what is delivered of them may be of before."""

from collections.abc import Iterator

import pytest

from functions.aws.log.event_items import encode
from functions.aws.read_models.message_items import to_key
from functions.domain.log.events import Event
from functions.domain.log.facts import ConnectionOpened, TextMessageReceived
from functions.domain.log.redaction import forgetting, redacted
from tests.contract.engines import moto
from tests.stage import Stage, happened, make_stage

NOBODY = "~" + "A" * 20
OPENED = happened("c1", ConnectionOpened("203.0.113.17", "browser"), session_id="talk")
TEXT = happened("c1", TextMessageReceived("hello"), 1_000, session_id="talk")
FORGOTTEN = forgetting(OPENED, NOBODY, "olga")


@pytest.fixture
def stage() -> Iterator[Stage]:
    with moto() as make_client:
        yield make_stage(make_client(), "t")


def redact(stage: Stage, event: Event) -> None:
    """Write what is left of an event over its item."""
    item = encode(redacted(event, NOBODY))
    stage.client.put_item(TableName=stage.tables.events, Item=item)


def move(stage: Stage, event: Event) -> None:
    """Move the message of an event to where it is once the event is redacted."""
    key = to_key((event.conversation, event.event_id))
    table = stage.tables.messages
    item = stage.client.get_item(TableName=table, Key=key, ConsistentRead=True)["Item"]
    stage.client.put_item(TableName=table, Item={**item, "conversation": {"S": NOBODY}})
    stage.client.delete_item(TableName=table, Key=key)


def conversations(stage: Stage) -> list[str]:
    return [item["conversation"]["S"] for item in stage.items(stage.tables.messages)]


def test_a_row_of_who_was_forgotten_has_a_pseudonym_and_comes_from_nowhere(stage: Stage) -> None:
    stage.happen(OPENED)

    stage.happen(FORGOTTEN)

    row = stage.row("c1")
    assert (row["userId"], row["sessionId"]) == ({"S": NOBODY}, {"S": NOBODY})
    assert row["forgotten"] == {"BOOL": True}
    assert {"ipAddress", "userAgent"} & row.keys() == set()


def test_a_text_that_is_delivered_again_after_it_was_redacted_is_not_counted_again(stage: Stage) -> None:
    stage.happen(OPENED, TEXT, FORGOTTEN)
    counts = stage.counts()
    move(stage, TEXT)
    redact(stage, TEXT)

    stage.project(TEXT)

    assert conversations(stage) == [NOBODY]
    assert stage.counts() == counts


def test_a_text_that_is_delivered_again_between_its_move_and_its_redaction_is_not_counted_again(
    stage: Stage,
) -> None:
    stage.happen(OPENED, TEXT, FORGOTTEN)
    counts = stage.counts()
    move(stage, TEXT)

    stage.project(TEXT)

    assert conversations(stage) == [NOBODY]
    assert stage.counts() == counts


def test_a_text_that_is_delivered_only_after_it_was_redacted_is_counted_without_its_words(
    stage: Stage,
) -> None:
    stage.happen(OPENED, FORGOTTEN)
    redact(stage, TEXT)

    stage.project(TEXT)

    [message] = stage.items(stage.tables.messages)
    assert (message["conversation"], message["text"]) == ({"S": NOBODY}, {"S": ""})
    assert [count for key, count in stage.counts().items() if key.startswith("texts ")] == [1, 1]


def test_what_the_log_has_no_more_is_not_brought_back(stage: Stage) -> None:
    stage.happen(OPENED, FORGOTTEN)

    stage.project(TEXT)

    assert conversations(stage) == []


def test_the_log_is_read_for_nobody_else(stage: Stage) -> None:
    stage.happen(OPENED)
    stage.requests.forget()

    stage.project(TEXT)

    assert "Query" not in stage.requests.seen
