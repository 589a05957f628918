"""No secret is a variable of a function: whoever may read its configuration could read it."""

import re
from collections.abc import Iterator, Mapping, Sequence
from typing import Final

from detect_secrets.core.plugins.util import get_mapping_from_secret_type_to_class
from detect_secrets.plugins.base import BasePlugin, RegexBasedDetector
from detect_secrets.plugins.high_entropy_strings import (
    Base64HighEntropyString,
    HexHighEntropyString,
    HighEntropyStringsPlugin,
)
from detect_secrets.plugins.ip_public import IPPublicDetector

from policies.resources import Resource
from policies.rule import ResourceRule
from policies.rules.logs import FUNCTION

_SECRET_NAME: Final = re.compile(
    r"(?:^|_)(?:SECRET|PASSWORD|PASSWD|PWD|PASSPHRASE|TOKEN|CREDENTIALS?"
    r"|(?:API|ACCESS|PRIVATE|SECRET|SIGNING|ENCRYPTION|AUTH)_?KEY(?:_ID)?)(?:_\d+)?$",
    re.IGNORECASE,
)
"""What a variable with a secret is called. The end decides: ``TOKEN_USE`` and ``SECRET_ARN`` hold none."""

_PLUGINS: Final[Sequence[type[BasePlugin]]] = tuple(get_mapping_from_secret_type_to_class().values())
_PATTERNS: Final[Sequence[BasePlugin]] = tuple(
    plugin()
    for plugin in _PLUGINS
    # an address is not a secret
    if issubclass(plugin, RegexBasedDetector) and plugin is not IPPublicDetector
)
_RANDOM: Final = (Base64HighEntropyString(limit=4.5), HexHighEntropyString(limit=3.0))
_TOKEN: Final = re.compile(r"[\w+/=-]{20,}")
"""What may be random text; shorter ones cannot be told from names."""


def _secrets(resource: Resource) -> Iterator[str]:
    environment = resource.properties.get("environment")
    if resource.type != FUNCTION or not isinstance(environment, Mapping):
        return
    variables = environment.get("variables")
    for name, value in variables.items() if isinstance(variables, Mapping) else ():
        if _SECRET_NAME.search(_snake(name)):
            yield f"{name} is called like a secret"
        elif isinstance(value, str) and (kind := _kind_of_secret(value)):
            yield f"the value of {name} looks like a secret ({kind})"


def _snake(name: str) -> str:
    return re.sub(r"(?<=[a-z0-9])(?=[A-Z])", "_", name)


def _kind_of_secret(value: str) -> str | None:
    """Name the kind of secret that a value looks like: never the value, which would end in a build's log."""
    for pattern in _PATTERNS:
        if any(pattern.analyze_string(value)):
            return pattern.secret_type
    for token in _TOKEN.findall(value):
        for random in _RANDOM:
            if _is_random(token, random):
                return random.secret_type
    return None


def _is_random(token: str, detector: HighEntropyStringsPlugin) -> bool:
    if isinstance(detector, Base64HighEntropyString) and token in (token.lower(), token.upper()):
        # ids of Cognito and names of hosts have one case, and are no secrets
        return False
    # it looks at what is quoted
    tokens = detector.analyze_string(f'"{token}"')
    return any(detector.calculate_shannon_entropy(each) > detector.entropy_limit for each in tokens)


RULES = (ResourceRule("no-secret-in-the-environment", "No variable of a function holds a secret.", _secrets),)
