"""The parts of a stack that are watched, and shown on its dashboard."""

from dataclasses import dataclass

from infra.archive.archive import Archive
from infra.connection_manager import ConnectionManager
from infra.delivery_queue import Deliverer
from infra.events_api.live import Live
from infra.functions.failure_queue import FailureQueue
from infra.functions.function import Function
from infra.gateway.websocket_api import WebSocketApi
from infra.identity.admission import Admission
from infra.naming import Naming
from infra.projector import Projector
from infra.responder import Responder
from infra.settings.settings import Settings
from infra.sweeper import Sweeper
from infra.tables.event_store import EventStore
from infra.tables.feed_store import FeedStore
from infra.tables.read_model import ReadModel
from infra.voice.voice import Voice


@dataclass(frozen=True, slots=True)
class Backend:
    """
    A whole stack.

    Parameters
    ----------
    naming, settings
        Its names and its settings.
    store, feeds, read_model, api
        Its tables and its WebSocket API.
    admission
        Who may connect: the authorizer, and what gives tickets where identity is verified.
    lifecycle, message, feed
        The functions of the routes.
    responder
        What answers texts; None where nobody does.
    projector, manager, sweeper
        What keeps the read models, and what works on connections.
    archive
        The archive; None where there is none.
    deliverer
        What works off the delivery queue; None where there is none.
    live
        Changes as they happen; None where nobody is told.
    voice
        What people speak with; None where nobody can speak.
    """

    naming: Naming
    settings: Settings
    store: EventStore
    feeds: FeedStore
    read_model: ReadModel
    api: WebSocketApi
    admission: Admission
    lifecycle: Function
    message: Function
    feed: Function
    responder: Responder | None
    projector: Projector
    manager: ConnectionManager
    sweeper: Sweeper
    archive: Archive | None
    deliverer: Deliverer | None
    live: Live | None
    voice: Voice | None

    @property
    def functions(self) -> tuple[Function, ...]:
        """All functions."""
        routed = (self.lifecycle, self.message, self.feed)
        working = (self.projector.function, self.manager.function, self.sweeper.function)
        optional = tuple(
            each.function for each in (self.responder, self.archive, self.deliverer, self.live) if each
        )
        speaking = (self.voice.session, self.voice.failure) if self.voice else ()
        return (*self.admission.functions, *routed, *working, *optional, *speaking)

    @property
    def queues(self) -> dict[str, FailureQueue]:
        """The failure queues, by whose they are."""
        always = {"projector": self.projector.failures, "sweeper": self.sweeper.failures}
        optional = {
            "responder": self.responder,
            "archiver": self.archive,
            "deliverer": self.deliverer,
            "voice": self.voice,
        }
        return always | {name: each.failures for name, each in optional.items() if each}
