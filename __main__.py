"""The program: settings to components to outputs."""

import pulumi
import pulumi_aws as aws

from infra.archive.archive import Archive, ArchiveArgs
from infra.connection_manager import ConnectionManager, ConnectionManagerArgs
from infra.delivery_queue import Deliverer, DelivererArgs, DeliveryQueue
from infra.events_api.live import Live
from infra.functions.code import dependency_layer, function_code
from infra.functions.function import Runtime
from infra.gateway.websocket_api import WebSocketApi, WebSocketApiArgs
from infra.identity.admission import Admission, AdmissionArgs
from infra.naming import Naming
from infra.projector import Projector, ProjectorArgs
from infra.route_functions import route_functions
from infra.settings.configuration import read_settings
from infra.signals.backend import Backend
from infra.signals.signals import make_signals
from infra.sweeper import Sweeper
from infra.tables.event_store import EventStore, EventStoreArgs
from infra.tables.feed_store import FeedStore, FeedStoreArgs
from infra.tables.read_model import ReadModel, ReadModelArgs
from infra.voice.voice import Voice, VoiceArgs

settings = read_settings()
naming = Naming(pulumi.get_stack())
store = EventStore("event-store", EventStoreArgs(naming, settings.log, settings.protect))
feeds = FeedStore("feed-store", FeedStoreArgs(naming, settings.log, settings.protect))
read_model = ReadModel("read-model", ReadModelArgs(naming, settings.protect))
api = WebSocketApi("api", WebSocketApiArgs(naming, settings))
layer = dependency_layer("dependencies", naming, settings.layer)
runtime = Runtime(naming, settings, function_code(), layer.arn)

region = aws.get_region_output().region
queue = DeliveryQueue("delivery", naming, settings) if settings.delivery.queue else None
voice_args = VoiceArgs(store, feeds, read_model, api, region, queue)
voice = Voice("voice", runtime, voice_args) if settings.voice.enabled else None
routed = route_functions(runtime, store, feeds, read_model, api, region, queue, voice)
admission = Admission("admission", runtime, AdmissionArgs(store, feeds, api))
live = Live("live", runtime, admission.users) if settings.live.enabled and admission.users else None
projector = Projector("projector", runtime, ProjectorArgs(store, read_model, live))
manager_args = ConnectionManagerArgs(store, read_model, api, feeds, queue)
manager = ConnectionManager("connection-manager", runtime, manager_args)
sweeper = Sweeper("sweeper", runtime, manager_args, routed.delivering)
deliverer = Deliverer("deliverer", runtime, DelivererArgs(queue, store, feeds, api)) if queue else None
archive = Archive("archive", runtime, ArchiveArgs(store)) if settings.archive.enabled else None

api.serve(routed.routes, admission.authorizer)

working = (*routed.functions, routed.responder, projector, manager, sweeper, archive, deliverer, live, voice)
make_signals(Backend(naming, settings, store, feeds, read_model, api, admission, *working))

outputs: dict[str, object] = {
    "websocket_url": api.websocket_url,
    "management_endpoint": api.management_endpoint,
    "api_id": api.api_id,
    "events_table": store.events_table,
    "claims_table": store.claims_table,
    "connections_table": read_model.connections_table,
    "metrics_table": read_model.metrics_table,
    "feeds_table": feeds.feeds_table,
    "messages_table": read_model.messages_table,
    "sessions_table": read_model.sessions_table,
    "connection_manager_function": manager.function.function_name,
    "projector_function": projector.function.function_name,
    "projector_mapping": projector.mapping_id,
    "projector_timeout_seconds": settings.functions.sizes.projector.timeout_seconds,
    "projector_failure_queue": projector.failures.url,
    "sweeper_function": sweeper.function.function_name,
    "sweeper_failure_queue": sweeper.failures.url,
    "region": region,
    "retention_days": store.retention_days,
    **api.domain_outputs,
    **admission.outputs,
    **(routed.responder.outputs if routed.responder else {}),
    **(archive.outputs if archive else {}),
    **(deliverer.outputs if deliverer else {}),
    **(live.outputs if live else {}),
    **(voice.outputs if voice else {}),
}
for name, value in outputs.items():
    pulumi.export(name, value)
