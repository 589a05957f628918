"""Starts the pack and asks it about programs, as the Pulumi CLI does."""

import json
import os
import subprocess
import sys
from collections.abc import Iterable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any, Final

import grpc  # type: ignore[import-untyped]  # it ships no types
from google.protobuf.empty_pb2 import Empty  # type: ignore[import-untyped]  # nor does this
from google.protobuf.struct_pb2 import Struct  # type: ignore[import-untyped]
from pulumi.runtime.proto import analyzer_pb2 as messages
from pulumi.runtime.proto.analyzer_pb2_grpc import AnalyzerStub

from tests.infra.program import PROJECT, ROOT, Registration, stack_config

PACK: Final = ROOT / "policies"
NO_ENGINE: Final = "127.0.0.1:1"
"""The pack is told where the engine is, and never calls it."""


@dataclass(frozen=True, order=True)
class Violation:
    """What the pack says against a resource."""

    policy: str
    urn: str
    message: str


class Pack:
    """A running pack, for one stack."""

    def __init__(self, analyzer: AnalyzerStub, provider: messages.AnalyzerProviderResource) -> None:
        self._analyzer = analyzer
        self._provider = provider

    def info(self) -> messages.AnalyzerInfo:
        info: messages.AnalyzerInfo = self._analyzer.GetAnalyzerInfo(Empty(), timeout=10)
        return info

    def analyze(self, type_: str, properties: Mapping[str, Any], urn: str = "") -> list[Violation]:
        """Ask about one resource that is to be made."""
        struct = Struct()
        struct.update(properties)
        request = messages.AnalyzeRequest(type=type_, urn=urn, properties=struct, provider=self._provider)
        response = self._analyzer.Analyze(request, timeout=10)
        return [_violation(each, urn) for each in response.diagnostics]

    def analyze_program(self, registrations: Iterable[Registration]) -> list[Violation]:
        """Ask about each resource of a program, and then about all of them beside each other."""
        requests = list(registrations)
        found = []
        for each in requests:
            request = messages.AnalyzeRequest(
                type=each.type,
                urn=each.urn,
                name=each.name,
                properties=each.properties,
                options=messages.AnalyzerResourceOptions(protect=each.protect),
                provider=self._provider,
            )
            response = self._analyzer.Analyze(request, timeout=10)
            found += [_violation(diagnostic, each.urn) for diagnostic in response.diagnostics]
        stack = messages.AnalyzeStackRequest(
            resources=[
                messages.AnalyzerResource(
                    type=each.type,
                    urn=each.urn,
                    name=each.name,
                    properties=each.properties,
                    options=messages.AnalyzerResourceOptions(protect=each.protect),
                    provider=self._provider,
                    dependencies=sorted(each.dependencies),
                )
                for each in requests
            ]
        )
        response = self._analyzer.AnalyzeStack(stack, timeout=10)
        return found + [_violation(diagnostic) for diagnostic in response.diagnostics]


def _violation(diagnostic: messages.AnalyzeDiagnostic, urn: str = "") -> Violation:
    assert diagnostic.enforcementLevel == messages.MANDATORY, diagnostic.message
    return Violation(diagnostic.policyName, diagnostic.urn or urn, diagnostic.message)


@contextmanager
def running_pack(stack: str) -> Iterator[Pack]:
    """Start the pack from its own folder, as the CLI's launcher does, and stop it."""
    config = stack_config(stack)
    started = subprocess.Popen(
        [sys.executable, "-u", "-m", "pulumi.policy", NO_ENGINE, "."],
        cwd=PACK,
        env={
            **{key: value for key, value in os.environ.items() if key != "PYTHONPATH"},
            "PULUMI_CONFIG": json.dumps(config),
            "PULUMI_PROJECT": PROJECT,
            "PULUMI_STACK": stack,
            "PULUMI_DRY_RUN": "true",
        },
        stdout=subprocess.PIPE,
        text=True,
    )
    assert started.stdout
    try:
        port = int(started.stdout.readline())
        with grpc.insecure_channel(f"127.0.0.1:{port}") as channel:
            yield Pack(AnalyzerStub(channel), _provider(config))
    finally:
        started.terminate()
        started.wait(10)
        started.stdout.close()


def _provider(config: Mapping[str, str]) -> messages.AnalyzerProviderResource:
    """Make the default provider: what is nested in its configuration stays encoded."""
    properties = Struct()
    properties.update({key[4:]: value for key, value in config.items() if key.startswith("aws:")})
    return messages.AnalyzerProviderResource(
        type="pulumi:providers:aws", name="default", properties=properties
    )
