"""The DynamoDBs that the stores' contract is held to, each as a way to make clients."""

import warnings
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from threading import Lock
from typing import Any, Final

from botocore.config import Config
from moto import mock_aws
from moto.core.models import botocore_stubber

from functions.aws import clients
from local import emulator
from local.state import StateDir
from tests import consistency

REGION: Final = "us-east-1"
_PATIENT: Final = clients.CONFIG.merge(Config(connect_timeout=10, read_timeout=60))
"""A slow machine is no fault: a retry after a timeout would answer as for what is there already."""
MakeClient = Callable[[], Any]


def client(endpoint: str | None = None) -> Any:
    """Return a client as the functions make it, but patient, for an emulator that takes any key."""
    return consistency.demanded(
        clients.dynamodb(
            _PATIENT,
            endpoint_url=endpoint,
            region_name=REGION,
            aws_access_key_id="test",
            aws_secret_access_key="test",
        )
    )


@contextmanager
def moto() -> Iterator[MakeClient]:
    """Fake DynamoDB in process, empty at first."""

    def make_client() -> Any:
        made = client()
        # it knows by itself the sessions that are younger than its own import
        made.meta.events.unregister("before-send", botocore_stubber)
        made.meta.events.register("before-send", one_at_a_time)
        return made

    def one_at_a_time(event_name: str, request: Any, **more: Any) -> Any:
        """Answer a request alone: between a condition and its write, moto would let another thread in."""
        with turn:
            return botocore_stubber(event_name, request, **more)

    turn = Lock()

    with mock_aws():
        yield make_client


@contextmanager
def ministack(folder: Path) -> Iterator[MakeClient]:
    """Run the embedded AWS on a free port, with its files in a folder."""
    state = StateDir(folder)
    with warnings.catch_warnings():
        # it is known by its pid from here on, and the object that started it complains of being dropped
        warnings.simplefilter("ignore", ResourceWarning)
        running = emulator.start(state, emulator.free_port(), REGION, keep=False)
    try:
        yield lambda: client(running.endpoint)
    finally:
        emulator.stop(state, running)
