"""What the dashboard shows, section by section: what there is no metric of is left out."""

from collections.abc import Iterator, Sequence

import pulumi

from infra.signals import measures, monitoring, speech
from infra.signals.alarm import RUNBOOK
from infra.signals.backend import Backend
from infra.signals.metric_filters import NAMESPACE
from infra.signals.watches import MINUTE, Watch
from infra.signals.widgets import Graph, Metrics, Section, expression, found, row, share, spread


def sections(backend: Backend, alarm_arns: Sequence[pulumi.Input[str]]) -> Iterator[Section]:
    """Yield the sections: the alarms, if there are any, and what a request passes through, in that order."""
    archive = " and archive" if backend.archive else ""
    heading = f"# {backend.naming.of()}: {RUNBOOK}#the-dashboard says what each graph shows"
    yield Section(heading, alarm_arns=alarm_arns)
    yield Section("## Entry", list(_entry(backend)))
    yield Section("## Flow", list(_flow(backend)))
    if backend.voice:
        yield Section("## Speech", list(speech.graphs(backend)))
    yield Section("## Log", list(_log(backend)))
    yield Section("## Projection", list(_projection(backend)))
    yield Section(f"## Sweeper{archive}", list(_works(backend)))
    yield Section("## Cost", list(_cost(backend)))


def _entry(backend: Backend) -> Iterator[Graph]:
    api_id, tickets = backend.api.api_id, backend.admission.ticket_api_id
    connects = row(measures.of_api("ConnectCount", api_id), "handshakes that were let in")
    yield Graph("Handshakes", [connects])
    yield Graph("Client errors, percent", share(measures.client_errors(backend)))
    if backend.settings.monitoring.enabled:
        denied = found(backend.naming.of(monitoring.DENIED_BY_REASON), "Reason", NAMESPACE)
        yield Graph("Denied, by reason", [expression(denied)])
    if tickets is not None:
        asked = [row(measures.of_api(metric, tickets), metric) for metric in ("Count", "4xx", "5xx")]
        yield Graph("Requests for tickets", asked)
    time = measures.of_function("Duration", backend.admission.authorizer)
    yield Graph("Time of an authorization, ms", spread(time, "p50", "p99", "Maximum"))


def _flow(backend: Backend) -> Iterator[Graph]:
    naming, api_id = backend.naming, backend.api.api_id
    messages = row(measures.of_api("MessageCount", api_id), "both ways, pings too")
    frames = row(measures.of_function("Invocations", backend.message), "that the function took")
    yield Graph("Frames", [messages, frames])
    time = measures.of_function("Duration", backend.message)
    yield Graph("Time of a frame, ms", spread(time, "p50", "p99", "Maximum"))
    if backend.settings.monitoring.enabled:
        by_code = found(naming.of(monitoring.REFUSED_BY_CODE), "Code", NAMESPACE)
        refused = measures.frames_refused(backend, measures.of_lines(monitoring.REFUSED_BY_CODE, naming))
        yield Graph("Refused frames, percent", share(refused, part=f"SUM({by_code})"))
        yield Graph("Refused frames, by code", [expression(by_code)])
        yield Graph(
            "Texts, replies, voice sessions, turns",
            _counters(backend, "texts", "replies", "voice_sessions", "turns"),
        )
        yield Graph("Speech that ended, seconds", _counters(backend, "voice_seconds"))
        yield Graph("Found gone", [row(measures.of_lines(monitoring.FOUND_GONE, naming), "connections")])
    errors = [(metric, measures.of_api(metric, api_id)) for metric in ("IntegrationError", "ExecutionError")]
    yield Graph("Errors of the gateway", [row(watch, metric) for metric, watch in errors])
    yield Graph("Errors of functions", _by_function(backend, "Errors"))
    yield Graph("Throttled invocations", _by_function(backend, "Throttles"))


def _log(backend: Backend) -> Iterator[Graph]:
    units = measures.writes("ConsumedWriteCapacityUnits", backend)
    yield Graph("Write units", [row(watch, name) for name, watch in units.items()], stacked=True)
    throttled = measures.writes("WriteThrottleEvents", backend)
    yield Graph("Throttled writes", [row(watch, name) for name, watch in throttled.items()])
    conflicts = Watch("AWS/DynamoDB", "TransactionConflict", {"TableName": backend.store.claims_table})
    yield Graph("Conflicts over claims", [row(conflicts, "claims")])


def _projection(backend: Backend) -> Iterator[Graph]:
    function = backend.projector.function
    age = row(measures.of_function("IteratorAge", function), "the last of a batch", "Maximum")
    yield Graph("Age of what is read, ms", [age])
    if backend.settings.monitoring.enabled:
        lag = measures.of_lines(monitoring.LAG, backend.naming)
        yield Graph("From arrival to the read models, ms", spread(lag, "p50", "p99", "Maximum"))
        yield Graph("Connections", _counters(backend, "opened", "closed", "lost"))
    runs = [row(measures.of_function(metric, function), metric) for metric in ("Invocations", "Errors")]
    yield Graph("Batches", runs)
    time = measures.of_function("Duration", function)
    yield Graph("Time of a batch, ms", spread(time, "p50", "p99", "Maximum"))
    yield Graph("Given up, messages", [row(measures.of_queue(backend.projector.failures), "projector")])


def _works(backend: Backend) -> Iterator[Graph]:
    archive = backend.archive
    works = [backend.sweeper.function, *([archive.function] if archive else [])]
    for title, metric, statistic in (
        ("Runs", "Invocations", "Sum"),
        ("Runs that failed", "Errors", "Sum"),
        ("Time of a run, ms", "Duration", "Maximum"),
    ):
        rows = [
            row(measures.of_function(metric, each), each.pulumi_resource_name, statistic) for each in works
        ]
        yield Graph(title, rows)
    queues = {name: queue for name, queue in backend.queues.items() if name != "projector"}
    waiting = [row(measures.of_queue(queue), name) for name, queue in queues.items()]
    yield Graph("Given up, runs", waiting)
    if archive and backend.settings.monitoring.enabled:
        events = measures.of_lines(monitoring.ARCHIVED, backend.naming)
        yield Graph("Archived events", [row(events, "events")])


def _cost(backend: Backend) -> Iterator[Graph]:
    guard = backend.settings.alarms.invocations_per_minute
    invocations = [
        row(measures.of_function("Invocations", each), each.pulumi_resource_name, period=MINUTE)
        for each in backend.functions
    ]
    limit = ("the cost guard", guard) if backend.settings.alarms.enabled else None
    yield Graph("Invocations a minute", invocations, limit=limit, stacked=True)
    model = backend.read_model
    tables = {
        "connections": model.connections_table,
        "messages": model.messages_table,
        "sessions": model.sessions_table,
        "metrics": model.metrics_table,
    }
    units = {
        **measures.writes("ConsumedWriteCapacityUnits", backend),
        **{
            name: Watch("AWS/DynamoDB", "ConsumedWriteCapacityUnits", {"TableName": table})
            for name, table in tables.items()
        },
    }
    yield Graph(
        "Write units of all tables", [row(watch, name) for name, watch in units.items()], stacked=True
    )
    logs = [
        row(
            Watch("AWS/Logs", "IncomingBytes", {"LogGroupName": each.log_group_name}),
            each.pulumi_resource_name,
        )
        for each in backend.functions
    ]
    yield Graph("Bytes of log lines", logs, stacked=True)


def _by_function(backend: Backend, metric: str) -> list[Metrics]:
    return [row(measures.of_function(metric, each), each.pulumi_resource_name) for each in backend.functions]


def _counters(backend: Backend, *counters: str) -> list[Metrics]:
    watches = {
        counter: measures.of_lines(monitoring.of_counter(counter), backend.naming) for counter in counters
    }
    return [row(watch, name.replace("_", " ")) for name, watch in watches.items()]
