"""Answer the Pulumi program as its engine would, by creating each resource on the emulator."""

import threading
from collections.abc import Mapping
from dataclasses import replace
from pathlib import Path
from typing import Any

from pulumi.runtime import MockCallArgs, MockResourceArgs, Mocks

import local.resources  # noqa: F401  # fills the registry
from local.answers import until_answered
from local.cloud import ACCOUNT, PARTITION, Cloud
from local.errors import LocalError
from local.prune import Deployed
from local.resources.registry import CREATORS, Made, Wanted

_SECRET = "4dabf18193072939515e22adb298388d"  # noqa: S105  # the SDK's marker of a secret in plain data
_UNSENT = frozenset({"code"})
"""Inputs that are not echoed: the program does not read them and they are large."""


class Deployer(Mocks):
    """Creates what the program registers and remembers it.

    Attributes
    ----------
    deployed : list of Deployed
        What has been created, in that order.
    error : LocalError or None
        The first failure; those that follow are mostly its consequences.
    """

    def __init__(self, cloud: Cloud, root: Path) -> None:
        self.deployed: list[Deployed] = []
        self.error: LocalError | None = None
        self._cloud = cloud
        self._root = root
        self._lock = threading.Lock()

    def new_resource(self, args: MockResourceArgs) -> tuple[str | None, dict[str, Any]]:
        """Create one resource and give its id and its real outputs."""
        inputs = plain(args.inputs)
        if args.custom is False and not args.resource_id:
            return "", inputs  # a component: a name for its children
        made = self._create(args, inputs)
        with self._lock:
            self.deployed.append(Deployed(type=args.typ, name=args.name, id=made.id))
        echoed = {key: value for key, value in inputs.items() if key not in _UNSENT}
        return made.id, {**echoed, **made.outputs}

    def call(self, args: MockCallArgs) -> tuple[dict[str, Any], list[tuple[str, str]] | None]:
        """Answer a look-up of the provider."""
        match args.token:
            case "aws:index/getRegion:getRegion":
                region = self._cloud.region
                return {"region": region, "name": region, "id": region, "description": region}, []
            case "aws:index/getCallerIdentity:getCallerIdentity":
                arn = self._cloud.arn("iam", "root", regional=False)
                return {"accountId": ACCOUNT, "arn": arn, "userId": ACCOUNT, "id": ACCOUNT}, []
            case "aws:index/getPartition:getPartition":
                return {"partition": PARTITION, "dnsSuffix": "amazonaws.com", "id": PARTITION}, []
            case token:
                raise self._first(LocalError(f"{token}: the embedded AWS does not know this look-up"))

    def _create(self, args: MockResourceArgs, inputs: Mapping[str, Any]) -> Made:
        subject = f"{args.name} ({args.typ})"
        creator = CREATORS.get(args.typ)
        if creator is None or args.resource_id:
            kind = "a resource type that it reads" if args.resource_id else "this resource type"
            raise self._first(LocalError(f"{subject}: the embedded AWS does not know {kind}"))
        wanted = Wanted(type=args.typ, name=args.name, inputs=inputs, root=self._root)
        try:
            return until_answered(lambda lost: creator(self._cloud, replace(wanted, repeated=lost)))
        except Exception as error:  # noqa: BLE001  # whatever it is, it is raised again, with the name
            raise self._first(LocalError(f"{subject}: {_line(error)}")) from None

    def _first(self, error: LocalError) -> LocalError:
        with self._lock:
            self.error = self.error or error
        return error


def plain(value: Any) -> Any:
    """The value without the SDK's envelopes around secrets."""
    if isinstance(value, dict):
        if _SECRET in value:
            return plain(value.get("value"))
        return {key: plain(inner) for key, inner in value.items()}
    if isinstance(value, list):
        return [plain(inner) for inner in value]
    return value


def _line(error: Exception) -> str:
    text = " ".join(str(error).split())
    return text if isinstance(error, LocalError) else f"{type(error).__name__}: {text}"
