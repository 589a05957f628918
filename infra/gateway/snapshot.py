"""A record of what a deployment freezes, whose fingerprint tells when a new one is due."""

import hashlib
from typing import TypeVar

import pulumi

R = TypeVar("R", bound=pulumi.CustomResource)


class Snapshot:
    """Everything that is deployed, with its arguments."""

    def __init__(self) -> None:
        self._contents: list[dict[str, object]] = []

    def add(self, resource: R, args: object) -> R:
        """Record a resource with the arguments that made it, and give it back."""
        self._contents.append({**vars(args), "id": resource.id})
        return resource

    def fingerprint(self) -> pulumi.Output[str]:
        """Give a hash over all ids and arguments; in a preview it is unknown while one of them is."""
        text = pulumi.Output.json_dumps(self._contents, sort_keys=True)
        return text.apply(lambda contents: hashlib.sha256(contents.encode()).hexdigest())
