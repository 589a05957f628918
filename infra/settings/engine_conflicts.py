"""Conflicts between settings of what answers and speaks, and what they need beside them."""

from collections.abc import Iterator
from typing import Final

from infra.settings.ai import Engine, tokens_of
from infra.settings.conflict import Conflict
from infra.settings.identity import LONGEST_TEXT_BYTES
from infra.settings.settings import Settings
from infra.settings.voice import VoiceEngine

_MOST_MINUTES_WITHOUT_A_REPLY: Final = 5
"""What the function that answers did not come to, the sweeper begins anew."""
_REGIONS_OF_SPEECH: Final = ("ap-northeast-1", "us-east-1", "us-west-2")
"""Where Nova 2 Sonic is (Amazon Nova 2 user guide)."""
_HAND_OVER_SECONDS: Final = 120
"""What a function has left as it hands its session over: it may wait for the next one to start."""
_HAND_OVERS: Final = 10
"""Of so many sessions, one at a time holds a second execution, because it is handed over."""


def of_replies(settings: Settings, region: str | None) -> Iterator[Conflict]:
    """Tell the conflicts of what replies to texts."""
    ai, guardrail = settings.ai, settings.ai.guardrail
    if ai.engine is Engine.SCRIPT and settings.endpoint is None:
        why = "'script' is no model, so it is for an emulator, which endpoint names"
        yield Conflict("ai.engine", f"'bedrock': {why}", ("endpoint",))
    if guardrail.id is not None and guardrail.version is None:
        yield Conflict(
            "ai.guardrail.version", "a number or 'DRAFT' beside ai.guardrail.id", ("ai.guardrail.id",)
        )
    if guardrail.version is not None and guardrail.id is None:
        why = "it is a guardrail's version"
        yield Conflict("ai.guardrail.version", f"none without ai.guardrail.id: {why}", ("ai.guardrail.id",))
    if guardrail.id is not None and ai.engine is Engine.SCRIPT:
        why = "a script asks no guardrail"
        yield Conflict("ai.guardrail.id", f"none beside ai.engine 'script': {why}", ("ai.engine",))
    if _is_foreign(ai.model, region):
        why = "another region's models are asked through an inference profile of this one"
        yield Conflict("ai.model", f"a model of {region}: {why}", ())
    if ":application-inference-profile/" in ai.model:
        why = "of an application's own nobody can tell which models it may ask"
        yield Conflict("ai.model", f"a model, or an inference profile of Bedrock's: {why}", ())
    if _is_foreign(guardrail.id, region):
        yield Conflict("ai.guardrail.id", f"a guardrail of {region}: Bedrock finds no other region's", ())


def of_answering(settings: Settings) -> Iterator[Conflict]:
    """Tell what replies need that other settings deny."""
    ai, sweeper = settings.ai, settings.sweeper
    if not ai.enabled:
        return
    least = tokens_of("." * LONGEST_TEXT_BYTES) + ai.tokens_beside_question
    if settings.limits.tokens_per_day < least:
        why = "as many are reserved for the longest text, its history and its reply"
        beside = ("ai.systemPrompt", "ai.historyTokens", "ai.maxTokens")
        yield Conflict("limits.tokensPerDay", f"at least {least} beside ai.enabled: {why}", beside)
    why = "the sweeper finds texts that nobody has answered"
    if not sweeper.enabled:
        yield Conflict("sweeper.enabled", f"true beside ai.enabled: {why}", ("ai.enabled",))
    elif sweeper.every_minutes > _MOST_MINUTES_WITHOUT_A_REPLY:
        most = _MOST_MINUTES_WITHOUT_A_REPLY
        yield Conflict("sweeper.everyMinutes", f"at most {most} beside ai.enabled: {why}", ("ai.enabled",))


def of_speech(settings: Settings, region: str | None) -> Iterator[Conflict]:
    """Tell the conflicts of what people speak with."""
    voice, size = settings.voice, settings.functions.sizes.voice_session
    if voice.engine is VoiceEngine.ECHO and settings.endpoint is None:
        why = "'echo' is no model, so it is for an emulator, which endpoint names"
        yield Conflict("voice.engine", f"'nova': {why}", ("endpoint",))
    if not voice.enabled:
        return
    if voice.engine is VoiceEngine.NOVA and region not in {None, *_REGIONS_OF_SPEECH}:
        where = f"Nova 2 Sonic is in {', '.join(_REGIONS_OF_SPEECH)}"
        yield Conflict("voice.enabled", f"false in {region}: {where}", ("voice.engine",))
    least = voice.sessions + -(-voice.sessions // _HAND_OVERS)
    if size.reserved_concurrency is not None and size.reserved_concurrency < least:
        why = "each holds one execution, and one more as it is handed over"
        allowed = f"at least {least} beside voice.sessions {voice.sessions}: {why}"
        yield Conflict("functions.sizes.voiceSession.reservedConcurrency", allowed, ("voice.sessions",))
    most = size.timeout_seconds - _HAND_OVER_SECONDS
    if voice.handover_seconds > most:
        why = "two minutes before its timeout, a function must be handing its session over"
        beside = ("functions.sizes.voiceSession.timeoutSeconds",)
        allowed = f"at most {most} beside {beside[0]} {size.timeout_seconds}: {why}"
        yield Conflict("voice.handoverSeconds", allowed, beside)


def _is_foreign(name: str | None, region: str | None) -> bool:
    """Tell whether a name is an ARN of another region than this one, if this one is known."""
    return name is not None and name.startswith("arn:") and region not in {None, name.split(":")[3]}
