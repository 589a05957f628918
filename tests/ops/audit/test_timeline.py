"""The life of a connection: its steps in order, the state after each, and the page of it."""

import json
from html.parser import HTMLParser
from pathlib import Path
from zoneinfo import ZoneInfo

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st
from typer.testing import CliRunner, Result

from functions.aws.attributes import Item
from functions.aws.log.arrivals import stamp
from functions.aws.log.event_items import encode
from functions.domain.connections.connection import Connection, join
from functions.domain.log.events import Event
from functions.domain.log.facts import (
    FACTS,
    ActivityRecorded,
    ConnectionClosed,
    ConnectionOpened,
    Fact,
    MessageRejected,
    TextMessageReceived,
    Unrecognised,
    VoiceSessionEnded,
    VoiceSessionStarted,
)
from ops.__main__ import app
from ops.audit.page import page
from ops.audit.timeline import lane_of, timeline
from ops.audit.wording import words_of
from tests.stage import NOW, Stage, happened

UTC = ZoneInfo("UTC")
WORDS = "what nobody needs to read"
HOSTILE = (
    '</style><script>alert(1)</script><img src="https://evil.example/x" onerror=alert(1)>&amp;\x1b[2J\u202e'
)
OPENED = happened("c1", ConnectionOpened("203.0.113.7", HOSTILE))
STARTED = happened("c1", VoiceSessionStarted(16_000, "lpcm"), 1_000)
REFUSED = happened("c1", MessageRejected("unknown_type"), 1_500)
SPOKEN = happened("c1", ActivityRecorded(STARTED.event_id, 600), 2_000)
ENDED = happened("c1", VoiceSessionEnded(STARTED.event_id, 700, 3, "client"), 3_000)
TEXT = happened("c1", TextMessageReceived(WORDS), 4_000)
CLOSED = happened("c1", ConnectionClosed(1000), 5_000)
LIFE = (OPENED, STARTED, REFUSED, SPOKEN, ENDED, TEXT, CLOSED)


def items(*events: Event) -> list[Item]:
    return [encode(event) | stamp(event.event_id, NOW) for event in events]


def test_the_steps_are_in_the_order_in_which_things_happened() -> None:
    steps = timeline("c1", items(*reversed(LIFE)), words=False)

    assert [step.lane for step in steps] == [
        "opened",
        "speech",
        "refused",
        "speech",
        "speech",
        "texts",
        "end",
    ]
    assert [step.at for step in steps] == [event.at for event in LIFE]


def test_the_state_after_each_step_is_the_fold_of_what_had_happened_by_then() -> None:
    steps = timeline("c1", items(*reversed(LIFE)), words=False)

    for number, step in enumerate(steps, 1):
        assert step.state == join(Connection("c1"), LIFE[:number])


def test_a_state_is_told_in_words() -> None:
    told = [words_of(step.state, UTC) for step in timeline("c1", items(*LIFE), words=False)]

    assert told[0] == "CONNECTED, last active 05:12:00.123"
    assert told[1] == "CONNECTED, speaking, last active 05:12:01.123"
    assert "speaking" not in told[4]
    assert told[-1].startswith("DISCONNECTED")


@pytest.mark.parametrize("name", FACTS)
def test_every_type_of_event_has_a_lane(name: str) -> None:
    fact = msgspec.convert(
        {
            field.name: 1 if "int" in str(field.type) else "01M8CC3KQ4W4GN75BA2NPTX9W0"
            for field in msgspec.structs.fields(FACTS[name])
            if field.required
        }
        | ({"status": "CONNECTED"} if name == "ConnectionStatusSet" else {})
        | ({"role": "user"} if name == "VoiceTurnTranscribed" else {}),
        FACTS[name],
        strict=False,
    )

    assert lane_of(happened("c1", fact)) != "unreadable"


@pytest.mark.parametrize("fact", [Unrecognised("Novelty", 3, "no such type")], ids=repr)
def test_what_no_release_knows_is_unreadable(fact: Fact) -> None:
    assert lane_of(happened("c1", fact)) == "unreadable"


@pytest.mark.parametrize("arrived", [{}, {"arrived_at": {"N": "9" * 30}}, {"arrived_at": {"N": "soon"}}])
def test_an_item_that_is_no_event_is_a_step_that_changes_no_state(arrived: Item) -> None:
    [good] = items(OPENED)
    bad: Item = {"connection_id": {"S": "c1"}, "event_id": {"S": "x"}, "type": {"S": "ConnectionClosed"}}
    bad |= arrived
    steps = timeline("c1", [good, bad], words=False)

    assert [step.lane for step in steps] == ["unreadable", "opened"]
    assert steps[0].entry.problem
    assert steps[0].state == Connection("c1")
    assert page("c1", steps, UTC)


class Elements(HTMLParser):
    """The elements of a page with their attributes, and its text."""

    def __init__(self, text: str) -> None:
        super().__init__()
        self.tags: set[str] = set()
        self.attributes: set[str] = set()
        self.shown = ""
        self.feed(text)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.add(tag)
        self.attributes.update(name for name, _ in attrs)

    def handle_data(self, data: str) -> None:
        self.shown += data


def test_what_a_client_calls_itself_is_text_on_the_page() -> None:
    found = Elements(page("c1", timeline("c1", items(*LIFE), words=True), UTC))

    assert not found.tags & {"script", "img", "link", "iframe", "object", "base"}
    assert not found.attributes & {"href", "src", "onerror", "onload", "style"}
    assert "</style><script>alert(1)</script>" in found.shown
    assert r"\x1b[2J\u202e" in found.shown


def test_the_page_loads_nothing_and_allows_nothing_to_be_loaded() -> None:
    text = page("c1", timeline("c1", items(*LIFE), words=False), UTC)

    assert "default-src 'none'" in text
    assert "url(" not in text
    assert "@import" not in text


def test_words_are_on_the_page_only_if_they_are_asked_for() -> None:
    assert WORDS not in page("c1", timeline("c1", items(*LIFE), words=False), UTC)
    assert WORDS in page("c1", timeline("c1", items(*LIFE), words=True), UTC)


@given(st.text())
def test_whatever_a_client_calls_itself_adds_no_element(agent: str) -> None:
    usual = Elements(
        page("c1", timeline("c1", items(happened("c1", ConnectionOpened(user_agent="a"))), words=False), UTC)
    )
    opened = happened("c1", ConnectionOpened(user_agent=agent))
    found = Elements(page("c1", timeline("c1", items(opened), words=False), UTC))

    assert found.tags == usual.tags
    assert found.attributes == usual.attributes


@pytest.fixture
def outputs(stage: Stage, tmp_path: Path) -> str:
    stage.append(*LIFE, happened("c2", ConnectionOpened()))
    file = tmp_path / "outputs.json"
    file.write_bytes(msgspec.json.encode(stage.deployment.outputs))
    return str(file)


def run(*arguments: str) -> Result:
    return CliRunner().invoke(app, ("timeline", *arguments), env={"COLUMNS": "250"})


def test_the_command_shows_marks_in_the_lanes_that_are_used(outputs: str) -> None:
    said = run("c1", "--outputs", outputs).stdout

    assert said.startswith("lanes: opened, texts, speech, refused, end\n")
    assert "● · · · ·" in said
    assert WORDS not in said
    assert "\x1b" not in said


def test_the_command_writes_a_step_a_line_as_json(outputs: str) -> None:
    lines = [json.loads(line) for line in run("c1", "--json", "--outputs", outputs).stdout.splitlines()]

    assert [line["event"]["eventId"] for line in lines] == [event.event_id for event in LIFE]
    assert [line["state"]["status"] for line in lines] == [*["CONNECTED"] * 6, "DISCONNECTED"]


def test_the_command_writes_a_page(outputs: str, tmp_path: Path) -> None:
    result = run("c1", "--html", str(tmp_path / "c1.html"), "--outputs", outputs)

    assert (result.exit_code, result.stdout) == (0, "")
    assert (tmp_path / "c1.html").read_text(encoding="utf-8").startswith("<!DOCTYPE html>\n<html")


@pytest.mark.parametrize(
    ("arguments", "exit_code", "problem"),
    [
        (("c9",), 1, "the log does not know c9"),
        (("c1", "--html", "/nowhere/at/all"), 2, "/nowhere/at/all cannot be written"),
        (("c1", "--tz", "Mars"), 2, "'Mars' is not a time zone"),
    ],
)
def test_what_cannot_be_done_is_one_line(
    outputs: str, arguments: tuple[str, ...], exit_code: int, problem: str
) -> None:
    result = run(*arguments, "--outputs", outputs)

    assert (result.exit_code, result.stdout) == (exit_code, "")
    assert problem in result.stderr
    assert result.stderr.count("\n") == 1
