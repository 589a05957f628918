"""Makes of a function's variables the engine that answers texts, and says what it is told besides."""

from collections.abc import Mapping
from typing import NamedTuple

from functions import names
from functions.aws import clients
from functions.aws.engines.engine import Engine
from functions.domain.replies.prompt import Bounds


class Answering(NamedTuple):
    """What answers texts.

    Parameters
    ----------
    engine
        Who answers.
    system
        What it is told before the conversation, if anything.
    history
        How much of the conversation it is told besides the question.
    """

    engine: Engine
    system: str | None
    history: Bounds


def answering_of(variables: Mapping[str, str]) -> Answering:
    """Return what the variables say.

    Raises
    ------
    KeyError
        If one is missing that the program gives to the function.
    """
    return Answering(
        _engine(variables),
        variables.get(names.SYSTEM_PROMPT),
        Bounds(int(variables[names.HISTORY_TURNS]), int(variables[names.HISTORY_TOKENS])),
    )


def _engine(variables: Mapping[str, str]) -> Engine:
    if variables[names.ENGINE] == names.ENGINE_SCRIPT:
        from functions.aws.engines.script import Script  # noqa: PLC0415 - for an emulator, which has time

        return Script()
    from functions.aws.engines.bedrock import Bedrock, Guardrail  # noqa: PLC0415 - the script needs none of it

    temperature, guardrail = variables.get(names.TEMPERATURE), variables.get(names.GUARDRAIL_ID)
    return Bedrock(
        clients.bedrock(),
        model=variables[names.MODEL],
        max_tokens=int(variables[names.MAX_TOKENS]),
        temperature=None if temperature is None else float(temperature),
        guardrail=None if guardrail is None else Guardrail(guardrail, variables[names.GUARDRAIL_VERSION]),
    )
