"""The one place that makes AWS clients: botocore's, with bounded time and explicit retries.

boto3 adds nothing that the functions use, and costs a tenth of their import.
"""

import socket
from importlib.util import find_spec
from typing import TYPE_CHECKING, Any, Final

import botocore.session
from botocore.config import Config

from functions import names

if TYPE_CHECKING:
    from functions.aws.events_api.publishing import Events
    from functions.aws.invoking import Invoker
    from functions.aws.queueing import Queue

MOST_CALLS: Final = 16
"""How many calls one client makes at a time, where a function makes several."""

CONFIG: Final = Config(
    retries={"mode": "standard", "total_max_attempts": 3},
    connect_timeout=1,
    read_timeout=3,
    tcp_keepalive=True,
    max_pool_connections=MOST_CALLS,
)
"""Explicit, since the defaults differ by botocore's version: up to 25 s of retries when throttled."""

IN_TIME: Final = CONFIG.merge(Config(retries={"mode": "standard", "total_max_attempts": 2}))
"""For calls that must end within 10 s: two attempts of 4 s, and up to 1 s between them."""

BRIEF: Final = CONFIG.merge(
    Config(retries={"mode": "standard", "total_max_attempts": 2}, connect_timeout=0.5, read_timeout=1)
)
"""For what can be done without: it is given up after 4 s, and the invocation has time for the rest."""

PATIENT: Final = CONFIG.merge(
    Config(retries={"mode": "standard", "total_max_attempts": 5}, connect_timeout=3, read_timeout=20)
)
"""For what nobody waits for, and moves more than a frame."""

ONCE: Final = CONFIG.merge(
    Config(retries={"mode": "standard", "total_max_attempts": 1}, connect_timeout=3, read_timeout=40)
)
"""For replies of a model. Another try is paid for, and whoever reads has to know of it: none is made here.
A model that says nothing for 40 s will say nothing; the embedded AWS's proxy waits 30 s for a whole reply."""

_SOCKET_OPTIONS: Final[Any] = [  # what URLLib3Session's type says of it is wrong
    (socket.IPPROTO_TCP, socket.TCP_NODELAY, 1),
    (socket.SOL_SOCKET, socket.SO_KEEPALIVE, 1),
]
"""As a botocore client has them. A request goes out as its headers and then its body: without the first, the
body waits until the far end has acknowledged the headers, which it may put off for 40 ms."""

_session = botocore.session.get_session()
_models = find_spec(names.SERVICE_MODELS)
if _models is not None:
    # at once: a session lists its services with the first client that it makes, and lists them once
    _session.get_component("data_loader").search_paths.extend(_models.submodule_search_locations or ())


def dynamodb(config: Config = CONFIG, **options: Any) -> Any:
    """Return a DynamoDB client; options as for botocore's ``create_client``."""
    return _session.create_client("dynamodb", config=config, **options)


def management(endpoint: str, *, emulated: bool = False, config: Config = CONFIG, **options: Any) -> Any:
    """Return a client for the @connections callbacks of an API's stage.

    Parameters
    ----------
    endpoint
        ``https://{api}.execute-api.{region}.amazonaws.com/{stage}``, never a custom domain (403).
    emulated
        Mend the embedded AWS's ``GetConnection``, whose members come capitalised.
    """
    client = _session.create_client(
        "apigatewaymanagementapi", endpoint_url=endpoint, config=config, **options
    )
    if emulated:
        client.meta.events.register("before-parse.apigatewaymanagementapi.GetConnection", _uncapitalise)
    return client


def invoker(endpoint: str, function: str, region: str) -> "Invoker":
    """Return what invokes a function asynchronously; it is given up after 4 s, and somebody else invokes it.

    Parameters
    ----------
    endpoint
        Lambda's own, ``https://lambda.{region}.amazonaws.com``.
    function, region
        Its name, and where it is.
    """
    from functions.aws.invoking import Invoker  # noqa: PLC0415 - most functions invoke none

    http = _http()
    url = f"{endpoint}/2015-03-31/functions/{function}/invocations"
    return Invoker(http, _session.get_credentials(), url, region)


def queue(url: str, region: str) -> "Queue":
    """Return what puts messages into the queue of a URL; it is given up after 4 s."""
    from functions.aws.queueing import Queue  # noqa: PLC0415 - most functions use none

    return Queue(_http(), _session.get_credentials(), url, region)


def events(
    host: str, region: str, endpoint: str | None = None, seconds: tuple[float, float] = (0.5, 1.5)
) -> "Events":
    """Return what publishes to an API of AppSync Events.

    Parameters
    ----------
    host, region, endpoint
        As `Events` takes them.
    seconds
        How long a request may take to connect, and then to be answered. It is sent twice, unless it may fail.
    """
    from functions.aws.events_api.publishing import Events  # noqa: PLC0415 - most functions publish nothing

    return Events(_http(seconds), _session.get_credentials(), host, region, endpoint)


def credentials() -> Any:
    """Return botocore's credentials, which renew themselves, for what signs by itself."""
    return _session.get_credentials()


def _http(seconds: tuple[float, float] = (0.5, 1.5)) -> Any:
    """Return what sends signed requests, over connections that it keeps."""
    from botocore.httpsession import URLLib3Session  # noqa: PLC0415 - most functions send none

    connect_and_read: Any = seconds  # its type says less than it takes
    return URLLib3Session(
        timeout=connect_and_read, max_pool_connections=MOST_CALLS, socket_options=_SOCKET_OPTIONS
    )


def s3(*, emulated: bool = False, **options: Any) -> Any:
    """Return an S3 client; its model is in a layer of the one function that calls it, or in botocore itself.

    Parameters
    ----------
    emulated
        Name the bucket in the path: the embedded AWS has one host for all.
    """
    config = PATIENT.merge(Config(s3={"addressing_style": "path" if emulated else "virtual"}))
    return _session.create_client("s3", config=config, **options)


def bedrock(config: Config = ONCE, **options: Any) -> Any:
    """Return a client of Bedrock's runtime, whose own model is in a layer as that of S3 is."""
    return _session.create_client("bedrock-runtime", config=config, **options)


def _uncapitalise(response_dict: dict[str, Any], **_: Any) -> None:
    for name in (b"ConnectedAt", b"LastActiveAt", b"Identity"):
        response_dict["body"] = response_dict["body"].replace(name, name[:1].lower() + name[1:])
