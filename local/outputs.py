"""What the program exports, typed, as tests, the demo and `status` use it."""

import json
from collections.abc import Mapping
from dataclasses import dataclass, fields
from pathlib import Path
from typing import Any

from local.errors import LocalError


@dataclass(frozen=True)
class Outputs:
    """The outputs of the program on the embedded AWS."""

    aws_endpoint_url: str
    """URL of the emulator: what boto3 and the AWS CLI take as ``AWS_ENDPOINT_URL``."""
    region: str
    websocket_url: str
    management_endpoint: str
    """Base URL of the callbacks (``@connections``)."""
    events_table: str
    claims_table: str
    feeds_table: str
    connections_table: str
    metrics_table: str
    messages_table: str
    sessions_table: str
    connection_manager_function: str
    everything: Mapping[str, Any]
    """All that the program exports, by name."""

    @property
    def ticket_url(self) -> str | None:
        """Where the bearer of a token gets a ticket; None where identity is not verified."""
        return self.everything.get("ticket_url")

    @property
    def user_pool_id(self) -> str | None:
        """The user pool whose tokens are taken; None where identity is not verified."""
        return self.everything.get("user_pool_id")

    @property
    def user_pool_client_ids(self) -> tuple[str, ...]:
        """The app clients whose tokens are taken."""
        return tuple(self.everything.get("user_pool_client_ids", ()))

    @property
    def tables(self) -> tuple[str, ...]:
        """The names of the tables, the log first."""
        return (
            self.events_table,
            self.claims_table,
            self.feeds_table,
            self.connections_table,
            self.messages_table,
            self.sessions_table,
            self.metrics_table,
        )


def parse(exported: Mapping[str, Any]) -> Outputs:
    """Check that the program exports what is needed here.

    Raises
    ------
    LocalError
        Naming the outputs that are missing.
    """
    names = [field.name for field in fields(Outputs) if field.name != "everything"]
    missing = [name for name in names if not isinstance(exported.get(name), str)]
    if missing:
        raise LocalError(f"the program does not export {', '.join(missing)}")
    return Outputs(**{name: exported[name] for name in names}, everything=dict(exported))


def write(path: Path, outputs: Outputs) -> None:
    """Write the outputs as JSON, whole or not at all."""
    draft = path.with_suffix(".tmp")
    draft.write_text(json.dumps(outputs.everything, indent=2, sort_keys=True) + "\n")
    draft.replace(path)


def load(path: Path) -> Outputs | None:
    """Read what has been written; None if nothing has been."""
    try:
        return parse(json.loads(path.read_text()))
    except (FileNotFoundError, json.JSONDecodeError, LocalError):
        return None
