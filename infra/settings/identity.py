"""What a stack may choose of identity and limits."""

from enum import StrEnum
from typing import Annotated
from urllib.parse import urlsplit

from pydantic import AfterValidator, Field

from functions import names
from infra.settings.group import Group

MAX_AUDIENCES = 50
"""An authorizer of an HTTP API takes no more audiences."""

MAX_VOICE_SESSIONS_PER_MINUTE = 30
"""A connection's row holds each of its voice sessions, for two hours, and DynamoDB's items end at 400 KB."""

LONGEST_TEXT_BYTES = 32_768
"""No frame is longer, so the longest text fits into any limit."""

_ClientId = Annotated[str, Field(pattern=r"^[A-Za-z0-9_+]{1,128}$")]
_DEFAULT_PORTS = {"http": 80, "https": 443}
_MAX_PORT = 65_535


def _as_browsers_write_it(origin: str) -> str:
    url = urlsplit(origin)
    _, _, port = url.netloc.partition(":")
    if port and (port.startswith("0") or int(port) > _MAX_PORT or int(port) == _DEFAULT_PORTS[url.scheme]):
        raise ValueError(
            "a port from 1 to 65535, and none where it is the scheme's own: browsers leave it out"
        )
    return origin


_Origin = Annotated[
    str,
    Field(pattern=r"^https?://[a-z0-9.-]+(:[0-9]{1,5})?$"),
    AfterValidator(_as_browsers_write_it),
]
"""As browsers write it: in lower case, without a path. A star would let any page try any token."""


MAX_HEADERS = 50
"""Names of headers; more are a mistake, and the answer to each preflight would hold them all."""

# as browsers write it. A star would not cover the header that the token is in.
_Header = Annotated[str, Field(pattern=r"^[A-Za-z0-9_-]{1,64}$"), AfterValidator(str.lower)]

TRACING_HEADERS = (
    "traceparent",
    "tracestate",
    "baggage",
    "x-amzn-trace-id",
    "sentry-trace",
    "x-datadog-trace-id",
    "x-datadog-parent-id",
    "x-datadog-origin",
    "x-datadog-sampling-priority",
    "newrelic",
)
"""What W3C's trace context (OpenTelemetry and most), X-Ray, Sentry, Datadog, New Relic add to a request."""


class IdentityMode(StrEnum):
    """How a client says who it is."""

    COGNITO = "cognito"
    """By a token of a Cognito user pool, or a ticket that was issued for one."""
    QUERY = "query"
    """``userId`` in the query string of ``$connect``: for trying things out, it proves nothing."""


class TokenUse(StrEnum):
    """The kind of a user pool's tokens that are taken, in the words of their claim ``token_use``."""

    ACCESS = "access"
    """Says what its bearer may do: made to be sent to a backend."""
    ID = "id"
    """Says who somebody is, with their attributes: made for the app itself."""


class UserSettings(Group):
    """The Cognito user pool whose tokens are taken, in the mode ``identity: cognito``."""

    user_pool_id: Annotated[str | None, Field(pattern=r"^[a-z0-9-]+_[0-9A-Za-z]+$")] = None
    """An existing pool; with none, one is made."""
    client_ids: Annotated[tuple[_ClientId, ...], Field(max_length=MAX_AUDIENCES)] = ()
    """The app clients whose tokens are taken; with none, one is made."""
    token_use: TokenUse = TokenUse.ACCESS
    """The kind of token that is taken."""
    self_sign_up: bool = False
    """Whether people may sign themselves up in the pool that is made."""


class TicketSettings(Group):
    """The HTTP API that issues tickets, in the mode ``identity: cognito``."""

    origins: tuple[_Origin, ...] = ()
    """The origins whose pages may ask for a ticket; with none, no page of another origin may."""
    headers: Annotated[tuple[_Header, ...], Field(max_length=MAX_HEADERS)] = (
        "content-type",
        *TRACING_HEADERS,
    )
    """The request headers that those pages may send besides the token; nobody here reads them."""
    throttling_rate: Annotated[float, Field(gt=0, le=10_000)] = 500
    """Requests a second: as many as an account takes new connections. Zero would refuse everybody."""
    throttling_burst: Annotated[int, Field(gt=0, le=5_000)] = 500
    """Requests at once. Zero would refuse everybody."""


class LimitSettings(Group):
    """What one user may do."""

    connections_per_user: Annotated[int, Field(ge=1, le=1_000)] = 10
    """Connections that a user may have open; soft, by as much as the projection lags."""
    texts_per_minute: Annotated[int, Field(ge=1, le=6_000)] = 60
    """Text messages that a user may send in each minute."""
    text_bytes_per_minute: Annotated[int, Field(ge=LONGEST_TEXT_BYTES, le=200_000_000)] = 120_000
    """Bytes of text (UTF-8) that a user may send in each minute."""
    voice_sessions_per_minute: Annotated[int, Field(ge=1, le=MAX_VOICE_SESSIONS_PER_MINUTE)] = 6
    """Voice sessions that a user may start in each minute."""
    voice_sessions_at_a_time: Annotated[int, Field(ge=1, le=100)] = 2
    """Voice sessions that a user may have at a time."""
    voice_seconds_per_day: Annotated[int, Field(ge=120, le=86_400)] = 3_600
    """Seconds of voice sessions that a user may use in each day of UTC; up to 120 are reserved for each."""

    resumes_per_minute: Annotated[int, Field(ge=1, le=600)] = 30
    """How often a user may ask in each minute for what they missed."""
    histories_per_minute: Annotated[int, Field(ge=1, le=600)] = 30
    """How many pages of history a user may ask for in each minute."""
    cancels_per_minute: Annotated[int, Field(ge=1, le=600)] = 60
    """How many texts a user may cancel in each minute."""

    replies_in_flight: Annotated[int, Field(ge=1, le=10_000)] = 2
    """Texts of a user that may wait for their outcome at a time."""
    tokens_per_day: Annotated[int, Field(ge=1, le=10**12)] = 1_000_000
    """Tokens of prompts and replies that a user may use in each day of UTC."""

    @property
    def of_replies(self) -> dict[str, str]:
        """The variables of the function that takes texts, where they are answered."""
        return {
            names.REPLIES_IN_FLIGHT: str(self.replies_in_flight),
            names.TOKENS_PER_DAY: str(self.tokens_per_day),
        }

    @property
    def of_frames(self) -> dict[str, str]:
        """The variables of the function that takes frames."""
        return {
            names.TEXTS_PER_MINUTE: str(self.texts_per_minute),
            names.TEXT_BYTES_PER_MINUTE: str(self.text_bytes_per_minute),
            names.VOICE_SESSIONS_PER_MINUTE: str(self.voice_sessions_per_minute),
        }

    @property
    def of_speech(self) -> dict[str, str]:
        """The variables of the function that begins voice sessions, besides `of_frames`."""
        return {
            names.VOICE_SESSIONS_PER_USER: str(self.voice_sessions_at_a_time),
            names.VOICE_SECONDS_PER_DAY: str(self.voice_seconds_per_day),
        }

    @property
    def of_feeds(self) -> dict[str, str]:
        """The variables of the function of the feeds."""
        return {
            names.RESUMES_PER_MINUTE: str(self.resumes_per_minute),
            names.HISTORIES_PER_MINUTE: str(self.histories_per_minute),
            names.CANCELS_PER_MINUTE: str(self.cancels_per_minute),
        }
