"""The program: settings to components to outputs."""

import pulumi
import pulumi_aws as aws

from functions import names
from infra.archive.archive import Archive, ArchiveArgs
from infra.connection_manager import ConnectionManager, ConnectionManagerArgs
from infra.functions.code import dependency_layer, function_code
from infra.functions.function import Function, FunctionArgs, Runtime
from infra.gateway.routes import FunctionRoute, MockRoute
from infra.gateway.websocket_api import WebSocketApi, WebSocketApiArgs
from infra.identity.admission import Admission, AdmissionArgs
from infra.naming import Naming
from infra.projector import Projector, ProjectorArgs
from infra.settings.configuration import read_settings
from infra.signals.backend import Backend
from infra.signals.signals import make_signals
from infra.sweeper import Sweeper
from infra.tables.event_store import EventStore, EventStoreArgs
from infra.tables.read_model import ReadModel, ReadModelArgs

settings = read_settings()
naming = Naming(pulumi.get_stack())
sizes, of_frames = settings.functions.sizes, settings.limits.of_frames
store = EventStore("event-store", EventStoreArgs(naming, settings.log, settings.protect))
read_model = ReadModel("read-model", ReadModelArgs(naming, settings.protect))
api = WebSocketApi("api", WebSocketApiArgs(naming, settings))
layer = dependency_layer("dependencies", naming, settings.layer)
runtime = Runtime(naming, settings, function_code(), layer.arn)

log: dict[str, pulumi.Input[str]] = {
    names.EVENTS_TABLE: store.events_table,
    names.CLAIMS_TABLE: store.claims_table,
    names.MANAGEMENT_ENDPOINT: api.management_endpoint,
    names.RETENTION_DAYS: str(store.retention_days),
}
lifecycle = Function("lifecycle", runtime, FunctionArgs(names.LIFECYCLE, sizes.lifecycle, log))
message = Function("message", runtime, FunctionArgs(names.MESSAGE, sizes.message, log | of_frames))
for function in (lifecycle, message):
    store.grant_append(function)
store.grant_claim(lifecycle, names.CLAIM_SESSION)
store.grant_claim(message, names.CLAIM_REPLY, names.CLAIM_VOICE)
store.grant_release(message, names.CLAIM_VOICE)
store.grant_count(message, names.CLAIM_TEXTS, names.CLAIM_VOICES)
api.grant_manage_connections(lifecycle, "POST")
api.grant_manage_connections(message, "POST", "DELETE")

admission = Admission("admission", runtime, AdmissionArgs(store, read_model))
projector = Projector("projector", runtime, ProjectorArgs(store, read_model))
manager_args = ConnectionManagerArgs(store, read_model, api)
manager = ConnectionManager("connection-manager", runtime, manager_args)
sweeper = Sweeper("sweeper", runtime, manager_args)
archive = Archive("archive", runtime, ArchiveArgs(store)) if settings.archive.enabled else None

api.serve(
    [
        FunctionRoute(names.ROUTE_CONNECT, lifecycle, authorized=True),
        FunctionRoute(names.ROUTE_DISCONNECT, lifecycle),
        FunctionRoute(names.ROUTE_DEFAULT, message, two_way=True),
        FunctionRoute(names.ROUTE_VOICE_DATA, message),
        MockRoute(names.ROUTE_PING, names.PONG),
    ],
    admission.authorizer,
)

working = (lifecycle, message, projector, manager, sweeper, archive)
make_signals(Backend(naming, settings, store, read_model, api, admission, *working))

outputs: dict[str, object] = {
    "websocket_url": api.websocket_url,
    "management_endpoint": api.management_endpoint,
    "api_id": api.api_id,
    "events_table": store.events_table,
    "claims_table": store.claims_table,
    "connections_table": read_model.connections_table,
    "metrics_table": read_model.metrics_table,
    "messages_table": read_model.messages_table,
    "connection_manager_function": manager.function.function_name,
    "projector_function": projector.function.function_name,
    "projector_mapping": projector.mapping_id,
    "projector_timeout_seconds": sizes.projector.timeout_seconds,
    "projector_failure_queue": projector.failures.url,
    "sweeper_function": sweeper.function.function_name,
    "sweeper_failure_queue": sweeper.failures.url,
    "region": aws.get_region_output().region,
    "retention_days": store.retention_days,
    **api.domain_outputs,
    **admission.outputs,
    **(archive.outputs if archive else {}),
}
for name, value in outputs.items():
    pulumi.export(name, value)
