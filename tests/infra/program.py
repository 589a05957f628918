"""Evaluates the whole program under mocks and keeps what it registered."""

import asyncio
import contextvars
import functools
import json
import os
import runpy
from collections.abc import Mapping
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pulumi
import yaml  # type: ignore[import-untyped]  # it ships no types
from pulumi.runtime import MockCallArgs, MockResourceArgs, Mocks, set_all_config, set_mocks
from pulumi.runtime.mocks import MockMonitor
from pulumi.runtime.settings import get_root_resource
from pulumi.runtime.stack import run_pulumi_func

ROOT = Path(__file__).parents[2]
PROJECT = "airium-realtime"
ACCOUNT = "123456789012"
REGION = "us-east-1"
STACKS = ("dev", "prod", "local")


@dataclass(frozen=True)
class Registration:
    """One resource as the engine was asked for it."""

    urn: str
    type: str
    name: str
    inputs: dict[str, Any]
    custom: bool
    protect: bool
    retain_on_delete: bool
    dependencies: frozenset[str]
    properties: Any
    """The inputs once more, as the engine holds them and shows them to a policy pack."""
    waits_for: frozenset[str] = frozenset()
    """The dependencies that no input implies: what ``depends_on`` names."""


@dataclass(frozen=True)
class Evaluation:
    """What came of one run."""

    registrations: tuple[Registration, ...]
    outputs: dict[str, Any]

    def of_type(self, suffix: str) -> list[Registration]:
        return [each for each in self.registrations if each.type.endswith(suffix)]

    def within(self, component: str) -> "Evaluation":
        """Give the children of the components of a type."""
        token = f"airium:realtime:{component}$"
        return Evaluation(tuple(each for each in self.registrations if token in each.urn), self.outputs)

    def named(self, name: str) -> Registration:
        (found,) = [each for each in self.registrations if each.name == name and each.custom]
        return found


class _Aws(Mocks):
    """Answers with the ids and ARNs that AWS would make up; in a preview nobody knows them yet."""

    def __init__(self, *, preview: bool) -> None:
        self._preview = preview

    def call(self, args: MockCallArgs) -> tuple[dict[str, Any], list[tuple[str, str]] | None]:
        assert args.token == "aws:index/getRegion:getRegion", args.token
        return {"region": REGION, "id": REGION}, []

    def new_resource(self, args: MockResourceArgs) -> tuple[str | None, dict[str, Any]]:
        if not args.custom:
            return "", {}
        if self._preview:
            return "", args.inputs
        return _id(args.typ, args.name), {**args.inputs, **_computed(args.typ, args.name, args.inputs)}


def _id(type_: str, name: str) -> str:
    return f"{REGION}_Pool" if type_.endswith(":UserPool") else f"{name}-id"


def _computed(type_: str, name: str, inputs: Mapping[str, Any]) -> dict[str, Any]:  # noqa: C901 - flat
    physical = inputs.get("name", name)
    region = f"{REGION}:{ACCOUNT}"
    match type_.rpartition(":")[2]:
        case "Table":
            arn = f"arn:aws:dynamodb:{region}:table/{physical}"
            return {"arn": arn, "streamArn": f"{arn}/stream/2026-11-23T00:00:00.000"}
        case "Function":
            arn = f"arn:aws:lambda:{region}:function:{physical}"
            path = f"arn:aws:apigateway:{REGION}:lambda:path/2015-03-31/functions/{arn}/invocations"
            return {"arn": arn, "invokeArn": path}
        case "Bucket":
            bucket = f"{inputs['bucketPrefix']}1a2b3c"
            return {"bucket": bucket, "arn": f"arn:aws:s3:::{bucket}"}
        case "Role":
            return {"arn": f"arn:aws:iam::{ACCOUNT}:role/{name}", "name": name}
        case "LogGroup" | "MetricAlarm" as kind:
            service, what = ("logs", "log-group") if kind == "LogGroup" else ("cloudwatch", "alarm")
            return {"arn": f"arn:aws:{service}:{region}:{what}:{physical}"}
        case "Queue":
            url = f"https://sqs.{REGION}.amazonaws.com/{ACCOUNT}/{physical}"
            return {"arn": f"arn:aws:sqs:{region}:{physical}", "url": url}
        case "LayerVersion":
            return {"arn": f"arn:aws:lambda:{region}:layer:{inputs['layerName']}:1"}
        case "Api" if type_.startswith("aws:appsync/"):
            dns = {"HTTP": "appsync-api", "REALTIME": "appsync-realtime-api"}
            return {
                "apiId": f"{name}-id",
                "apiArn": f"arn:aws:appsync:{region}:apis/{name}-id",
                "dns": {kind: f"{name}-id.{host}.{REGION}.amazonaws.com" for kind, host in dns.items()},
            }
        case "ChannelNamespace":
            arn = f"arn:aws:appsync:{region}:apis/{inputs['apiId']}/channelNamespace/{physical}"
            return {"channelNamespaceArn": arn}
        case "Api":
            scheme = "wss" if inputs["protocolType"] == "WEBSOCKET" else "https"
            endpoint = f"{scheme}://{name}-id.execute-api.{REGION}.amazonaws.com"
            return {"apiEndpoint": endpoint, "executionArn": f"arn:aws:execute-api:{region}:{name}-id"}
        case "DomainName":
            target = f"d-abcdef1234.execute-api.{REGION}.amazonaws.com"
            known = {"targetDomainName": target, "hostedZoneId": "Z1UJRXOUMOOFQ8"}
            return {"domainNameConfiguration": {**inputs["domainNameConfiguration"], **known}}
        case "EventSourceMapping":
            return {"uuid": f"{name}-uuid"}
        case _:
            return {}


class _Recorder(MockMonitor):
    """Sees what mocks are not shown: protection, dependencies and URNs."""

    def __init__(self, mocks: Mocks) -> None:
        super().__init__(mocks)
        self.registrations: list[Registration] = []

    def RegisterResource(self, request: Any) -> Any:  # noqa: N802 - the name of the remote procedure
        response = super().RegisterResource(request)
        if request.type != "pulumi:pulumi:Stack":
            inputs = pulumi.runtime.rpc.deserialize_properties(request.object)
            registration = Registration(
                urn=response.urn,
                type=request.type,
                name=request.name,
                inputs=inputs,
                custom=request.custom,
                protect=request.protect,
                retain_on_delete=request.retainOnDelete,
                dependencies=frozenset(request.dependencies),
                waits_for=frozenset(request.dependencies) - _implied(request),
                properties=request.object,
            )
            self.registrations.append(registration)
        return response


def _implied(request: Any) -> set[str]:
    return {urn for each in request.propertyDependencies.values() for urn in each.urns}


def written_config(stack: str) -> dict[str, str]:
    """Encode a stack file as the CLI does."""
    config = yaml.safe_load((ROOT / f"Pulumi.{stack}.yaml").read_text())["config"]
    return {key: _encode(value) for key, value in config.items()}


def stack_config(stack: str, **overrides: object) -> dict[str, str]:
    """Give a stack's configuration with `layer: host` everywhere, since tests need no other Python."""
    own = {"layer": "host", **overrides}
    return {**written_config(stack), **{f"{PROJECT}:{key}": _encode(value) for key, value in own.items()}}


def _encode(value: object) -> str:
    return value if isinstance(value, str) else json.dumps(value, separators=(",", ":"))


def evaluate(
    stack: str,
    config: Mapping[str, str] | None = None,
    program: Any = None,
    *,
    preview: bool = False,
) -> Evaluation:
    """Run the program (or a function in its place) in a context of its own."""
    chosen = stack_config(stack) if config is None else config
    return contextvars.Context().run(_evaluate, stack, dict(chosen), program, preview)


@functools.cache
def evaluated(stack: str, *, preview: bool = False) -> Evaluation:
    """Evaluate a stack as it is in the repository, once."""
    return evaluate(stack, preview=preview)


@functools.cache
def alarmed(stack: str) -> Evaluation:
    """Evaluate a stack with its alarms, once."""
    return evaluate(stack, stack_config(stack, alarms={"enabled": "true"}))


DOMAIN = {
    "name": "chat.example.com",
    "certificateArn": f"arn:aws:acm:{REGION}:{ACCOUNT}:certificate/12345678-1234-1234-1234-123456789012",
    "hostedZoneId": "Z0123456789EXAMPLE",
}


@functools.cache
def at_domain(stack: str, *, preview: bool = False) -> Evaluation:
    """Evaluate a stack whose clients connect to a custom domain, once."""
    return evaluate(stack, stack_config(stack, domain=DOMAIN), preview=preview)


@functools.cache
def traced(stack: str, *, preview: bool = False) -> Evaluation:
    """Evaluate a stack with an archive whose functions are traced, once."""
    config = stack_config(stack, tracing={"enabled": "true"}, archive={"enabled": "true"})
    return evaluate(stack, config, preview=preview)


@functools.cache
def archiving(stack: str, *, preview: bool = False) -> Evaluation:
    """Evaluate a stack that keeps an archive, once."""
    return evaluate(stack, stack_config(stack, archive={"enabled": "true"}), preview=preview)


@functools.cache
def live(stack: str, *, preview: bool = False) -> Evaluation:
    """Evaluate a stack that tells of changes as they happen, with all that tells people how it does, once."""
    on = {"enabled": "true"}
    config = stack_config(stack, live=on, alarms=on, monitoring=on, dashboard="true")
    return evaluate(stack, config, preview=preview)


@functools.cache
def queueing(stack: str, *, preview: bool = False) -> Evaluation:
    """Evaluate a stack with a delivery queue, once."""
    return evaluate(stack, stack_config(stack, delivery={"queue": "true"}), preview=preview)


@functools.cache
def signalling(stack: str, *, preview: bool = False) -> Evaluation:
    """Evaluate a stack with an archive and all that tells people how it does, once."""
    on = {"enabled": "true"}
    config = stack_config(stack, alarms=on, archive=on, monitoring=on, dashboard="true")
    return evaluate(stack, config, preview=preview)


ECHO = {"endpoint": "http://127.0.0.1:4566", "voice": {"enabled": "true", "engine": "echo"}}
"""Settings with which people can speak: on an emulator, since not every Python can build a model's layer."""


@functools.cache
def speaking(stack: str, *, preview: bool = False) -> Evaluation:
    """Evaluate a stack in which people can speak, with all that tells people how it does, once."""
    on = {"enabled": "true"}
    config = stack_config(stack, alarms=on, monitoring=on, dashboard="true", **ECHO)
    return evaluate(stack, config, preview=preview)


def _evaluate(stack: str, config: dict[str, str], program: Any, preview: bool) -> Evaluation:  # noqa: FBT001
    # the loop comes before the mocks, which bind to the current one
    loops = _Loops()
    loop = loops.add()
    loop.set_default_executor(ThreadPoolExecutor(initializer=loops.add))
    before = Path.cwd()
    recorder = _Recorder(_Aws(preview=preview))
    try:
        os.chdir(ROOT)
        set_all_config(config)
        set_mocks(recorder.mocks, project=PROJECT, stack=stack, preview=preview, monitor=recorder)
        outputs = loop.run_until_complete(_outputs(program or _main))
    finally:
        os.chdir(before)
        loop.run_until_complete(loop.shutdown_default_executor())
        loops.close()
    return Evaluation(tuple(recorder.registrations), outputs)


class _Loops:
    """The event loops of all threads: the mock monitor makes one in each and would leave it open."""

    def __init__(self) -> None:
        self._made: list[asyncio.AbstractEventLoop] = []

    def add(self) -> asyncio.AbstractEventLoop:
        loop = asyncio.new_event_loop()
        asyncio.set_event_loop(loop)
        self._made.append(loop)
        return loop

    def close(self) -> None:
        for loop in self._made:
            loop.close()
        asyncio.set_event_loop(None)


def _main() -> None:
    runpy.run_path(str(ROOT / "__main__.py"), run_name="__main__")


async def _outputs(program: Any) -> dict[str, Any]:
    await run_pulumi_func(program)
    resolved = pulumi.Output.all(**getattr(get_root_resource(), "outputs", {}))
    return dict(await resolved.future() or {})
