"""Stacks for tests: of the repository, evaluated once, and made up."""

import functools
import json

from cost.stack import Resource, Stack, stack_of
from local.stackfile import PROJECT


@functools.cache
def stack(name: str, **groups: str) -> Stack:
    """Give a stack with some groups of settings, each as JSON, in place of its own."""
    return stack_of(name, {f"{PROJECT}:{group}": value for group, value in groups.items()})


def enabled() -> str:
    return json.dumps({"enabled": "true"})


def made_of(*resources: Resource) -> Stack:
    return Stack("made-up", resources, 90)
