"""What a function must be allowed that asks a model of Bedrock, or speaks with one."""

import re
from collections.abc import Iterator

import pulumi

from infra.functions.function import Function
from infra.policy import Statement, in_any_region
from infra.settings.ai import AiSettings
from infra.settings.voice import VoiceSettings

STREAM = "bedrock:InvokeModelWithResponseStream"
"""What AWS asks for where a reply comes piece by piece (Amazon Bedrock user guide, ConverseStream)."""
EMULATED_STREAM = "bedrock:ConverseStream"
"""What the embedded AWS asks for in its place."""
SPEAK = ("bedrock:InvokeModel", "bedrock:InvokeModelWithBidirectionalStream")
"""What AWS asks for where a model is spoken with: the first by the reference of its API, the second by its
examples. Both are allowed on the one model, since nobody has tried which of them would do."""
GUARD = "bedrock:ApplyGuardrail"

_PROFILE = re.compile(r"^(?:global|apac|[a-z]{2}(?:-gov)?)\.(?P<model>[a-z0-9]+\..+)$")
"""The id of an inference profile: where it may go, and its model; an id of a model begins with its maker."""


def grant_ask(
    function: Function, ai: AiSettings, region: pulumi.Input[str], *, emulated: bool = False
) -> None:
    """Let a function ask the model that the settings name, and no other."""
    account = function.arn.apply(lambda arn: arn.split(":")[4])
    models = list(_models(ai.model, region, account))
    statements = [Statement([EMULATED_STREAM if emulated else STREAM], models)]
    guardrail = ai.guardrail.id
    if guardrail is not None:
        arn = pulumi.Output.concat("arn:aws:bedrock:", region, ":", account, ":guardrail/", guardrail)
        statements.append(Statement([GUARD], [guardrail if guardrail.startswith("arn:") else arn]))
    function.grant("ask-the-model", *statements)


def grant_speak(function: Function, voice: VoiceSettings, region: pulumi.Input[str]) -> None:
    """Let a function speak with the model that the settings name, and with no other."""
    model = pulumi.Output.concat("arn:aws:bedrock:", region, "::foundation-model/", voice.model)
    function.grant("speak-with-the-model", Statement(SPEAK, [model]))


def _models(
    model: str, region: pulumi.Input[str], account: pulumi.Output[str]
) -> Iterator[pulumi.Input[str]]:
    """Yield the ARNs of a model, or of a profile and the model behind it, in whichever region it answers."""
    if model.startswith("arn:"):
        yield model
    id_ = model.rpartition("/")[2]
    profile = _PROFILE.match(id_)
    if profile is not None:
        if not model.startswith("arn:"):
            yield pulumi.Output.concat("arn:aws:bedrock:", region, ":", account, ":inference-profile/", id_)
        yield in_any_region("bedrock", "foundation-model/", profile["model"])
    elif not model.startswith("arn:"):
        yield pulumi.Output.concat("arn:aws:bedrock:", region, "::foundation-model/", id_)
