"""The dashboard of a stack: from the entry to the cost, on one page."""

from collections.abc import Sequence

import pulumi
import pulumi_aws as aws

from infra.signals import measures
from infra.signals.backend import Backend
from infra.signals.sections import sections
from infra.signals.widgets import place


class Dashboard(pulumi.ComponentResource):
    """
    A dashboard, called as the API is. It costs $3 a month, beyond the three that an account has for nothing.

    Parameters
    ----------
    backend
        What it shows.
    alarms
        The ARNs of the alarms whose state it shows; none without alarms.
    """

    def __init__(
        self,
        name: str,
        backend: Backend,
        alarms: Sequence[pulumi.Input[str]] = (),
        opts: pulumi.ResourceOptions | None = None,
    ) -> None:
        super().__init__("airium:realtime:Dashboard", name, None, opts)
        widgets = place(sections(backend, alarms), aws.get_region_output().region, measures.PERIOD)
        aws.cloudwatch.Dashboard(
            f"{name}-dashboard",
            dashboard_name=backend.naming.of(),
            dashboard_body=pulumi.Output.json_dumps({"widgets": widgets}),
            opts=pulumi.ResourceOptions(parent=self),
        )
        self.register_outputs({})
