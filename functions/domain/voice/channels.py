"""The channel between whoever takes a client's frames and the function that holds a voice session.

Only functions may publish to it and subscribe to it; what it carries was judged before, by who the gateway
says it comes from. It promises no order, may lose a message, and may deliver one twice.
"""

from hashlib import sha256
from typing import Final

import msgspec

from functions.domain.voice.heard import Playing

NAMESPACE: Final = "voice"


class Heard(msgspec.Struct, frozen=True, tag="heard"):
    """A frame of speech: its number, its audio, and the connection that it came by."""

    connection_id: str
    seq: int
    audio: bytes


class EndAsked(msgspec.Struct, frozen=True, tag="end"):
    """A client is done: the number of its last frame, -1 if there was none, and the id of its frame."""

    connection_id: str
    last_seq: int
    client_id: str | None = None


class PlayedUpTo(msgspec.Struct, frozen=True, tag="played"):
    """How much of an assistant's turn was played, in milliseconds of audio."""

    connection_id: str
    turn: int
    milliseconds: int


class ListenAsked(msgspec.Struct, frozen=True, tag="listen"):
    """A screen of the conversation wants the audio too, or no more, and the id of its frame."""

    connection_id: str
    audio: bool
    client_id: str | None = None


class ReadyAsked(msgspec.Struct, frozen=True, tag="ready"):
    """A client asks once more whether the engine listens, and the id of its frame."""

    connection_id: str
    client_id: str | None = None


class Probe(msgspec.Struct, frozen=True, tag="probe"):
    """What the function says to itself, to know that the channel delivers; ``token`` is of that run alone."""

    token: str


class Taken(msgspec.Struct, frozen=True, tag="taken"):
    """The next generation listens, and has heard all frames from this number on; said until it is granted."""

    generation: int
    from_seq: int


class Granted(msgspec.Struct, frozen=True, tag="granted"):
    """The generation before says from which frame on the next one hears: from the first that is its own.

    Without it two functions would have to agree on a time: a request that is late would find frames heard
    already that the next one hears too.
    """

    generation: int
    from_seq: int


class Over(msgspec.Struct, frozen=True, tag="over"):
    """The session has ended while it was to be handed over: the next generation has nothing to do."""

    generation: int


class Released(msgspec.Struct, frozen=True, tag="released"):
    """The generation before has posted its last: where its numbers ended, for the next to go on from.

    ``generation`` is the next one's. ``out_seq`` and ``turn`` are the next free ones; then come the totals so
    far, who asked for the audio, who spoke last and when, epoch milliseconds, until when the session holds
    what it took, epoch seconds, how a client asked for the end, if one did meanwhile, and what clients
    play last.
    """

    generation: int
    out_seq: int
    turn: int
    frames: int
    lost: int
    bytes: int
    listening: tuple[str, ...] = ()
    speaker: str | None = None
    heard_at: int | None = None
    held_until: int | None = None
    end: EndAsked | None = None
    playing: Playing | None = None


Control = EndAsked | PlayedUpTo | ListenAsked | ReadyAsked | Probe | Taken | Granted | Released | Over
OnChannel = Heard | Control

_decoder: Final = msgspec.json.Decoder(OnChannel)


def channel_of(conversation: str, voice_session_id: str) -> str:
    """Return the channel of a voice session.

    The conversation is the gateway's word, by its hash: a client that learns another's voice session id
    publishes to a channel that nobody listens to.
    """
    digest = sha256(conversation.encode()).hexdigest()[:40]
    return f"/{NAMESPACE}/{digest}/{voice_session_id}"


def encode(message: OnChannel) -> bytes:
    """Return a message as the channel carries it."""
    return msgspec.json.encode(message)


def decode(message: bytes | str) -> OnChannel:
    """Return what a message of the channel says; a `msgspec.DecodeError` if it is none."""
    said: OnChannel = _decoder.decode(message)
    return said
