"""Keeps of botocore's table of endpoints what functions look up: all of it takes an eighth of an import."""

import json

PREFIXES = frozenset({"bedrock-runtime", "dynamodb", "execute-api", "s3"})
"""What the table calls the services that functions have clients of; some it has not, and makes by a rule."""


def in_use(table: bytes) -> bytes:
    """Give the table with its partitions and regions, and without the other services."""
    content = json.loads(table)
    for partition in content.get("partitions", ()):
        services = partition["services"]
        partition["services"] = {name: services[name] for name in sorted(PREFIXES & services.keys())}
    return json.dumps(content, separators=(",", ":")).encode()
