"""Stack files as `pulumi up` reads them; above all that of the embedded AWS, `Pulumi.local.yaml`."""

import json
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from types import MappingProxyType
from typing import Any, Final
from urllib.parse import urlsplit

import yaml  # type: ignore[import-untyped]  # it ships no types

from local.errors import LocalError

ROOT = Path(__file__).resolve().parent.parent
"""The folder of the program."""
PROJECT = "airium-realtime"
STACK = "local"
NOTHING: Final[Mapping[str, str]] = MappingProxyType({})
"""No values that go before those of the file."""
_ENDPOINT = f"{PROJECT}:endpoint"


@dataclass(frozen=True)
class StackFile:
    """The configuration of the stack ``local``."""

    values: dict[str, str]
    """Each key with its value as the CLI would hand it over: objects as compact JSON."""
    endpoint: str
    """The emulator's URL that the file is written for."""

    @property
    def port(self) -> int:
        """The default port."""
        return urlsplit(self.endpoint).port or 4566

    @property
    def region(self) -> str:
        """The region that the program is deployed to."""
        return self.values["aws:region"]

    def at(self, endpoint: str, config: Mapping[str, str] = NOTHING) -> dict[str, str]:
        """The values with another URL in place of the file's, wherever it occurs.

        Parameters
        ----------
        endpoint : str
            The other URL.
        config : mapping
            Values that go before the file's, by the full key.
        """
        chosen = {**self.values, **config}
        return {key: value.replace(self.endpoint, endpoint) for key, value in chosen.items()}


def read(root: Path = ROOT) -> StackFile:
    """Read ``Pulumi.local.yaml``.

    Raises
    ------
    LocalError
        If the file is missing or does not say where the emulator is.
    """
    found = values(STACK, root)
    return StackFile(values=found, endpoint=_find_endpoint(found))


def values(stack: str, root: Path = ROOT) -> dict[str, str]:
    """Read what the file of a stack says: each key with its value as the CLI would hand it over.

    Raises
    ------
    LocalError
        If it cannot be read.
    """
    path = root / f"Pulumi.{stack}.yaml"
    try:
        config = yaml.safe_load(path.read_text())["config"]
        return {key: _text(value) for key, value in config.items()}
    except (OSError, AttributeError, KeyError, TypeError, yaml.YAMLError) as error:
        raise LocalError(f"{path.name} cannot be read: {type(error).__name__}") from None


def _find_endpoint(values: dict[str, str]) -> str:
    try:
        return values[_ENDPOINT].rstrip("/")
    except KeyError:
        raise LocalError(f"Pulumi.{STACK}.yaml does not set {_ENDPOINT}, the emulator's URL") from None


def _text(value: Any) -> str:
    match value:
        case bool():
            return str(value).lower()
        case dict() | list():
            return json.dumps(value, separators=(",", ":"))
        case _:
            return str(value)
