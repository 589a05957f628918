"""What is left of an event once its person is forgotten: that something happened and when, not to whom."""

from typing import Final

import msgspec

from functions.domain.log.events import Event
from functions.domain.log.facts import (
    ConnectionClosed,
    ConnectionOpened,
    ConnectionStatusSet,
    Fact,
    NotificationSent,
    PersonForgotten,
    ReplyCompleted,
    ReplyFailed,
    TextMessageReceived,
    VoiceSessionStarted,
    VoiceTurnTranscribed,
)
from functions.domain.log.ids import event_id

_MARK: Final = "~"
"""What a pseudonym begins with: it is in no id of a user or a session, and sorts above all that are."""
LETTERS: Final = 20
"""Random letters of a pseudonym: 100 bits, so that no two persons have the same."""


def pseudonym(letters: str) -> str:
    """Return the pseudonym that has some letters: `LETTERS` of them, drawn from the alphabet of ids."""
    return _MARK + letters


def is_pseudonym(user_id: str) -> bool:
    """Tell whether a user id is what a person is called who was forgotten."""
    return user_id.startswith(_MARK)


def forgetting(of: Event, pseudonym: str, by: str) -> Event:
    """Return the event that forgets the person of a connection.

    Parameters
    ----------
    of
        One of the connection's events, for who and since when.
    pseudonym
        What the person and their sessions are called from now on.
    by
        Who asks for it.
    """
    fact = PersonForgotten(_who(by, of, pseudonym))
    return Event(
        connection_id=of.connection_id,
        # as old as the connection, so that its state at any moment is that of somebody who was forgotten
        event_id=event_id(of.connected_at, of.connection_id, type(fact).__name__),
        at=of.connected_at,
        user_id=pseudonym,
        session_id=of.session_id and pseudonym,
        connected_at=of.connected_at,
        expires_at=of.expires_at,
        fact=fact,
    )


def redacted(event: Event, pseudonym: str) -> Event:
    """Return an event without the person: type, times and ids stay, and whatever counters are made of.

    Names become the pseudonym, texts, reasons and where they came from are blanked. To redact it again
    changes nothing.
    """
    return msgspec.structs.replace(
        event,
        user_id=pseudonym,
        session_id=event.session_id and pseudonym,
        fact=_fact(event, pseudonym),
    )


def _fact(event: Event, pseudonym: str) -> Fact:
    fact = event.fact
    match fact:
        case ConnectionOpened():
            return ConnectionOpened(token_expires_at=fact.token_expires_at)
        case TextMessageReceived() | ReplyCompleted() | VoiceTurnTranscribed():
            return msgspec.structs.replace(fact, text="")
        case NotificationSent():
            return msgspec.structs.replace(fact, kind="", content="")
        case ReplyFailed():
            return msgspec.structs.replace(fact, reason="")
        case VoiceSessionStarted():
            return msgspec.structs.replace(fact, voice=None)
        case ConnectionClosed():
            return ConnectionClosed(fact.code)
        case ConnectionStatusSet():
            return ConnectionStatusSet(fact.status, _who(fact.by, event, pseudonym))
        case PersonForgotten():
            return PersonForgotten(_who(fact.by, event, pseudonym))
        case _:  # a number, a time or a word of ours, such as the reason of the end of speech
            return fact


def _who(by: str, event: Event, pseudonym: str) -> str:
    """Return who did something, unless it was the person: a service may say so in words of its own."""
    names_them = event.user_id in by or (event.session_id is not None and event.session_id in by)
    return pseudonym if names_them else by
