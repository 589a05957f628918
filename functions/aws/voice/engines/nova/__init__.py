"""The engine that speaks with Nova 2 Sonic."""

from collections.abc import Mapping
from functools import partial

from functions import names
from functions.aws.voice.engines.nova.engine import Nova


def engine_of(variables: Mapping[str, str]) -> Nova:
    """Return the engine that a function's variables ask for, at once importing the SDK.

    Raises
    ------
    KeyError
        If one is missing that the program, or Lambda, gives to the function.
    """
    from functions.aws.voice.engines.nova import bedrock  # noqa: PLC0415 - nobody else pays for the SDK

    model = variables[names.VOICE_MODEL]
    return Nova(
        partial(bedrock.connect, model, variables["AWS_REGION"]),
        model=model,
        voice=variables[names.VOICE_NAME],
        endpointing=variables.get(names.VOICE_ENDPOINTING),
    )
