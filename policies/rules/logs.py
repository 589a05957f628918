"""Logs: where functions write, how long lines are kept, and what the gateway must not write."""

import re
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from typing import Final

from policies.resources import UNKNOWN, Resource
from policies.rule import ResourceRule, StackRule

GROUP: Final = "aws:cloudwatch/logGroup:LogGroup"
FUNCTION: Final = "aws:lambda/function:Function"
STAGE: Final = "aws:apigatewayv2/stage:Stage"

_CREDENTIALS: Final = re.compile(
    r"\$input|querystring|\bheaders?\b|authorization|\bclaims\b|token|cookie|apikey|\$stagevariables",
    re.IGNORECASE,
)
"""Parts of a request in which a client proves who it is, as an access log format would name them."""


def _kept_for_ever(resource: Resource) -> Iterator[str]:
    if resource.type == GROUP and not resource.properties.get("retentionInDays"):
        yield "keeps its lines for ever"


def _foreign_group(resources: Sequence[Resource]) -> Iterator[tuple[Resource, str]]:
    groups = {each.properties.get("name") for each in resources if each.type == GROUP}
    functions = [each for each in resources if each.type == FUNCTION]
    writers = Counter(_group_of(each) for each in functions)
    for function in functions:
        group = _group_of(function)
        if group is UNKNOWN:
            continue
        if group not in groups:
            yield function, f"logs to {group or 'the group that Lambda makes, which keeps lines for ever'}"
        elif writers[group] > 1:
            yield function, f"shares {group} with another function"


def _group_of(function: Resource) -> object:
    config = function.properties.get("loggingConfig")
    return config.get("logGroup") if isinstance(config, Mapping) else config


def _logged_credentials(resource: Resource) -> Iterator[str]:
    settings = resource.properties.get("accessLogSettings")
    if resource.type != STAGE or not isinstance(settings, Mapping):
        return
    line = settings.get("format")
    if isinstance(line, str):
        yield from (f"logs {credential}" for credential in sorted(set(_CREDENTIALS.findall(line))))


RULES = (
    ResourceRule("logs-expire", "Every log group has a retention.", _kept_for_ever),
    StackRule(
        "functions-have-their-own-log",
        "Every function logs to a log group of the program, which no other function uses.",
        _foreign_group,
    ),
    ResourceRule(
        "no-credentials-in-access-logs",
        "The access log holds no query string, header, claim or token.",
        _logged_credentials,
    ),
)
