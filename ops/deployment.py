"""What the command line works on: the outputs of a stack, and the adapters that they lead to."""

import subprocess
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import Any, Final

import botocore.session
import msgspec
from botocore.config import Config

from functions.aws import clients
from functions.aws.log.event_log import EventLog
from functions.aws.read_models.read_model import ReadModel

LOCAL: Final = Path(".local/outputs.json")
"""Where the embedded AWS leaves the outputs of the stack ``local``."""
THREADS: Final = 8

_PATIENT: Final = Config(
    retries={"mode": "adaptive", "total_max_attempts": 10},
    connect_timeout=3,
    read_timeout=20,
    max_pool_connections=THREADS * 2,
)
"""An operator would rather wait than be refused, and must not take the tables' capacity from the handlers."""

_EMULATED: Final = _PATIENT.merge(Config(retries={"mode": "standard", "total_max_attempts": 3}))
"""The emulator throttles nobody: what does not answer is not up."""

_UNREPEATED: Final = Config(
    retries={"mode": "standard", "total_max_attempts": 1}, connect_timeout=3, read_timeout=910
)
"""A function may run for 15 minutes, and what it does must not be done twice because an answer was late."""

_SESSION: Final = botocore.session.get_session()
"""For what no function calls, so `functions.aws.clients` makes none of it."""


class Outputs(msgspec.Struct, frozen=True):
    """The outputs of a stack that the command line reads; the others are ignored."""

    events_table: str
    connections_table: str
    messages_table: str
    sessions_table: str
    metrics_table: str
    projector_failure_queue: str
    """The queue's URL."""
    region: str
    retention_days: int
    projector_timeout_seconds: int
    claims_table: str | None = None
    feeds_table: str | None = None
    archive_bucket: str | None = None
    archive_database: str | None = None
    archive_workgroup: str | None = None
    archiver_timeout_seconds: int = 900
    connection_manager_function: str | None = None
    projector_function: str | None = None
    projector_mapping: str | None = None
    """The UUID of its event source mapping."""
    sweeper_failure_queue: str | None = None
    """The queue's URL."""
    responder_failure_queue: str | None = None
    archiver_failure_queue: str | None = None
    """The queue's URL."""
    delivery_queue: str | None = None
    """The queue's URL, where the stack has one."""
    delivery_failure_queue: str | None = None
    """Likewise, of the jobs that it put aside."""
    websocket_url: str | None = None
    api_id: str | None = None
    ticket_url: str | None = None
    user_pool_id: str | None = None
    user_pool_client_ids: tuple[str, ...] = ()
    """Of the app clients whose tokens are taken; none where identity is not verified."""
    live_http_host: str | None = None
    """Of the API of changes as they happen, where the stack has one."""
    live_realtime_host: str | None = None
    aws_endpoint_url: str | None = None


class OutputsError(Exception):
    """There are no outputs to work on, and the message says how to get some."""


def read_outputs(path: Path) -> Outputs:
    """Return the outputs in a file, as ``pulumi stack output --json`` or ``make up`` writes it.

    Raises
    ------
    OutputsError
        If the file is not there or is not that.
    """
    try:
        return msgspec.json.decode(path.read_bytes(), type=Outputs)
    except FileNotFoundError:
        msg = f"{path} is not there: run `make up`, or `pulumi stack output --json > {path}` for an account"
    except (msgspec.DecodeError, UnicodeDecodeError) as problem:
        msg = f"{path} does not hold the outputs of a stack: {problem}"
    raise OutputsError(msg)


def outputs_of(stack: str) -> Outputs:
    """Return the outputs of a stack, as the Pulumi CLI tells them.

    Raises
    ------
    OutputsError
        If there is no CLI, or it does not know the stack.
    """
    command = ["pulumi", "stack", "output", "--json", "--stack", stack]
    try:
        told = subprocess.run(command, capture_output=True, check=True, stdin=subprocess.DEVNULL)  # noqa: S603 - no shell
        return msgspec.json.decode(told.stdout, type=Outputs)
    except FileNotFoundError:
        msg = "the Pulumi CLI is not installed: install it, or give --outputs FILE"
    except subprocess.CalledProcessError as problem:
        words = problem.stderr.decode(errors="replace").strip().splitlines()
        msg = f"`{' '.join(command)}` failed: {words[-1] if words else 'without a word'}"
    except (msgspec.DecodeError, UnicodeDecodeError) as problem:
        msg = f"`{' '.join(command)}` does not give the outputs of a stack: {problem}"
    raise OutputsError(msg)


@dataclass(frozen=True)
class Deployment:
    """The tables of a stack with its failure queue, and what reads and writes them."""

    outputs: Outputs

    @cached_property
    def client(self) -> Any:
        """A DynamoDB client, safe to share between threads."""
        return clients.dynamodb(**self._options())

    @cached_property
    def streams(self) -> Any:
        """A client of DynamoDB's streams."""
        return self.service("dynamodbstreams")

    @cached_property
    def queues(self) -> Any:
        """An SQS client."""
        return self.service("sqs")

    @cached_property
    def functions(self) -> Any:
        """A Lambda client that asks once, and waits for as long as a function may run."""
        return self.service("lambda", _UNREPEATED)

    def service(self, name: str, config: Config | None = None) -> Any:
        """Return a client of a service of the stack's region; more or less patient, if a config says so."""
        options = self._options()
        return _SESSION.create_client(name, **(options if config is None else {**options, "config": config}))

    @cached_property
    def athena(self) -> Any:
        """An Athena client."""
        return self.service("athena")

    def _options(self) -> dict[str, Any]:
        endpoint = self.outputs.aws_endpoint_url
        options = {"config": _PATIENT, "region_name": self.outputs.region, "endpoint_url": endpoint}
        if endpoint:
            # the emulator takes this key for root, and asks nobody else's
            options |= {"config": _EMULATED, "aws_access_key_id": "test", "aws_secret_access_key": "test"}
        return options

    @cached_property
    def log(self) -> EventLog:
        """The log."""
        return EventLog(self.client, self.outputs.events_table)

    @cached_property
    def model(self) -> ReadModel:
        """The read models."""
        outputs = self.outputs
        return ReadModel(
            self.client,
            connections=outputs.connections_table,
            messages=outputs.messages_table,
            sessions=outputs.sessions_table,
            metrics=outputs.metrics_table,
        )
