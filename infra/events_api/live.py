"""Changes as they happen, for the people whose they are and for operators: who may read them, and where."""

import pulumi

from functions import names
from infra.events_api.events_api import EventsApi, EventsApiArgs
from infra.functions.function import Function, FunctionArgs, Runtime
from infra.identity.user_directory import UserDirectory


class Live(pulumi.ComponentResource):
    """
    The API, and the function that it asks who may read what.

    Attributes
    ----------
    function
        The function.
    outputs
        What the program exports of it.
    """

    def __init__(
        self, name: str, runtime: Runtime, users: UserDirectory, opts: pulumi.ResourceOptions | None = None
    ) -> None:
        super().__init__("airium:realtime:Live", name, None, opts)
        here = pulumi.ResourceOptions(parent=self)
        settings = runtime.settings
        self.function = Function(
            "live-authorizer",
            runtime,
            FunctionArgs(
                handler=names.LIVE_AUTHORIZER,
                size=settings.functions.sizes.live_authorizer,
                environment={
                    **users.variables,
                    names.OPERATORS_GROUP: settings.live.operators_group,
                },
            ),
            opts=here,
        )
        self._api = EventsApi(name, runtime, EventsApiArgs("live", self.function), here)
        self.outputs: dict[str, object] = {
            "live_http_host": self._api.http_host,
            "live_realtime_host": self._api.realtime_host,
        }
        self.register_outputs(self.outputs)

    @property
    def variables(self) -> dict[str, pulumi.Input[str]]:
        """What the function is told that publishes."""
        return self._api.variables(names.LIVE_HTTP_HOST)

    def grant_publish(self, function: Function) -> None:
        """Let a function publish to all channels."""
        self._api.grant_publish(function)
