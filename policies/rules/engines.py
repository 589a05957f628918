"""Who may answer people: a model, but nothing that stands in for one."""

from collections.abc import Iterator, Mapping
from typing import Final

from policies.resources import Resource
from policies.rule import ResourceRule
from policies.rules.logs import FUNCTION

_ENGINE: Final = "ENGINE"
"""The variable that says what answers."""
_STAND_IN: Final = "script"
"""Does what any text tells it, as often as it is told, and costs nothing that bounds it."""


def _stand_in(resource: Resource) -> Iterator[str]:
    if resource.type != FUNCTION or resource.emulated:
        return
    environment = resource.properties.get("environment")
    variables = environment.get("variables") if isinstance(environment, Mapping) else None
    if isinstance(variables, Mapping) and variables.get(_ENGINE) == _STAND_IN:
        yield f"answers people by a script, by the variable {_ENGINE}"


RULES = (ResourceRule("no-script-but-on-an-emulator", "On AWS a model answers, or nobody does.", _stand_in),)
