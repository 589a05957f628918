"""The chat on a terminal: what is typed, what is seen, and that it never hangs."""

import io
import os
import pty
from collections.abc import Iterator
from concurrent.futures import Future, ThreadPoolExecutor
from typing import Any

import pytest

from local.chat.actions import Action, Delta, Older, Reset, Shown
from local.chat.chat import Chat, Settings
from local.chat.conversation import Conversation
from local.chat.screen import Screen
from local.chat.talk import Talk
from local.errors import LocalError
from ops.terminal import Terminal
from tests.clients.answering import HALF, REPLY, Answering, answering
from tests.integration.waiting import eventually


class Person:
    """Somebody at a chat, which runs in a thread of its own."""

    def __init__(self, backend: Answering, typed: int, read: int, *, is_person: bool) -> None:
        self.output = io.StringIO()
        self.is_up = True
        self._typed = typed
        screen = Screen(Terminal(file=self.output, soft_wrap=True), echoes=is_person)
        conversation = Conversation("p")
        talk = Talk(conversation, screen, is_answered=True)
        settings = Settings(lambda: (backend.url, {}), lambda: self.is_up, read, is_person)
        self._chat = Chat(settings, conversation, screen, talk)
        self._pool = ThreadPoolExecutor(1)
        self.ended: Future[None] = self._pool.submit(self._chat.run)

    def type(self, text: str) -> None:
        os.write(self._typed, text.encode())

    def sees(self, text: str) -> str:
        return eventually(lambda: self.output.getvalue() if text in self.output.getvalue() else None)

    def leave(self) -> str:
        """End the input, wait until the chat ends and return all that was seen."""
        os.close(self._typed)
        self._typed = -1
        self.ended.result(timeout=30)
        return self.output.getvalue()

    def go(self) -> None:
        """End it in any case."""
        self.is_up = False
        if self._typed >= 0:
            os.close(self._typed)
        self._pool.shutdown(wait=False)


@pytest.fixture
def backend() -> Iterator[Answering]:
    with answering() as backend:
        yield backend


@pytest.fixture
def person(backend: Answering) -> Iterator[Person]:
    """Somebody whose lines come through a pipe."""
    read, write = os.pipe()
    person = Person(backend, write, read, is_person=False)
    yield person
    person.go()
    os.close(read)


def sent(backend: Answering, kind: str) -> list[dict[str, Any]]:
    return [frame for frame in backend.frames if frame["type"] == kind]


def test_who_pipes_a_text_sees_it_and_its_whole_answer_before_the_chat_ends(person: Person) -> None:
    person.type("[whole] hello")

    assert person.leave() == f"you: [whole] hello\nairium: {REPLY}\n"


def test_a_connection_that_is_cut_in_the_middle_of_an_answer_shows_the_rest_once(
    person: Person, backend: Answering
) -> None:
    person.type("hello\n")
    person.sees(REPLY[:HALF])
    person.type("/cut\n")

    seen = person.leave()

    assert seen.count(REPLY[:HALF]) == seen.count(REPLY[HALF:]) == 1
    assert len(backend.names) == 2
    assert [frame["data"]["positions"] for frame in sent(backend, "resume")][1]["session"]["seq"] == 1


def test_an_answer_is_stopped_and_says_so(person: Person, backend: Answering) -> None:
    person.type("hello\n")
    person.sees(REPLY[:HALF])
    person.type("/stop\n")

    seen = person.leave()

    assert seen == f"you: hello\nairium: {REPLY[:HALF]}\n  (cancelled)\n"
    [cancel] = sent(backend, "text_cancel")
    assert cancel["data"] == {"messageId": backend.server.feeds["session"][0]["id"]}


def test_what_was_said_before_is_shown_and_what_was_before_that_when_it_is_asked_for(
    person: Person, backend: Answering
) -> None:
    for number in range(5):
        backend.server.say("session", text=f"text {number}")
    person.type("/history\n/sessions\n")

    seen = person.leave()

    lines = [line.strip() for line in seen.splitlines()]
    assert lines == [
        *["you: text 2", "you: text 3", "you: text 4"],
        *["(before that:)", "you: text 0", "you: text 1", "(until here)"],
        *["(2026-11-23 09:35  s-2  Good evening: 2 texts, 0 replies)", "(and older ones)"],
    ]


def test_a_command_that_is_none_says_so(person: Person) -> None:
    person.type("/nonsense\n/stop\n")

    seen = person.leave()

    assert "there is no /nonsense" in seen
    assert "nothing is being said" in seen


def test_a_backend_that_is_stopped_ends_the_chat_in_one_line(person: Person, backend: Answering) -> None:
    person.type("hello\n")
    person.sees(REPLY[:HALF])

    person.is_up = False
    person.type("/cut\n")

    with pytest.raises(LocalError, match="the backend has stopped: `make up` starts it"):
        person.ended.result(timeout=30)


def test_on_a_terminal_ctrl_d_leaves_and_what_is_typed_is_not_printed_once_more(backend: Answering) -> None:
    master, terminal = pty.openpty()
    person = Person(backend, master, terminal, is_person=True)

    person.type("[whole] hello\n")
    person.sees("you")
    person.type("\x04")
    person.ended.result(timeout=30)

    assert person.output.getvalue() == f"airium: {REPLY}\n"
    os.close(terminal)
    person.go()


# --- The screen --------------------------------------------------------------------------------
@pytest.fixture
def output() -> io.StringIO:
    return io.StringIO()


@pytest.fixture
def screen(output: io.StringIO) -> Screen:
    return Screen(Terminal(file=output, soft_wrap=True), echoes=False)


def show(screen: Screen, *actions: Action) -> None:
    for action in actions:
        screen.show(action)


def reply(text: str, **more: Any) -> Shown:
    return Shown("session", {"seq": 2, "id": "r", "kind": "reply", "messageId": "q", "text": text, **more})


def text(words: str) -> Shown:
    return Shown("session", {"seq": 1, "id": "m", "kind": "text", "text": words})


def test_another_text_in_the_middle_of_an_answer_gets_a_line_of_its_own(
    screen: Screen, output: io.StringIO
) -> None:
    show(screen, Delta("q", 1, 0, "Good "), text("and you?"), Delta("q", 1, 5, "mor"), reply("Good morning"))

    assert output.getvalue() == "airium: Good \nyou: and you?\nairium … morning\n"


def test_what_is_typed_in_the_middle_of_an_answer_ends_its_line(output: io.StringIO) -> None:
    screen = Screen(Terminal(file=output, soft_wrap=True), echoes=True)

    show(screen, Delta("q", 1, 0, "Good "))
    screen.typed()
    show(screen, reply("Good morning"))

    assert output.getvalue() == "airium: Good airium … morning\n"


def test_a_greater_attempt_is_shown_anew(screen: Screen, output: io.StringIO) -> None:
    show(screen, Delta("q", 1, 0, "Good"), Delta("q", 2, 0, "Hello"), reply("Hello you"))

    assert output.getvalue() == "airium: Good\nairium (attempt 2): Hello you\n"


def test_an_end_that_says_otherwise_than_its_deltas_is_shown_whole(
    screen: Screen, output: io.StringIO
) -> None:
    show(screen, Delta("q", 1, 0, "Good"), reply("Hello", stopReason="max_tokens"))

    assert output.getvalue() == "airium: Good\nairium: Hello\n  (max_tokens)\n"


def test_what_is_being_said_is_shown_once_more_after_a_reset(screen: Screen, output: io.StringIO) -> None:
    show(screen, Delta("q", 1, 0, "Go"), Reset("session"), text("hi"), Delta("q", 1, 0, "Go"), reply("Go!"))

    assert output.getvalue() == "airium: Go\nyou: hi\nairium: Go!\n"


def test_what_comes_from_outside_cannot_command_the_terminal(screen: Screen, output: io.StringIO) -> None:
    evil = "\x1b[2J[bold]\r"
    show(
        screen,
        Delta("q", 1, 0, evil),
        text(evil),
        reply(evil, stopReason=evil),
        Older("session", [{"seq": 1, "id": "x", "kind": evil}], more=False),
    )

    assert "\x1b" not in output.getvalue()
    assert "\r" not in output.getvalue()
    assert "[bold]" in output.getvalue()


@pytest.mark.parametrize(
    ("message", "line"),
    [
        ({"kind": "failed", "messageId": "q", "reason": "throttled"}, "  (no reply: throttled)"),
        ({"kind": "expired"}, "  (expired)"),
        ({"kind": "spoken", "role": "user", "text": "hello"}, "you (spoken): hello"),
        ({"kind": "spoken", "role": "assistant", "text": "hi"}, "airium (spoken): hi"),
        ({"kind": "notification", "type": "news", "data": {"a": 1}}, 'news: {"a": 1}'),
        ({"kind": "gesture"}, "  (gesture)"),
    ],
    ids=lambda value: value["kind"] if isinstance(value, dict) else "",
)
def test_every_kind_of_message_has_a_line(
    screen: Screen, output: io.StringIO, message: dict[str, Any], line: str
) -> None:
    screen.show(Shown("session", {"seq": 1, "id": "m", **message}))

    assert output.getvalue() == f"{line}\n"
