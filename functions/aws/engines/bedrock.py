"""Amazon Bedrock as an engine: one ConverseStream for each reply."""

from collections.abc import Generator, Iterable
from typing import Any, Final

import msgspec
from botocore.eventstream import ParserError
from botocore.exceptions import BotoCoreError, ClientError
from botocore.parsers import ResponseParserError
from urllib3.exceptions import HTTPError

from functions.aws.engines.bedrock_errors import failed, failed_in_stream
from functions.domain.replies.pieces import End, Ended, Failed, Failure, Piece, StopReason, TextPiece, Usage
from functions.domain.replies.prompt import Prompt

_STOP_REASONS: Final = {
    "max_tokens": StopReason.MAX_TOKENS,
    "model_context_window_exceeded": StopReason.MAX_TOKENS,
    "guardrail_intervened": StopReason.GUARDRAIL,
    "content_filtered": StopReason.REFUSED,
    "refusal": StopReason.REFUSED,
}
"""What is not here is the end of a turn: a reason that a later model gives must not lose what it said."""
_NO_TEXT: Final = frozenset({"malformed_model_output", "malformed_tool_use", "tool_use"})
"""What the model said is no text, or was meant for a tool: it is given none."""
_MOST_TOKENS: Final = 2**53
_BROKEN: Final = (
    ClientError,
    BotoCoreError,
    HTTPError,
    ParserError,
    ResponseParserError,
    OSError,
    ValueError,
)
"""What botocore and urllib3 raise in the middle of a stream; the last, of bytes that are no UTF-8."""


class Guardrail(msgspec.Struct, frozen=True):
    """A guardrail of Bedrock: its id or ARN, and ``DRAFT`` or the number of its version."""

    id: str
    version: str


class Bedrock:
    """A model of Bedrock, whichever the settings name.

    Parameters
    ----------
    client
        A Bedrock runtime client that tries once.
    model
        The id or ARN of a model or an inference profile.
    max_tokens
        The most tokens of a reply.
    temperature
        Between 0 and 1; None is the model's own.
    guardrail
        What looks at prompts and replies.
    """

    def __init__(
        self,
        client: Any,
        *,
        model: str,
        max_tokens: int,
        temperature: float | None = None,
        guardrail: Guardrail | None = None,
    ) -> None:
        self.model = model
        self._client = client
        self._options = _options(model, max_tokens, temperature, guardrail)

    def reply(self, prompt: Prompt, _asked: int, /) -> Generator[Piece]:
        """Yield what the model says, as it comes."""
        try:
            stream = self._client.converse_stream(**self._options, **_asks(prompt))["stream"]
        except (ClientError, BotoCoreError) as error:
            yield failed(error)
            return
        try:
            yield from _pieces(stream)
        finally:
            # not back into the pool: what is left of the reply would still come, and be paid for
            stream.close()


def _options(
    model: str, max_tokens: int, temperature: float | None, guardrail: Guardrail | None
) -> dict[str, Any]:
    inference: dict[str, Any] = {"maxTokens": max_tokens}
    if temperature is not None:
        inference["temperature"] = temperature
    options: dict[str, Any] = {"modelId": model, "inferenceConfig": inference}
    if guardrail is not None:
        options["guardrailConfig"] = {
            "guardrailIdentifier": guardrail.id,
            "guardrailVersion": guardrail.version,
            # words wait until they are judged: what was shown could not be taken back
            "streamProcessingMode": "sync",
        }
    return options


def _asks(prompt: Prompt) -> dict[str, Any]:
    messages = [{"role": turn.role.value, "content": [{"text": turn.text}]} for turn in prompt.turns]
    system = {} if prompt.system is None else {"system": [{"text": prompt.system}]}
    return {"messages": messages, **system}


def _pieces(stream: Iterable[dict[str, Any]]) -> Generator[Piece]:
    reason: str | None = None
    usage: Usage | None = None
    try:
        for event in stream:
            match event:
                case {"contentBlockDelta": {"delta": {"text": str(text)}}} if text:
                    yield TextPiece(text)
                case {"messageStop": {"stopReason": str(stop_reason)}}:
                    reason = stop_reason
                case {"metadata": {"usage": dict(counted)}}:
                    usage = _usage(counted)
    except _BROKEN as error:
        # once the model has stopped, only its usage is missing
        if reason is None:
            yield failed_in_stream(error)
            return
    yield _end(reason, usage)


def _usage(counted: dict[str, Any]) -> Usage | None:
    """Return what a reply took, None if that is no count: the event with it could not be read again."""
    match counted.get("inputTokens"), counted.get("outputTokens"):
        case int(read), int(written) if min(read, written) >= 0 and max(read, written) <= _MOST_TOKENS:
            return Usage(read, written)
    return None


def _end(reason: str | None, usage: Usage | None) -> End:
    if reason is None:
        return Failed(Failure.INTERRUPTED, "the stream ended before the reply")
    if reason in _NO_TEXT:
        return Failed(Failure.MALFORMED, reason)
    return Ended(_STOP_REASONS.get(reason, StopReason.END_TURN), usage)
