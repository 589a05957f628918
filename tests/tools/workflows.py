"""Reads the workflows, as GitHub does."""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any, Final

import yaml  # type: ignore[import-untyped]  # the stubs are one more dependency for a few lines

from tests.infra.program import ROOT

FOLDER: Final = ROOT / ".github"
FILES: Final = sorted([*FOLDER.glob("workflows/*.yml"), *FOLDER.glob("actions/*/action.yml")])
WORKFLOWS: Final = {path.stem: yaml.safe_load(path.read_text()) for path in FOLDER.glob("workflows/*.yml")}
ACTIONS: Final = {
    path.parent.name: yaml.safe_load(path.read_text()) for path in FOLDER.glob("actions/*/*.yml")
}

_CONTEXT = re.compile(r"\b(vars|secrets)\.(\w+)")


@dataclass(frozen=True)
class Job:
    """A job of a workflow."""

    workflow: str
    name: str
    told: dict[str, Any]

    @property
    def permissions(self) -> dict[str, str]:
        """What its token may do: of its own, or else of the workflow."""
        found: dict[str, str] = self.told.get("permissions", WORKFLOWS[self.workflow]["permissions"])
        return found

    @property
    def steps(self) -> list[dict[str, Any]]:
        """Its steps, with those of the project's own actions."""
        return [each for step in self.told["steps"] for each in _opened(step)]


def _opened(step: dict[str, Any]) -> Iterator[dict[str, Any]]:
    yield step
    if step.get("uses", "").startswith("./"):
        yield from ACTIONS[step["uses"].rpartition("/")[2]]["runs"]["steps"]


JOBS: Final = [
    Job(workflow, name, told) for workflow, whole in WORKFLOWS.items() for name, told in whole["jobs"].items()
]


def job(workflow: str, name: str) -> Job:
    """Return a job by its name."""
    (found,) = [each for each in JOBS if (each.workflow, each.name) == (workflow, name)]
    return found


def events(workflow: str) -> set[str]:
    """Return what starts a workflow; YAML 1.1 reads the key ``on`` as true."""
    return set(WORKFLOWS[workflow][True])


def names(context: str) -> set[str]:
    """Return what the workflows ask of the repository: its ``vars`` or its ``secrets``."""
    return {name for path in FILES for kind, name in _CONTEXT.findall(path.read_text()) if kind == context}
