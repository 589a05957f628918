"""How resources are made and unmade: what each waits for, what stays, and what is protected."""

import pytest

from tests.infra.program import STACKS, evaluate, evaluated, stack_config

TABLES = {
    "event-store-events",
    "event-store-claims",
    "feed-store-feeds",
    "read-model-connections",
    "read-model-metrics",
    "read-model-messages",
    "read-model-sessions",
}
USERS = {"users-pool", "users-client"}
ACCOUNT = {"api-logs-role", "api-logs-may-push", "api-logs-account"}
"""The account's role for API Gateway's logs: whatever logs in the account has need of it."""

WAITING = {
    "projector-mapping": {
        "projector-may-logs",
        "projector-may-project",
        "projector-may-read-stream",
        "projector-may-refold-events",
        "projector-may-send-failures",
    },
    "responder-invocations": {"responder-may-logs", "responder-may-send-failures"},
    "sweeper-invocations": {"sweeper-may-logs", "sweeper-may-send-failures"},
    "sweeper-schedule": {
        "sweeper-may-append-events",
        "sweeper-may-count-claims",
        "sweeper-may-deliver",
        "sweeper-may-get-events",
        "sweeper-may-have-delivered",
        "sweeper-may-look-at-claims",
        "sweeper-may-list-connections",
        "sweeper-may-logs",
        "sweeper-may-manage-connections",
        "sweeper-may-read-arrivals",
        "sweeper-may-subscribe",
        "sweeper-may-send-failures",
        "sweeper-schedule-may-run",
    },
}
"""What AWS checks when it is made, or what begins to run by itself, waits until it may."""
SPOKEN = {
    "voice-session-invocations": {"voice-session-may-logs", "voice-session-may-send-failures"},
    "voice-failure-invocations": {"voice-failure-may-logs", "voice-failure-may-send-failures"},
}
LOGGED = {"api-logs-account": {"api-logs-may-push"}, "api-stage": ACCOUNT}


def waiting(stack: str) -> dict[str, set[str]]:
    found = evaluated(stack).registrations
    names = {each.urn: each.name for each in found}
    return {each.name: {names[urn] for urn in each.waits_for} for each in found if each.waits_for}


@pytest.mark.parametrize("stack", STACKS)
def test_each_resource_waits_for_the_permissions_that_aws_asks_it_for(stack: str) -> None:
    others = {"prod": LOGGED, "local": SPOKEN}
    assert waiting(stack) == WAITING | others.get(stack, {})


@pytest.mark.parametrize(
    ("stack", "kept"), [("dev", set()), ("local", set()), ("prod", {*TABLES, *USERS, *ACCOUNT})]
)
def test_what_stays_when_a_stack_goes(stack: str, kept: set[str]) -> None:
    found = evaluated(stack).registrations

    assert {each.name for each in found if each.retain_on_delete} == kept


@pytest.mark.parametrize(
    ("stack", "protected"), [("dev", set()), ("local", set()), ("prod", {*TABLES, *USERS})]
)
def test_what_cannot_be_destroyed_by_mistake(stack: str, protected: set[str]) -> None:
    found = evaluated(stack).registrations

    assert {each.name for each in found if each.protect} == protected


def test_the_accounts_role_stays_also_where_nothing_is_protected() -> None:
    config = stack_config("dev", api={"accessLogs": "true", "gatewayLogsRole": "manage"})

    found = evaluate("dev", config).registrations

    assert {each.name for each in found if each.retain_on_delete} == ACCOUNT
