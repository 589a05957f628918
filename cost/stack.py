"""What a stack consists of: the program is run with its settings, and what it registers is kept."""

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from threading import Lock
from typing import Any, Final

from pulumi.runtime import MockCallArgs, MockResourceArgs, Mocks

from cost.assumed import MONTH_MINUTES
from functions import names
from local.program import evaluate
from local.stackfile import NOTHING, PROJECT, ROOT, values
from ops.prices import REGION

_MINUTES: Final = {"minute": 1, "hour": 60, "day": 24 * 60}
_HOST: Final = {f"{PROJECT}:layer": "host"}
"""What the functions' layer is for makes no difference to what it costs, and this one is built everywhere."""
_ACCOUNT: Final = "123456789012"


@dataclass(frozen=True)
class Resource:
    """A resource as the program registers it, with its inputs as Pulumi names them."""

    type: str
    name: str
    inputs: Mapping[str, Any]


@dataclass(frozen=True)
class Stack:
    """
    A stack.

    Parameters
    ----------
    name
        Its name.
    resources
        What it consists of, components left out.
    retention_days
        How long events are kept.
    """

    name: str
    resources: tuple[Resource, ...]
    retention_days: int

    def of_type(self, type_: str) -> Iterator[Resource]:
        """Yield the resources of a type, such as ``aws:dynamodb/table:Table``."""
        return (each for each in self.resources if each.type == type_)

    def memory_gb(self, function: str) -> float:
        """Return the memory of a function, 0 if the stack has none of this name."""
        return float(self._function(function).get("memorySize", 0)) / 1024

    @property
    def logs_access(self) -> bool:
        """Tell whether the gateway writes a line for each request."""
        return any(
            each.inputs.get("accessLogSettings") for each in self.of_type("aws:apigatewayv2/stage:Stage")
        )

    def is_traced(self, function: str) -> bool:
        """Tell whether X-Ray traces a function."""
        return bool(self._function(function).get("tracingConfig", {}).get("mode") == "Active")

    @property
    def answers(self) -> bool:
        """Tell whether texts are answered."""
        return names.REPLIES_IN_FLIGHT in self.variables("message")

    def variables(self, function: str) -> Mapping[str, str]:
        """Return what a function is told, nothing if the stack has none of this name."""
        environment: Mapping[str, Mapping[str, str]] = self._function(function).get("environment", {})
        return environment.get("variables", {})

    def runs_a_month(self, function: str) -> float:
        """Return how often a schedule invokes a function, 0 if none does."""
        for each in self.of_type("aws:scheduler/schedule:Schedule"):
            if each.name == f"{function}-schedule" and each.inputs.get("state", "ENABLED") == "ENABLED":
                return MONTH_MINUTES / _minutes_between(each.inputs["scheduleExpression"])
        return 0

    def _function(self, name: str) -> Mapping[str, Any]:
        """Return the inputs of a function, none if the stack has none of this name."""
        functions = self.of_type("aws:lambda/function:Function")
        return next((each.inputs for each in functions if each.name == f"{name}-function"), {})

    def table(self, name: str) -> Mapping[str, Any]:
        """Return the inputs of a table, by the name of its resource."""
        (found,) = [each for each in self.of_type("aws:dynamodb/table:Table") if each.name == name]
        return found.inputs


def stack_of(name: str, config: Mapping[str, str] = NOTHING) -> Stack:
    """Return a stack as its file describes it.

    Parameters
    ----------
    name
        Of the stack: ``Pulumi.<name>.yaml`` has its settings.
    config
        Settings that go before the file's, by the full key.

    Raises
    ------
    LocalError
        If the file cannot be read.
    """
    recorder = _Recorder()
    chosen = {**values(name), **config, **_HOST}
    outputs = evaluate(ROOT, recorder, chosen, project=PROJECT, stack=name)
    ordered = sorted(recorder.resources, key=lambda each: (each.type, each.name))
    return Stack(name, tuple(ordered), int(outputs["retention_days"]))


def _minutes_between(expression: str) -> int:
    """Return how far apart the runs of a schedule are, in minutes."""
    rate = re.fullmatch(r"rate\((\d+) (minute|hour|day)s?\)", expression)
    if rate:
        return int(rate[1]) * _MINUTES[rate[2]]
    if re.fullmatch(r"cron\(\d+ \* \* \* \? \*\)", expression):
        return _MINUTES["hour"]
    msg = f"nobody knows how often {expression} is"
    raise ValueError(msg)


class _Recorder(Mocks):
    """Answers the program with ids and ARNs of the usual form, and keeps what it registers."""

    def __init__(self) -> None:
        self.resources: list[Resource] = []
        self._lock = Lock()

    def new_resource(self, args: MockResourceArgs) -> tuple[str | None, dict[str, Any]]:
        """Keep one resource, and give it what AWS would."""
        inputs = dict(args.inputs)
        if not args.custom:
            return "", inputs
        with self._lock:
            self.resources.append(Resource(args.typ, args.name, inputs))
        arn = f"arn:aws:any:{REGION}:{_ACCOUNT}:{args.name}"
        made = {
            "arn": arn,
            "streamArn": f"{arn}/stream/2026-11-23T00:00:00.000",
            "invokeArn": arn,
            "executionArn": arn,
            "bucket": args.name,
            "name": args.name,
            "url": f"https://sqs.{REGION}.amazonaws.com/{_ACCOUNT}/{args.name}",
            "uuid": args.name,
            "apiId": args.name,
            "apiArn": arn,
            "channelNamespaceArn": arn,
            "dns": {"HTTP": f"{args.name}.appsync-api", "REALTIME": f"{args.name}.appsync-realtime-api"},
            "apiEndpoint": f"wss://{args.name}.execute-api.{REGION}.amazonaws.com",
        }
        return f"{REGION}_{args.name}", {**made, **inputs}

    def call(self, _: MockCallArgs) -> tuple[dict[str, Any], list[tuple[str, str]] | None]:
        """Answer a look-up of the provider."""
        return {"region": REGION, "id": REGION, "accountId": _ACCOUNT, "partition": "aws"}, []
