"""The resource types that the embedded AWS knows, one module for each kind."""

from local.resources import (
    archive,
    events,
    functions,
    gateway,
    identity,
    mappings,
    messaging,
    observability,
    tables,
    users,
)

__all__ = [
    "archive",
    "events",
    "functions",
    "gateway",
    "identity",
    "mappings",
    "messaging",
    "observability",
    "tables",
    "users",
]
