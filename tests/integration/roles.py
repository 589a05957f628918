"""The roles of the deployed functions: what each may do, and how one of it is taken away for a while."""

import json
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any, Final, NamedTuple

from local.cloud import Cloud

_OF_KEYS: Final = "ForAllValues:StringLike"
_KEYS: Final = "dynamodb:LeadingKeys"


class Permission(NamedTuple):
    """One action on one resource, which a role has by one of its policies.

    ``keys`` is what the keys of its items are like, such as ``ticket#*``, where that narrows it.
    """

    role: str
    action: str
    resource: str
    keys: str | None = None


class Roles:
    """The roles of an emulated account."""

    def __init__(self, cloud: Cloud) -> None:
        self._iam = cloud.client("iam")

    def permissions(self) -> list[Permission]:
        """Return all that the roles may do."""
        return [
            Permission(role, action, resource, keys)
            for role in self._names()
            for policy in self._iam.list_role_policies(RoleName=role)["PolicyNames"]
            for statement in self._statements(role, policy)
            for action in statement["Action"]
            for resource in statement["Resource"]
            for keys in _keys(statement)
        ]

    @contextmanager
    def without(self, permission: Permission) -> Iterator[None]:
        """Take a permission away for as long as the block lasts."""
        before = {
            policy: self._statements(permission.role, policy)
            for policy in self._iam.list_role_policies(RoleName=permission.role)["PolicyNames"]
        }
        try:
            for policy, statements in before.items():
                self._put(permission.role, policy, [*_reduced(statements, permission)])
            yield
        finally:
            for policy, statements in before.items():
                self._put(permission.role, policy, statements)

    def _names(self) -> list[str]:
        pages = self._iam.get_paginator("list_roles").paginate()
        return [role["RoleName"] for page in pages for role in page["Roles"]]

    def _statements(self, role: str, policy: str) -> list[dict[str, Any]]:
        document = self._iam.get_role_policy(RoleName=role, PolicyName=policy)["PolicyDocument"]
        found: list[dict[str, Any]] = (json.loads(document) if isinstance(document, str) else document)[
            "Statement"
        ]
        return found

    def _put(self, role: str, policy: str, statements: list[dict[str, Any]]) -> None:
        nothing = {"Effect": "Deny", "Action": ["none:Nothing"], "Resource": ["arn:aws:none:::nothing"]}
        document = json.dumps({"Version": "2012-10-17", "Statement": statements or [nothing]})
        self._iam.put_role_policy(RoleName=role, PolicyName=policy, PolicyDocument=document)


def _keys(statement: dict[str, Any]) -> list[str | None]:
    return list(statement["Condition"][_OF_KEYS][_KEYS]) if "Condition" in statement else [None]


def _reduced(statements: list[dict[str, Any]], permission: Permission) -> Iterator[dict[str, Any]]:
    """Yield the statements as they are without one action on one resource, or on one kind of its items."""
    for statement in statements:
        if (
            permission.action not in statement["Action"]
            or permission.resource not in statement["Resource"]
            or permission.keys not in _keys(statement)
        ):
            yield statement
            continue
        if others := [action for action in statement["Action"] if action != permission.action]:
            yield {**statement, "Action": others}
        if rest := [resource for resource in statement["Resource"] if resource != permission.resource]:
            yield {**statement, "Action": [permission.action], "Resource": rest}
        if kinds := [each for each in _keys(statement) if each != permission.keys]:
            condition = {**statement["Condition"], _OF_KEYS: {_KEYS: kinds}}
            yield {
                **statement,
                "Action": [permission.action],
                "Resource": [permission.resource],
                "Condition": condition,
            }
