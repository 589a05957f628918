"""The function that decides who may connect, as the stack's identity mode has it."""

from dataclasses import dataclass

import pulumi

from functions import names
from infra.event_store import EventStore
from infra.function import Function, FunctionArgs, Runtime
from infra.read_model import ReadModel
from infra.user_directory import UserDirectory


@dataclass(frozen=True, slots=True)
class AuthorizerArgs:
    """
    What the authorizer decides by.

    Parameters
    ----------
    store
        The claims among which the tickets are.
    read_model
        Where a user's open connections are counted.
    directory
        Whose tokens are taken; None where a client's word is.
    """

    store: EventStore
    read_model: ReadModel
    directory: UserDirectory | None


def authorizer(name: str, runtime: Runtime, args: AuthorizerArgs) -> Function:
    """Make the function, with the limit on connections in every mode, and tokens and tickets in `cognito`."""
    environment: dict[str, pulumi.Input[str]] = {
        names.CONNECTIONS_TABLE: args.read_model.connections_table,
        names.CONNECTIONS_PER_USER: str(runtime.settings.limits.connections_per_user),
    }
    if args.directory is not None:
        environment |= {
            names.CLAIMS_TABLE: args.store.claims_table,
            names.ISSUER: args.directory.issuer,
            names.CLIENT_IDS: pulumi.Output.all(*args.directory.client_ids).apply(",".join),
            names.IDENTITY_USE: runtime.settings.users.token_use.value,
            names.JWKS_URL: args.directory.jwks_url,
        }
    handler = names.QUERY_AUTHORIZER if args.directory is None else names.AUTHORIZER
    size = runtime.settings.functions.sizes.authorizer
    function = Function(name, runtime, FunctionArgs(handler, size, environment))
    args.read_model.grant_list_connections(function, names.CONNECTIONS_ACTIVE_OF_USER)
    if args.directory is not None:
        args.store.grant_redeem(function)
    return function
