"""The clients of the emulator, and the bridge from the program's inputs to botocore's requests."""

import threading
from collections.abc import Collection, Mapping, Sequence
from typing import Any

import boto3
from botocore.config import Config
from botocore.model import ListShape, MapShape, OperationModel, Shape, StructureShape

from local.constraints import require, require_all, require_keys
from local.errors import LocalError

ACCOUNT = "000000000000"
PARTITION = "aws"
ACCESS_KEY = "test"
"""The emulator takes this key for the account's root: with it, no policy is asked."""
_ATTEMPTS = 2


class UnknownInputError(LocalError):
    """The program sets an input that the request of AWS has no member for."""


class Cloud:
    """The emulated account, seen through boto3.

    Parameters
    ----------
    endpoint : str
        URL of the emulator, without a path.
    region : str
        The region that the program is deployed to.
    restarted : bool
        Whether the emulator has just been started, so positions in streams mean nothing any more.
    attempts : int
        How often a request is sent before its failure is told.
    """

    def __init__(
        self, endpoint: str, region: str, *, restarted: bool = False, attempts: int = _ATTEMPTS
    ) -> None:
        self.endpoint = endpoint
        self.region = region
        self.restarted = restarted
        self._attempts = attempts
        self._session = boto3.Session(
            aws_access_key_id=ACCESS_KEY,
            aws_secret_access_key=ACCESS_KEY,
            region_name=region,
        )
        self._clients: dict[str, Any] = {}
        self._lock = threading.Lock()

    def client(self, service: str) -> Any:
        """The client of ``service``; one for all threads, since making clients is not thread-safe."""
        with self._lock:
            if service not in self._clients:
                self._clients[service] = self._make(service, self.endpoint)
            return self._clients[service]

    def management(self, endpoint: str) -> Any:
        """The client of the callbacks (``@connections``) at ``endpoint``."""
        with self._lock:
            return self._make("apigatewaymanagementapi", endpoint)

    def call(
        self,
        service: str,
        operation: str,
        inputs: Mapping[str, Any] | None = None,
        *,
        rename: Mapping[str, str] | None = None,
        without: Collection[str] = (),
        **members: Any,
    ) -> Any:
        """Call ``operation`` with the program's inputs, fitted to its request.

        Parameters
        ----------
        service, operation : str
            As botocore's models name them (``"lambda"``, ``"CreateFunction"``).
        inputs : mapping, optional
            The program's inputs in camelCase.
        rename : mapping, optional
            Inputs, at any depth, whose name is not that of the request's member.
        without : collection of str
            Inputs that the caller deals with by itself.
        **members
            Members of the request as they are.

        Raises
        ------
        UnknownInputError
            If an input has no member in the request.
        RefusedInputError
            If AWS would refuse a value: of an input by the input's name, else by the request's own.
        """
        client = self.client(service)
        model = client.meta.service_model.operation_model(operation)
        request = dict(members)
        if inputs is not None:
            chosen = {key: value for key, value in inputs.items() if key not in without}
            request = {**fit(model.input_shape, chosen, rename or {}), **members}
        return client._make_api_call(operation, request)  # noqa: SLF001  # by the operation's own name

    def _make(self, service: str, endpoint: str) -> Any:
        config = Config(
            retries={"mode": "standard", "total_max_attempts": self._attempts},
            connect_timeout=2,
            read_timeout=30,
            max_pool_connections=16,
        )
        client: Any = self._session.client(service, endpoint_url=endpoint, config=config)  # type: ignore[call-overload]  # a name, not a literal
        client.meta.events.register("before-parameter-build", _refuse)
        return client

    def arn(self, service: str, resource: str, *, regional: bool = True) -> str:
        """The ARN of a resource of this account."""
        region = self.region if regional else ""
        return f"arn:{PARTITION}:{service}:{region}:{ACCOUNT}:{resource}"


def _refuse(params: Mapping[str, Any], model: OperationModel, **_: Any) -> None:
    """Refuse what AWS would, in whichever way the request was put together."""
    if model.input_shape is not None:
        require_all(model.input_shape, params)


def fit(shape: Shape, value: Any, rename: Mapping[str, str], path: str = "") -> Any:
    """Turn a value of the program into what ``shape`` takes.

    The SDK hands camelCase names and floats for all numbers; botocore wants the request's own names
    and whole integers.

    Raises
    ------
    UnknownInputError
        Naming the path of the input that the shape has no member for.
    RefusedInputError
        Naming the path of the input whose value AWS would refuse.
    """
    fitted = _fitted(shape, value, rename, path)
    if path:
        require(shape, fitted, path)
    return fitted


def _fitted(shape: Shape, value: Any, rename: Mapping[str, str], path: str) -> Any:
    if isinstance(shape, StructureShape) and isinstance(value, Mapping):
        members = {name.lower(): name for name in shape.members}
        fitted: dict[str, Any] = {}
        for key, inner in value.items():
            here = f"{path}.{key}" if path else key
            name = members.get(rename.get(key, key).lower())
            if name is None:
                raise UnknownInputError(f"input {here!r} is unknown to the embedded AWS")
            if inner is not None:
                fitted[name] = fit(shape.members[name], inner, rename, here)
        return fitted
    if isinstance(shape, ListShape) and isinstance(value, Sequence) and not isinstance(value, str):
        return [fit(shape.member, inner, rename, f"{path}[{index}]") for index, inner in enumerate(value)]
    if isinstance(shape, MapShape) and isinstance(value, Mapping):
        require_keys(shape, value, path)
        return {key: fit(shape.value, inner, rename, f"{path}.{key}") for key, inner in value.items()}
    if shape.type_name in {"integer", "long"} and isinstance(value, float) and value.is_integer():
        return int(value)
    return value
