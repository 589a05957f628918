"""What there is of a stack, as its outputs name it, with clients that give up soon."""

from dataclasses import dataclass, field
from typing import Any, Final
from urllib.parse import urlsplit

from botocore.config import Config

from ops.deployment import Deployment

_SOON: Final = Config(
    retries={"mode": "standard", "total_max_attempts": 2}, connect_timeout=3, read_timeout=10
)
"""Who asks a doctor wants to know soon that something does not answer."""
_MANAGER: Final = "connection-manager"
_FUNCTIONS: Final = (
    "authorizer",
    "ticket",
    "lifecycle",
    "message",
    "feed",
    "responder",
    "projector",
    _MANAGER,
    "sweeper",
    "archiver",
)
_LINES: Final = (
    "connections-uncounted",
    "connects-refused",
    "frames-refused",
    "archive-behind",
    *(f"{name}-faults" for name in _FUNCTIONS),
)
"""What lines of the functions are counted as, where an alarm needs the count."""


@dataclass(frozen=True)
class Patient:
    """A deployment that is looked at; clients are made as they are needed."""

    deployment: Deployment
    clients: dict[str, Any] = field(default_factory=dict)

    def client(self, service: str) -> Any:
        """Return the client of a service."""
        if service not in self.clients:
            self.clients[service] = self.deployment.service(service, _SOON)
        return self.clients[service]

    @property
    def queues(self) -> dict[str, str]:
        """The URLs of the failure queues, by whose they are."""
        outputs = self.deployment.outputs
        found = {
            "projector": outputs.projector_failure_queue,
            "sweeper": outputs.sweeper_failure_queue,
            "responder": outputs.responder_failure_queue,
            "archiver": outputs.archiver_failure_queue,
            "deliverer": outputs.delivery_failure_queue,
        }
        return {name: url for name, url in found.items() if url}

    @property
    def tables(self) -> tuple[str, ...]:
        """The names of the tables."""
        outputs = self.deployment.outputs
        written = filter(None, (outputs.claims_table, outputs.feeds_table))
        return (outputs.events_table, *written, *self.read_models)

    @property
    def read_models(self) -> tuple[str, ...]:
        """The names of the tables that the projector keeps."""
        outputs = self.deployment.outputs
        return (
            outputs.connections_table,
            outputs.messages_table,
            outputs.sessions_table,
            outputs.metrics_table,
        )

    @property
    def names(self) -> frozenset[str]:
        """What this stack's metrics and their dimensions are called; those of another may begin like it."""
        outputs = self.deployment.outputs
        manager = outputs.connection_manager_function
        named = [manager.replace(_MANAGER, name) for name in (*_FUNCTIONS, *_LINES)] if manager else []
        queues = [url.rpartition("/")[2] for url in self.queues.values()]
        apis = [
            outputs.api_id,
            outputs.ticket_url and (urlsplit(outputs.ticket_url).hostname or "").split(".")[0],
        ]
        return frozenset({*self.tables, *named, *queues, *filter(None, apis)})
