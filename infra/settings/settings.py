"""What a stack may choose, each value typed, bounded and with its default."""

from enum import StrEnum
from typing import Annotated

from pydantic import AfterValidator, Field

from infra.settings.ai import AiSettings
from infra.settings.domain import DomainSettings
from infra.settings.group import Group
from infra.settings.identity import IdentityMode, LimitSettings, TicketSettings, UserSettings
from infra.settings.schedules import ArchiveSettings, SweeperSettings
from infra.settings.signals import AlarmSettings, MonitoringSettings
from infra.settings.sizes import Sizes
from infra.settings.voice import LiveSettings, VoiceSettings

MIN_RETENTION_DAYS = 15
"""A failed record may wait 14 days in the failure queue and must still find its event when it is redriven."""


LOG_RETENTION_DAYS = (
    1,
    3,
    5,
    7,
    14,
    30,
    60,
    90,
    120,
    150,
    180,
    365,
    400,
    545,
    731,
    1_096,
    1_827,
    2_192,
    3_653,
)
"""The periods that CloudWatch knows: another would fail in the middle of an update."""


def _log_retention(days: int) -> int:
    if days not in LOG_RETENTION_DAYS:
        raise ValueError(f"one of {', '.join(map(str, LOG_RETENTION_DAYS))}")
    return days


class LayerTarget(StrEnum):
    """What the layer of dependencies is built for."""

    ARM64 = "arm64"
    """Lambda's Graviton processors: what every account runs."""
    HOST = "host"
    """The interpreter that evaluates the program: an emulator runs the functions in it."""


class GatewayLogsRole(StrEnum):
    """Who makes the role with which API Gateway writes logs: there is one for each account and region."""

    MANAGE = "manage"
    """This stack does."""
    EXISTING = "existing"
    """It is there already."""


class LogLevel(StrEnum):
    """The least level that a function logs, in the words of Lambda."""

    DEBUG = "DEBUG"
    INFO = "INFO"
    WARN = "WARN"
    ERROR = "ERROR"


class ApiSettings(Group):
    """The WebSocket API."""

    stage: Annotated[str, Field(pattern=r"^[A-Za-z0-9_-]{1,64}$")] = "prod"
    """The stage's name: the last part of the URLs."""
    throttling_rate: Annotated[float, Field(gt=0, le=10_000)] = 2_000
    """Frames a second that the stage takes. Zero would refuse everybody."""
    throttling_burst: Annotated[int, Field(gt=0, le=5_000)] = 1_000
    """Frames that the stage takes at once. Zero would refuse everybody."""
    access_logs: bool = False
    """Whether the gateway writes one line for each frame."""
    gateway_logs_role: GatewayLogsRole = GatewayLogsRole.EXISTING
    """Who makes the account's role for that."""


class LogSettings(Group):
    """The log of events."""

    retention_days: Annotated[int, Field(ge=MIN_RETENTION_DAYS, le=3_650)] = 90
    """Days from a connection's start until its events and its row expire."""
    point_in_time_recovery: bool = False
    """Whether the log and its claims can be restored to any second of the last 35 days (paid by the GB)."""


class FeedSettings(Group):
    """What every screen is told, in order."""

    window_hours: Annotated[int, Field(ge=1, le=168)] = 24
    """Hours for which a client that was away can go on where it was; after them it loads the history."""


class DeliverySettings(Group):
    """What becomes of posts that the gateway does not take at once."""

    queue: bool = False
    """Whether they wait in a queue, and sends to all too; it is polled, which has a price while idle."""
    posts_per_second: Annotated[int, Field(ge=2, le=1_000)] = 200
    """How many posts a second come out of it: below what is left of the account's requests."""


class FunctionSettings(Group):
    """What all functions share."""

    log_level: LogLevel = LogLevel.INFO
    """The least level that is logged."""
    log_retention_days: Annotated[int, AfterValidator(_log_retention)] = 30
    """Days that log lines are kept."""
    sizes: Sizes = Sizes()
    """Memory and time of each function."""

    @property
    def logs_every_request(self) -> bool:
        """Whether the line of a request is written that met no fault of ours."""
        return self.log_level in {LogLevel.DEBUG, LogLevel.INFO}


class ProjectorSettings(Group):
    """How the stream of events reaches the projector."""

    batch_size: Annotated[int, Field(ge=1, le=1_000)] = 1_000
    """The most records of one batch."""
    window_seconds: Annotated[int, Field(ge=0, le=300)] = 0
    """Seconds that a batch may wait to fill."""
    retries: Annotated[int, Field(ge=0, le=10_000)] = 5
    """Retries until what fails goes to the failure queue."""
    max_record_age_seconds: Annotated[int, Field(ge=60, le=82_800)] = 21_600
    """Age at which a failing record goes to the failure queue, whatever its retries.

    An hour before the stream forgets it at the latest.
    """


class TracingSettings(Group):
    """What X-Ray is told."""

    enabled: bool = False
    """Whether invocations are traced: one a second, and of the others one in twenty. Traces have a price."""


class Settings(Group):
    """All that a stack file says under the project's name."""

    identity: IdentityMode = IdentityMode.COGNITO
    """How a client says who it is."""
    users: UserSettings = UserSettings()
    tickets: TicketSettings = TicketSettings()
    limits: LimitSettings = LimitSettings()
    ai: AiSettings = AiSettings()
    voice: VoiceSettings = VoiceSettings()
    live: LiveSettings = LiveSettings()
    api: ApiSettings = ApiSettings()
    domain: DomainSettings = DomainSettings()
    log: LogSettings = LogSettings()
    feeds: FeedSettings = FeedSettings()
    delivery: DeliverySettings = DeliverySettings()
    functions: FunctionSettings = FunctionSettings()
    projector: ProjectorSettings = ProjectorSettings()
    sweeper: SweeperSettings = SweeperSettings()
    archive: ArchiveSettings = ArchiveSettings()
    alarms: AlarmSettings = AlarmSettings()
    tracing: TracingSettings = TracingSettings()
    monitoring: MonitoringSettings = MonitoringSettings()
    dashboard: bool = False
    """Whether a dashboard is made; it costs $3 a month, beyond the three that an account has for nothing."""
    layer: LayerTarget = LayerTarget.ARM64
    """What the dependencies are built for."""
    protect: bool = False
    """Whether the tables survive ``pulumi destroy`` and refuse to be replaced."""
    endpoint: Annotated[str | None, Field(pattern=r"^https?://[^/\s]+$")] = None
    """The URL of an emulator, without a path; on AWS there is none."""

    @property
    def verifies_identity(self) -> bool:
        """Whether a client must prove who it is."""
        return self.identity is not IdentityMode.QUERY
