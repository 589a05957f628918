"""Settings that are allowed each by itself but not together: one would have no effect, or break the other."""

from collections.abc import Iterator
from typing import Final

from infra.settings import engine_conflicts
from infra.settings.conflict import Conflict
from infra.settings.settings import MIN_RETENTION_DAYS, GatewayLogsRole, LogLevel, Settings

_DAY_SECONDS: Final = 86_400
_CONNECTION_SECONDS: Final = 2 * 3_600
"""The longest that the gateway keeps a connection, whose last event expires with its first."""


def conflicts(settings: Settings, region: str | None) -> Iterator[Conflict]:
    """
    Tell every conflict between settings that are each within their bounds.

    Parameters
    ----------
    settings
        The settings.
    region
        The provider's region, if the configuration says it.
    """
    yield from _of_identity(settings)
    yield from engine_conflicts.of_replies(settings, region)
    yield from engine_conflicts.of_answering(settings)
    yield from engine_conflicts.of_speech(settings, region)
    yield from _of_the_projector(settings)
    yield from _of_what_would_do_nothing(settings)
    yield from _of_the_domain(settings, region)
    foreign = [arn for arn in settings.alarms.topic_arns if region and arn.split(":")[3] != region]
    if foreign:
        yield Conflict("alarms.topicArns", f"topics of {region}: an alarm tells no other region's", ())


def _of_identity(settings: Settings) -> Iterator[Conflict]:
    if not settings.verifies_identity and settings.endpoint is None:
        why = "'query' proves nothing, so it is for an emulator, which endpoint names"
        yield Conflict("identity", f"'cognito': {why}", ("endpoint",))
    if settings.live.enabled and not settings.verifies_identity:
        why = "nobody could be told whose changes are whose"
        yield Conflict("live.enabled", f"false without identity 'cognito': {why}", ("identity",))
    users = settings.users
    if users.client_ids and users.user_pool_id is None:
        why = "a pool that is made has none of these clients"
        yield Conflict("users.clientIds", f"none without users.userPoolId: {why}", ("users.userPoolId",))
    if users.self_sign_up and users.user_pool_id is not None:
        why = "who may sign up in a pool that is there already, it says itself"
        yield Conflict("users.selfSignUp", f"false beside users.userPoolId: {why}", ("users.userPoolId",))


def _of_the_projector(settings: Settings) -> Iterator[Conflict]:
    key = "projector.maxRecordAgeSeconds"
    age, window = settings.projector.max_record_age_seconds, settings.projector.window_seconds
    once = window + settings.functions.sizes.projector.timeout_seconds
    if age <= once:
        why = "the window and the projector's timeout, after which nothing would be tried again"
        beside = ("projector.windowSeconds", "functions.sizes.projector.timeoutSeconds")
        yield Conflict(key, f"more than {once}: {why}", beside)
    days = settings.log.retention_days
    # the failure queue keeps a record for a day less than the least retention
    most = (days - MIN_RETENTION_DAYS + 1) * _DAY_SECONDS - _CONNECTION_SECONDS
    if age > most:
        why = "what waits 14 days in the failure queue after it must still find its event"
        yield Conflict(key, f"at most {most} beside log.retentionDays {days}: {why}", ("log.retentionDays",))


def _of_the_domain(settings: Settings, region: str | None) -> Iterator[Conflict]:
    domain = settings.domain
    if domain.name is not None and domain.certificate_arn is None:
        why = "clients trust no name without one"
        yield Conflict(
            "domain.name", f"none without domain.certificateArn: {why}", ("domain.certificateArn",)
        )
    if domain.name is not None and settings.endpoint is not None:
        yield Conflict("domain.name", "none beside endpoint: an emulator has its own address", ("endpoint",))
    if domain.certificate_arn is not None and domain.name is None:
        allowed = "none without domain.name: it would be for nothing"
        yield Conflict("domain.certificateArn", allowed, ("domain.name",))
    if domain.hosted_zone_id is not None and domain.name is None:
        allowed = "none without domain.name: it would get no record"
        yield Conflict("domain.hostedZoneId", allowed, ("domain.name",))
    if domain.certificate_arn and region and domain.certificate_arn.split(":")[3] != region:
        yield Conflict("domain.certificateArn", f"a certificate of {region}: the domain is there", ())


def _of_what_would_do_nothing(settings: Settings) -> Iterator[Conflict]:
    if settings.alarms.topic_arns and not settings.alarms.enabled:
        yield Conflict(
            "alarms.topicArns", "none without alarms.enabled: nothing would tell them", ("alarms.enabled",)
        )
    if settings.tracing.enabled and settings.endpoint is not None:
        yield Conflict("tracing.enabled", "false beside endpoint: no emulator has X-Ray", ("endpoint",))
    if settings.monitoring.enabled and not settings.functions.logs_every_request:
        allowed = "'DEBUG' or 'INFO' beside monitoring.enabled: its metrics are of the lines of every request"
        yield Conflict("functions.logLevel", allowed, ("monitoring.enabled",))
    elif settings.alarms.enabled and settings.functions.log_level is LogLevel.ERROR:
        allowed = "'DEBUG', 'INFO' or 'WARN' beside alarms.enabled: alarms count warnings"
        yield Conflict("functions.logLevel", allowed, ("alarms.enabled",))
    if settings.api.gateway_logs_role is GatewayLogsRole.MANAGE and not settings.api.access_logs:
        why = "the role is made only where something is logged with it"
        yield Conflict(
            "api.gatewayLogsRole", f"'existing' without api.accessLogs: {why}", ("api.accessLogs",)
        )
