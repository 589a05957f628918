"""An API of AppSync Events with one namespace of channels, to which functions alone publish."""

from dataclasses import dataclass

import pulumi
import pulumi_aws as aws

from functions import names
from infra import policy
from infra.functions.function import Function, Runtime

_LONGEST_NAME = 50
_IAM = "AWS_IAM"
_FUNCTION = "AWS_LAMBDA"


@dataclass(frozen=True, slots=True)
class EventsApiArgs:
    """
    Whose API it is.

    Parameters
    ----------
    namespace
        What its channels begin with.
    authorizer
        The function that is asked who may connect and subscribe; with none, IAM says it, as it always says
        who may publish.
    """

    namespace: str
    authorizer: Function | None = None


class EventsApi(pulumi.ComponentResource):
    """
    The API and its namespace.

    Attributes
    ----------
    http_host, realtime_host
        Where it is published to, and subscribed to by WebSocket: an emulator answers for both by another URL.
    """

    def __init__(
        self, name: str, runtime: Runtime, args: EventsApiArgs, opts: pulumi.ResourceOptions | None = None
    ) -> None:
        super().__init__("airium:realtime:EventsApi", name, None, opts)
        here = pulumi.ResourceOptions(parent=self)
        self._endpoint = runtime.settings.endpoint
        reading = _IAM if args.authorizer is None else _FUNCTION
        api = aws.appsync.Api(
            f"{name}-api",
            # it is known by its id, so two may have one name
            name=runtime.naming.of(name)[:_LONGEST_NAME],
            event_config=aws.appsync.ApiEventConfigArgs(
                auth_providers=_providers(args.authorizer),
                connection_auth_modes=[
                    aws.appsync.ApiEventConfigConnectionAuthModeArgs(auth_type=reading),
                ],
                default_publish_auth_modes=[
                    aws.appsync.ApiEventConfigDefaultPublishAuthModeArgs(auth_type=_IAM),
                ],
                default_subscribe_auth_modes=[
                    aws.appsync.ApiEventConfigDefaultSubscribeAuthModeArgs(auth_type=reading),
                ],
            ),
            opts=here,
        )
        # said again: an emulator takes the modes for publishing for both
        namespace = aws.appsync.ChannelNamespace(
            f"{name}-namespace",
            api_id=api.api_id,
            name=args.namespace,
            publish_auth_modes=[aws.appsync.ChannelNamespacePublishAuthModeArgs(auth_type=_IAM)],
            subscribe_auth_modes=[aws.appsync.ChannelNamespaceSubscribeAuthModeArgs(auth_type=reading)],
            opts=here,
        )
        if args.authorizer is not None:
            aws.lambda_.Permission(
                f"{name}-permission",
                action="lambda:InvokeFunction",
                function=args.authorizer.function_name,
                principal="appsync.amazonaws.com",
                source_arn=api.api_arn,
                opts=here,
            )
        self._api_arn, self._namespace_arn = api.api_arn, namespace.channel_namespace_arn
        self.http_host = api.dns.apply(lambda hosts: hosts["HTTP"])
        self.realtime_host = api.dns.apply(lambda hosts: hosts["REALTIME"])
        self.register_outputs({"http_host": self.http_host, "realtime_host": self.realtime_host})

    def variables(self, http: str, realtime: str | None = None) -> dict[str, pulumi.Input[str]]:
        """Give the variables of a function that publishes or, by the second, subscribes."""
        hosts: dict[str, pulumi.Input[str]] = {http: self.http_host}
        if realtime is not None:
            hosts[realtime] = self.realtime_host
        return hosts if self._endpoint is None else {**hosts, names.APPSYNC_ENDPOINT: self._endpoint}

    def grant_publish(self, function: Function) -> None:
        """Let a function publish to any channel of the namespace."""
        function.grant("publish", policy.Statement(["appsync:EventPublish"], [self._namespace_arn]))

    def grant_subscribe(self, function: Function) -> None:
        """Let a function connect, and subscribe to any channel of the namespace."""
        function.grant(
            "subscribe-to-channels",
            policy.Statement(["appsync:EventConnect"], [self._api_arn]),
            policy.Statement(["appsync:EventSubscribe"], [self._namespace_arn]),
        )


def _providers(authorizer: Function | None) -> list[aws.appsync.ApiEventConfigAuthProviderArgs]:
    iam = aws.appsync.ApiEventConfigAuthProviderArgs(auth_type=_IAM)
    if authorizer is None:
        return [iam]
    asked = aws.appsync.ApiEventConfigAuthProviderLambdaAuthorizerConfigArgs(
        authorizer_uri=authorizer.arn,
        # what it says of one channel says nothing of another, and AppSync remembers by the token
        authorizer_result_ttl_in_seconds=0,
    )
    return [
        iam,
        aws.appsync.ApiEventConfigAuthProviderArgs(auth_type=_FUNCTION, lambda_authorizer_config=asked),
    ]
