"""Cursors come back as they were, for the same request only."""

from base64 import urlsafe_b64encode

import pytest
from hypothesis import assume, example, given
from hypothesis import strategies as st

from functions.domain.connections.bases import RequestError
from functions.domain.connections.cursors import Position, from_cursor, to_cursor
from functions.domain.connections.requests import ListAll, ListUser
from functions.domain.connections.sends import Push, Send

positions = st.builds(Position, st.text(min_size=1, max_size=128), st.integers(0, 2**53))
scopes = st.binary(max_size=64)


@given(positions, scopes)
def test_a_cursor_gives_back_its_position(position: Position, scope: bytes) -> None:
    assert from_cursor(to_cursor(position, scope), scope) == position


@given(positions, scopes, scopes)
def test_a_cursor_of_another_request_is_refused(position: Position, scope: bytes, other: bytes) -> None:
    assume(scope != other)

    assert _refused(to_cursor(position, scope), other) == "invalid_cursor"


@given(positions, scopes, st.data())
def test_a_cursor_that_was_changed_in_one_character_is_refused(
    position: Position, scope: bytes, data: st.DataObject
) -> None:
    cursor = to_cursor(position, scope)
    at = data.draw(st.integers(0, len(cursor) - 1))
    character = data.draw(st.characters().filter(lambda c: c != cursor[at]))

    assert _refused(cursor[:at] + character + cursor[at + 1 :], scope) == "invalid_cursor"


@given(positions, scopes, st.data())
def test_a_part_of_a_cursor_is_refused(position: Position, scope: bytes, data: st.DataObject) -> None:
    cursor = to_cursor(position, scope)
    start, end = sorted(data.draw(st.tuples(*[st.integers(0, len(cursor))] * 2)))
    assume((start, end) != (0, len(cursor)))

    assert _refused(cursor[start:end], scope) == "invalid_cursor"


@given(st.text(), scopes)
@example("", b"")
@example(urlsafe_b64encode(bytes(12) + b"[" * 100_000).decode(), b"")
@example(urlsafe_b64encode(bytes(12) + b'["\\ud800",1]').decode(), b"")
def test_garbage_is_refused(text: str, scope: bytes) -> None:
    assert _refused(text, scope) == "invalid_cursor"


@given(positions, scopes, st.sampled_from(["=", "\n", " ", "A", "===="]))
def test_a_cursor_with_an_addition_is_refused(position: Position, scope: bytes, addition: str) -> None:
    assert _refused(to_cursor(position, scope) + addition, scope) == "invalid_cursor"


@given(scopes)
def test_no_cursor_is_the_beginning(scope: bytes) -> None:
    assert from_cursor(None, scope) is None


def test_a_list_may_go_on_with_another_limit() -> None:
    assert ListAll(limit=1).scope == ListAll(limit=2, cursor="somewhere").scope


@pytest.mark.parametrize(
    "other",
    [
        ListAll(),
        ListUser(user_id="bob"),
        ListUser(user_id="alice", status="CONNECTED"),
        Send(message=Push("notification"), user_id="alice"),
    ],
    ids=repr,
)
def test_a_list_of_a_user_is_told_from(other: ListAll | ListUser | Send) -> None:
    assert ListUser(user_id="alice").scope != other.scope


def test_a_send_goes_on_with_its_own_message_only() -> None:
    one = Send(message=Push("notification", {"a": 1, "b": 2}), everyone=True)
    same = Send(message=Push("notification", {"b": 2, "a": 1}), everyone=True)
    another = Send(message=Push("notification", {"a": 2, "b": 1}), everyone=True)

    assert one.scope == same.scope
    assert one.scope != another.scope


def _refused(cursor: str, scope: bytes) -> str:
    with pytest.raises(RequestError) as refused:
        from_cursor(cursor, scope)
    return refused.value.code
