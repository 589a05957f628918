"""Reads the stack's configuration into settings and names every bad value at once."""

import json
from collections.abc import Iterator, Mapping, Sequence
from typing import Any, cast

import pulumi
from pulumi.runtime.config import CONFIG
from pydantic import BaseModel, ValidationError
from pydantic_core import ErrorDetails

from infra.naming import PLAIN_STACK
from infra.settings.settings import Settings


class ConfigurationError(pulumi.RunError):
    """A stack's configuration cannot be used; the message names each bad value."""


def read_settings() -> Settings:
    """
    Read the settings of the current stack.

    Returns
    -------
    Settings
        Every value typed and within its bounds; what the stack file leaves out has its default.

    Raises
    ------
    ConfigurationError
        Naming for every bad value its key, what was found and what is allowed; or if the stack that
        everybody uses would take a client's word for who it is.
    """
    project = pulumi.get_project()
    settings = _validated(project)
    if not settings.verifies_identity and pulumi.get_stack() == PLAIN_STACK:
        raise ConfigurationError(
            f'{project}:identity: found "query", which proves nothing: '
            f"the stack \"{PLAIN_STACK}\" is built with 'cognito' only"
        )
    return settings


def _validated(project: str) -> Settings:
    raw = {key: _parse(value) for key, value in _values(project)}
    try:
        return Settings.model_validate(raw)
    except ValidationError as invalid:
        lines = [f"  {project}:{_line(error)}" for error in invalid.errors(include_url=False)]
        count = f"{len(lines)} value{'s'[: len(lines) > 1]}"
        message = f'{count} in the configuration of stack "{pulumi.get_stack()}" cannot be used:\n'
        # the cause repeats the same in the words of a library
        raise ConfigurationError(message + "\n".join(sorted(lines))) from None


def _values(project: str) -> Iterator[tuple[str, str | Mapping[str, Any]]]:
    """List the project's keys: a Config can only be asked for keys that one knows already."""
    prefix = f"{project}:"
    config = pulumi.Config()
    for key in sorted({*CONFIG.get(), *pulumi.runtime.get_config_env()}):
        value = config.get(key.removeprefix(prefix)) if key.startswith(prefix) else None
        if value is not None:
            yield key.removeprefix(prefix), value


def _parse(value: str | Mapping[str, Any]) -> object:
    """Undo the engine's encoding: objects arrive as JSON, everything else as it was written."""
    if not isinstance(value, str) or not value.lstrip().startswith(("{", "[")):
        return value
    try:
        return json.loads(value)
    except json.JSONDecodeError:
        return value


def _line(error: ErrorDetails) -> str:
    # as the CLI writes a path into a value: group.list[0]
    key = "".join(f"[{part}]" if isinstance(part, int) else f".{part}" for part in error["loc"])
    found = json.dumps(error["input"], default=str)
    return f"{key.removeprefix('.')}: found {found}, allowed: {_allowed(error)}"


def _allowed(error: ErrorDetails) -> str:
    match error["type"]:
        case "extra_forbidden":
            return f"no such setting, but {', '.join(_members(error['loc'][:-1]))}"
        case "model_type":
            return f"an object of {', '.join(_members(error['loc']))}"
        case "tuple_type":
            return "a list"
        case "too_long":
            return f"a list of at most {error['ctx']['max_length']}"
        case "string_pattern_mismatch":
            return f"text that matches {error['ctx']['pattern']}"
        case _:
            return error["msg"].removeprefix("Input should be ").removeprefix("Value error, ")


def _members(path: Sequence[int | str]) -> list[str]:
    """List the keys of a group of settings."""
    group: type[BaseModel] = Settings
    for step in path:
        (field,) = [each for each in group.model_fields.values() if each.alias == step]
        # whatever has members is a group itself, by the shape of the settings
        group = cast("type[BaseModel]", field.annotation)
    return sorted(each.alias or "" for each in group.model_fields.values())
