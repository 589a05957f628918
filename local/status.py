"""Say how the embedded AWS is."""

import sys
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime

from rich.console import RenderableType
from rich.table import Table

from local import emulator, outputs
from local.cloud import Cloud
from local.outputs import Outputs
from local.state import Running, StateDir
from local.up import Up

NOVA_PYTHON = (3, 12)
"""The oldest that the SDK of Nova 2 Sonic takes, of which its layer is built for this machine."""


@dataclass(frozen=True)
class Function:
    """One function of the program."""

    name: str
    memory_mb: int
    timeout_seconds: int
    changed: str
    """When it was last deployed, ISO 8601."""


@dataclass(frozen=True)
class Status:
    """The embedded AWS at one moment."""

    up: bool
    words: str
    """Whether it is up, in a sentence."""
    outputs: Outputs | None = None
    items: tuple[tuple[str, int], ...] = ()
    """Each table with the number of its items."""
    functions: tuple[Function, ...] = ()


def look(state: StateDir) -> Status:
    """Ask the emulator; nothing is changed."""
    running = state.running()
    if running is None:
        return Status(up=False, words="It is not up: `make up` starts it.")
    if not emulator.alive(running):
        return Status(
            up=False,
            words=f"The emulator (pid {running.pid}) has died: `make up` starts it anew; see {state.log}.",
        )
    if not emulator.healthy(running):
        return Status(
            up=False, words=f"The emulator (pid {running.pid}) does not answer: `make down`, then `make up`."
        )
    since = f"Up for {_age(running)} on port {running.port} (pid {running.pid})."
    deployed = outputs.load(state.outputs)
    if deployed is None:
        return Status(up=False, words=f"{since} Nothing is deployed: `make up` deploys it.")
    cloud = Cloud(running.endpoint, deployed.region)
    return Status(
        up=True,
        words=since,
        outputs=deployed,
        items=tuple((name, _count(cloud, name)) for name in deployed.tables),
        functions=tuple(_functions(cloud)),
    )


def shown(status: Status) -> Iterator[RenderableType]:
    """The status for a terminal."""
    yield status.words
    if status.outputs is not None:
        yield from _urls(status.outputs)
        tables = Table("table", "items")
        for name, count in status.items:
            tables.add_row(name, str(count))
        yield tables
        functions = Table("function", "MB", "seconds", "changed")
        for each in status.functions:
            functions.add_row(each.name, str(each.memory_mb), str(each.timeout_seconds), each.changed[:19])
        yield functions


def welcome(result: Up) -> Iterator[str]:
    """Yield the lines that `up` tells once it is ready."""
    first = "It was up already; what has changed is deployed." if result.was_up else "The backend is up."
    if result.mended:
        first += " The kept read models differed from the log and have been rebuilt."
    yield first
    yield from _urls(result.outputs)
    yield "  chat            make chat (in another terminal)"
    if "voice_session_function" in result.outputs.everything:
        yield f"  speech          make voice FILE=hello.wav ({who_answers(sys.version_info[:2])})"
    yield from _first_steps(result.outputs)
    yield '                  and type {"type": "ping"}'


def who_answers(python: tuple[int, int]) -> str:
    """Say who speaks with people here, by the Python that functions run in."""
    if python >= NOVA_PYTHON:
        return "an echo answers"
    return "an echo answers: on Python {}.{} nobody else can be deployed".format(*python)


def _first_steps(stack: Outputs) -> Iterator[str]:
    if stack.ticket_url is None:
        yield f"  try             python -m websockets '{stack.websocket_url}?userId=ada'"
        return
    # single quotes: the shell would look for a variable in $default
    bearer = '"Authorization: Bearer $(python -m local token ada@example.com)"'
    yield f"  try             curl -X POST -H {bearer} '{stack.ticket_url}'"
    yield "                  and, before the ticket expires,"
    yield f"                  python -m websockets '{stack.websocket_url}?ticket=<ticket>'"


def _urls(stack: Outputs) -> Iterator[str]:
    if stack.ticket_url is None:
        yield f"  websocket       {stack.websocket_url}?userId=<you>"
    else:
        yield f"  websocket       {stack.websocket_url} (Authorization: Bearer <token>, or ?ticket=<ticket>)"
        yield f"  tickets         {stack.ticket_url} (POST)"
        clients = ", ".join(stack.user_pool_client_ids)
        yield f"  users           pool {stack.user_pool_id}, app client {clients}"
    yield f"  callbacks       {stack.management_endpoint}"
    yield f"  AWS endpoint    {stack.aws_endpoint_url} (region {stack.region}, key test, secret test)"


def _age(running: Running) -> str:
    seconds = int((datetime.now(UTC) - running.since).total_seconds())
    return f"{seconds // 3600} h {seconds % 3600 // 60} min {seconds % 60} s, since {running.started_at}"


def _count(cloud: Cloud, table: str) -> int:
    pages = cloud.client("dynamodb").get_paginator("scan").paginate(TableName=table, Select="COUNT")
    return sum(page["Count"] for page in pages)


def _functions(cloud: Cloud) -> Iterator[Function]:
    for page in cloud.client("lambda").get_paginator("list_functions").paginate():
        for each in page["Functions"]:
            yield Function(each["FunctionName"], each["MemorySize"], each["Timeout"], each["LastModified"])
