"""Reads the IAM policies that resources carry, whichever of their properties holds them."""

import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from policies.resources import Resource, texts


@dataclass(frozen=True, slots=True)
class Statement:
    """
    One statement of a policy, with single values as lists.

    Parameters
    ----------
    property
        The last key that leads to the policy, such as ``assumeRolePolicy``.
    allows
        Whether it allows; else it denies.
    actions, resources
        As written.
    principals
        Whom it names, by kind; the lone star is of the kind ``*``. None where it names nobody.
    conditions
        As written.
    inverted
        Those of its members that say what is *not* meant, such as ``NotAction``.
    """

    property: str
    allows: bool
    actions: tuple[str, ...]
    resources: tuple[str, ...]
    principals: Mapping[str, tuple[str, ...]] | None
    conditions: Mapping[str, Any]
    inverted: tuple[str, ...]


def statements(resource: Resource) -> Iterator[Statement]:
    """List the statements of every policy that a resource carries: whatever text is one counts as one."""
    for path, text in texts(resource.properties):
        document = _document(text)
        for statement in _listed(document.get("Statement")):
            if isinstance(statement, Mapping):
                yield _statement(path[-1], statement)


def _document(text: str) -> Mapping[str, Any]:
    try:
        parsed = json.loads(text) if "Statement" in text else None
    except json.JSONDecodeError:
        parsed = None
    return parsed if isinstance(parsed, Mapping) else {}


def _statement(property_: str, statement: Mapping[str, Any]) -> Statement:
    return Statement(
        property=property_,
        allows=statement.get("Effect") != "Deny",
        actions=_listed(statement.get("Action")),
        resources=_listed(statement.get("Resource")),
        principals=_principals(statement.get("Principal")),
        conditions=statement.get("Condition", {}),
        inverted=tuple(key for key in statement if key.startswith("Not")),
    )


def _principals(principal: Any) -> Mapping[str, tuple[str, ...]] | None:
    if isinstance(principal, Mapping):
        return {kind: _listed(who) for kind, who in principal.items()}
    return None if principal is None else {"*": _listed(principal)}


def _listed(value: Any) -> tuple[Any, ...]:
    if value is None:
        return ()
    return tuple(value) if isinstance(value, list) else (value,)
