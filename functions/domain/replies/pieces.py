"""What an engine says of one question: pieces of text, and at last how it ended."""

from enum import StrEnum

import msgspec


class StopReason(StrEnum):
    """Why a reply has no more text. Clients read it."""

    END_TURN = "end_turn"
    """The model had said all."""
    MAX_TOKENS = "max_tokens"
    """It was cut off: at the most tokens of a reply, or where the model's context or our event is full."""
    GUARDRAIL = "guardrail"
    """A guardrail stopped it. Its text ends with what the guardrail says instead."""
    REFUSED = "refused"
    """The model declined, or its provider filtered it."""
    CANCELLED = "cancelled"
    """Somebody in the conversation has cancelled it."""
    DEADLINE = "deadline"
    """The function's time was over."""


class Failure(StrEnum):
    """Why a text gets no reply: the ``reason`` of a ``ReplyFailed``. It tells nothing of our insides."""

    THROTTLED = "throttled"
    """The account's quota is used up for now."""
    UNAVAILABLE = "unavailable"
    """The model or its service was not there."""
    TIMED_OUT = "timed_out"
    """It said nothing for too long."""
    INTERRUPTED = "interrupted"
    """It broke off in the middle."""
    MALFORMED = "malformed"
    """It said what is no text, such as a call of a tool that it was not given."""
    EMPTY = "empty"
    """It ended without a word."""
    REFUSED = "refused"
    """It declined without a word."""
    GUARDRAIL = "guardrail"
    """A guardrail stopped it without a word."""
    TOO_LONG = "too_long"
    """The prompt is longer than the model can take."""
    BLANK = "blank"
    """The question has white space only, which no model takes."""
    REJECTED = "rejected"
    """The request was not valid for this model."""
    MISCONFIGURED = "misconfigured"
    """The model is not there, or the function may not ask it."""
    DEADLINE = "deadline"
    """The function's time was over before the first word."""
    ABANDONED = "abandoned"
    """It was tried as often as a text may be, and no try came to an end."""


class Usage(msgspec.Struct, frozen=True):
    """What a reply took, in the model's tokens."""

    input_tokens: int
    output_tokens: int


class TextPiece(msgspec.Struct, frozen=True):
    """A piece of text. It may begin or end in the middle of a surrogate pair: `Draft` joins the halves."""

    text: str


class Ended(msgspec.Struct, frozen=True):
    """The reply is over. ``usage`` is None where the model did not come to say it."""

    stop_reason: StopReason
    usage: Usage | None = None


class Failed(msgspec.Struct, frozen=True):
    """The reply failed, whatever was said before.

    Attributes
    ----------
    problem
        For the log: the error's code, and nothing of what was asked or answered.
    """

    failure: Failure
    problem: str


End = Ended | Failed
Piece = TextPiece | End
"""An engine says any number of `TextPiece`, and then one `Ended` or `Failed`."""
