"""Which function creates which resource type on the emulator."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from local.cloud import Cloud


@dataclass(frozen=True)
class Wanted:
    """A resource as the program asks for it."""

    type: str
    """Pulumi's type token, such as ``aws:dynamodb/table:Table``."""
    name: str
    """The logical name."""
    inputs: Mapping[str, Any]
    """The program's inputs in camelCase, secrets and numbers as the SDK hands them over."""
    root: Path
    """The folder of the program, which relative paths start from."""
    repeated: bool = False
    """Whether an earlier answer was lost, so that what this asks for may have been made already."""

    def physical(self, limit: int = 64) -> str:
        """The resource's own name, or the logical one where the program leaves the choice."""
        return str(self.inputs.get("name") or self.name)[:limit]


@dataclass(frozen=True)
class Made:
    """A resource as it is on the emulator."""

    id: str
    outputs: Mapping[str, Any] = field(default_factory=dict)
    """What the resource has beyond its inputs, in camelCase."""


Creator = Callable[[Cloud, Wanted], Made]
Remover = Callable[[Cloud, str], None]

CREATORS: dict[str, Creator] = {}
REMOVERS: dict[str, Remover] = {}


def creates(type_token: str) -> Callable[[Creator], Creator]:
    """Mark what *ensures* resources of a type: makes them, or brings existing ones up to date.

    It is called again where the answer to one of its requests was lost (`local.answers`). What has no name by
    which it could be found is then taken away first, where `Wanted.repeated` is set.
    """

    def register(creator: Creator) -> Creator:
        CREATORS[type_token] = creator
        return creator

    return register


def removes(type_token: str) -> Callable[[Remover], Remover]:
    """Mark what removes a resource, given its id, once the program has it no more."""

    def register(remover: Remover) -> Remover:
        REMOVERS[type_token] = remover
        return remover

    return register
