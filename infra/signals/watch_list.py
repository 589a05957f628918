"""Which alarms a stack has: what each watches, from when on it is bad, and what to do first."""

from collections.abc import Iterator

from infra.signals import measures
from infra.signals.alarm import Alarm
from infra.signals.backend import Backend
from infra.signals.metric_filters import (
    FAULTS,
    REFUSED_CONNECTS,
    REFUSED_FRAMES,
    UNCOUNTED,
    Lines,
)
from infra.signals.speech import of_speech
from infra.signals.watches import MINUTE, Total, Without
from infra.signals.works import (
    of_the_archive,
    of_the_delivery_queue,
    of_the_projector,
    of_the_responder,
    of_the_sweeper,
)

_BOUNDED = {"deliverer", "live-authorizer", "voice-session", "voice-failure"}
"""Functions of which few run at a time, or which run no more often than the others let them."""


def watch_list(backend: Backend) -> Iterator[Alarm]:
    """Yield the alarms."""
    yield from _of_functions(backend)
    yield from _of_writes(backend)
    yield from _of_the_gateway(backend)
    yield from of_the_projector(backend)
    yield from of_the_sweeper(backend)
    yield from of_the_archive(backend)
    yield from of_the_responder(backend)
    yield from of_the_delivery_queue(backend)
    yield from of_speech(backend)
    yield from _of_refusals(backend)
    yield _of_cost(backend)


def _of_functions(backend: Backend) -> Iterator[Alarm]:
    raising = {backend.projector.function, *((backend.archive.function,) if backend.archive else ())}
    for function in backend.functions:
        name = function.pulumi_resource_name
        yield Alarm(
            f"{name}-errors",
            measures.of_function("Errors", function),
            f"Read the exceptions and timeouts in the log of {name}. If a release has just come out, deploy "
            "the one before it.",
            "a-function-fails",
        )
        yield Alarm(
            f"{name}-throttles",
            measures.of_function("Throttles", function, MINUTE),
            "Look whether the account's concurrent executions are used up, or the reservedConcurrency of "
            f"{name} is too small.",
            "throttling",
        )
        # what raises turns no fault into an answer: it is an error
        if function not in raising:
            faults = Lines(f"{name}-faults", function, FAULTS)
            yield Alarm(
                faults.what,
                measures.of_lines(faults.what, backend.naming),
                f"Find the lines with fault = server in the log of {name}: their problem says what failed.",
                "a-function-fails",
                (faults,),
            )
    uncounted = Lines("connections-uncounted", backend.admission.authorizer, UNCOUNTED)
    yield Alarm(
        uncounted.what,
        measures.of_lines(uncounted.what, backend.naming),
        "Read the problem in the lines count_failed_open. Everybody gets in meanwhile, so there is time.",
        "the-count-of-connections",
        (uncounted,),
    )


def _of_writes(backend: Backend) -> Iterator[Alarm]:
    for name, watch in measures.writes("WriteThrottleEvents", backend).items():
        yield Alarm(
            f"{name}-throttled",
            watch,
            "Look whether one client sends most of it, and put them out. A table doubles its peak by itself "
            "within 30 minutes.",
            "throttling",
        )


def _of_the_gateway(backend: Backend) -> Iterator[Alarm]:
    api_id, ticket_api_id = backend.api.api_id, backend.admission.ticket_api_id
    yield Alarm(
        "api-execution-errors",
        measures.of_api("ExecutionError", api_id),
        "The gateway cannot invoke a function: pulumi up --refresh puts back a permission that is gone.",
        "which-fault-fires-which-alarm",
    )
    # a connect that is refused for what the client did is an error of the integration to the gateway
    refused = Lines("connects-refused", backend.lifecycle, REFUSED_CONNECTS)
    yield Alarm(
        "api-integration-errors",
        Without(
            measures.of_api("IntegrationError", api_id),
            measures.of_lines(refused.what, backend.naming),
            "Errors of the integration that no client caused",
        ),
        "Read the lines connect in the log of lifecycle. If there are none, the gateway does not reach it.",
        "which-fault-fires-which-alarm",
        (refused,),
    )
    if ticket_api_id is not None:
        yield Alarm(
            "tickets-server-errors",
            measures.of_api("5xx", ticket_api_id),
            "Read the lines ticket in the log of ticket. If there are none, the gateway does not reach it.",
            "which-fault-fires-which-alarm",
        )


def _of_refusals(backend: Backend) -> Iterator[Alarm]:
    yield Alarm(
        "client-errors",
        measures.client_errors(backend),
        "Count the lines authorize by their reason: one reason for everybody is a wrong setting, or a bad "
        "release of a client. If they are few, frames are throttled.",
        "many-refusals",
    )
    if backend.settings.functions.logs_every_request:
        refused = Lines(measures.REFUSED, backend.message, REFUSED_FRAMES)
        yield Alarm(
            refused.what,
            measures.frames_refused(backend, measures.of_lines(refused.what, backend.naming)),
            "Count the lines frame by refused and by user. It is one client, or a release of them all.",
            "many-refusals",
            (refused,),
        )


def _of_cost(backend: Backend) -> Alarm:
    # an alarm adds up ten at most
    guarded = [each for each in backend.functions if each.pulumi_resource_name not in _BOUNDED]
    invocations = [measures.of_function("Invocations", each, MINUTE) for each in guarded]
    guard = backend.settings.alarms.invocations_per_minute
    return Alarm(
        "cost-guard",
        Total(invocations, "Invocations of all functions, a minute", periods=5, above=guard),
        "Look which function it is, on the dashboard or by Invocations: clients, a service, or a loop.",
        "more-invocations-than-expected",
    )
