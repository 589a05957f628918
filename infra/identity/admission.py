"""Who may connect: the authorizer and, where identity is verified, the users and their tickets."""

from dataclasses import dataclass

import pulumi

from functions import names
from infra.functions.function import Function, FunctionArgs, Runtime
from infra.gateway.websocket_api import WebSocketApi
from infra.identity.ticket_api import TicketApi, TicketApiArgs
from infra.identity.user_directory import UserDirectory, UserDirectoryArgs
from infra.tables.event_store import EventStore
from infra.tables.feed_store import FeedStore


@dataclass(frozen=True, slots=True)
class AdmissionArgs:
    """
    What decides about admission.

    Parameters
    ----------
    store
        The claims among which the tickets are.
    feeds
        Where a user's open connections are counted.
    api
        The API that is asked for them.
    """

    store: EventStore
    feeds: FeedStore
    api: WebSocketApi


class Admission(pulumi.ComponentResource):
    """
    The function that the WebSocket API asks, as the stack's identity mode has it, and what it needs.

    Attributes
    ----------
    authorizer
        The function.
    functions
        It, and what issues tickets.
    ticket_api_id
        The HTTP API that gives tickets; None where there is none.
    users
        Those whose tokens are taken; None where identity is not verified.
    outputs
        What the program exports of it.
    """

    def __init__(
        self, name: str, runtime: Runtime, args: AdmissionArgs, opts: pulumi.ResourceOptions | None = None
    ) -> None:
        super().__init__("airium:realtime:Admission", name, None, opts)
        here = pulumi.ResourceOptions(parent=self)
        self.outputs: dict[str, object] = {}
        self.users: UserDirectory | None = None
        issuing: tuple[Function, ...] = ()
        self.ticket_api_id: pulumi.Output[str] | None = None
        if runtime.settings.verifies_identity:
            users = UserDirectory("users", UserDirectoryArgs(runtime.naming, runtime.settings), here)
            self.users = users
            tickets = TicketApi("tickets", runtime, TicketApiArgs(args.store, users), here)
            issuing = (tickets.function,)
            self.ticket_api_id = tickets.api_id
            self.outputs = {
                "user_pool_id": users.pool_id,
                "user_pool_client_ids": users.client_ids,
                "ticket_url": tickets.url,
            }
        self.authorizer = self._authorizer(runtime, args, self.users)
        self.functions = (self.authorizer, *issuing)
        self.register_outputs({"authorizer": self.authorizer.function_name})

    def _authorizer(self, runtime: Runtime, args: AdmissionArgs, users: UserDirectory | None) -> Function:
        """Make the function, with the limit on connections in every mode, and tokens and tickets in one."""
        environment: dict[str, pulumi.Input[str]] = {
            names.FEEDS_TABLE: args.feeds.feeds_table,
            names.MANAGEMENT_ENDPOINT: args.api.management_endpoint,
            names.CONNECTIONS_PER_USER: str(runtime.settings.limits.connections_per_user),
            names.RETENTION_DAYS: str(args.store.retention_days),
        }
        if users is not None:
            environment |= {names.CLAIMS_TABLE: args.store.claims_table, **users.variables}
        function = Function(
            "authorizer",
            runtime,
            FunctionArgs(
                handler=names.QUERY_AUTHORIZER if users is None else names.AUTHORIZER,
                size=runtime.settings.functions.sizes.authorizer,
                environment=environment,
            ),
            opts=pulumi.ResourceOptions(parent=self),
        )
        args.feeds.grant_count(function)
        args.feeds.grant_subscribe(function)
        args.api.grant_manage_connections(function, "GET", "DELETE")
        if users is not None:
            args.store.grant_redeem(function)
        return function
