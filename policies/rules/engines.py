"""Who may answer people: a model, but nothing that stands in for one."""

from collections.abc import Iterator, Mapping
from typing import Final

from policies.resources import Resource
from policies.rule import ResourceRule
from policies.rules.logs import FUNCTION

_STAND_INS: Final = {"ENGINE": "script", "VOICE_ENGINE": "echo"}
"""What stands in for a model, by the variable that says what answers.

It does what it is told, as often as it is told, and costs nothing that bounds it."""


def _stand_in(resource: Resource) -> Iterator[str]:
    if resource.type != FUNCTION or resource.emulated:
        return
    environment = resource.properties.get("environment")
    variables = environment.get("variables") if isinstance(environment, Mapping) else None
    for variable, stand_in in _STAND_INS.items():
        if isinstance(variables, Mapping) and variables.get(variable) == stand_in:
            yield f"answers people by {stand_in!r}, by the variable {variable}"


RULES = (
    ResourceRule("no-stand-in-but-on-an-emulator", "On AWS a model answers, or nobody does.", _stand_in),
)
