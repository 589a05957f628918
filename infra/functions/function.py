"""One Lambda function with a role and a log group of its own."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import pulumi
import pulumi_aws as aws

from functions import names
from infra import policy
from infra.functions.asynchronous import Asynchronous
from infra.naming import Naming
from infra.settings.settings import Settings
from infra.settings.sizes import Size

PYTHON = "python3.13"
"""The runtime of every function, for which the layer is compiled."""


@dataclass(frozen=True, slots=True)
class Runtime:
    """
    What all functions share.

    Parameters
    ----------
    naming
        The names of the stack.
    settings
        The settings of the stack.
    code
        The package ``functions``, whole.
    layer_arn
        The dependencies.
    """

    naming: Naming
    settings: Settings
    code: pulumi.Archive
    layer_arn: pulumi.Input[str]


@dataclass(frozen=True, slots=True)
class FunctionArgs:
    """
    What one function is.

    Parameters
    ----------
    handler
        The dotted path of what Lambda calls.
    size
        Its memory and time.
    environment
        Its variables, but for those that all functions have.
    asynchronous
        Given for a function that is invoked asynchronously.
    layer_arns
        Layers beside the dependencies, for what this function alone calls.
    """

    handler: str
    size: Size
    environment: Mapping[str, pulumi.Input[str]]
    asynchronous: Asynchronous | None = None
    layer_arns: Sequence[pulumi.Input[str]] = ()


class Function(pulumi.ComponentResource):
    """
    A function that may write its own log and whatever it is granted.

    Attributes
    ----------
    function_name, arn, invoke_arn
        How to name it, grant its invocation, and integrate it.
    log_group_name
        Where its lines are.
    """

    def __init__(
        self, name: str, runtime: Runtime, args: FunctionArgs, opts: pulumi.ResourceOptions | None = None
    ) -> None:
        super().__init__("airium:realtime:Function", name, None, opts)
        self._grants: list[pulumi.Resource] = []
        settings = runtime.settings.functions
        physical_name = runtime.naming.of(name)
        here = pulumi.ResourceOptions(parent=self)
        log_group = aws.cloudwatch.LogGroup(
            f"{name}-logs",
            name=f"/aws/lambda/{physical_name}",
            retention_in_days=settings.log_retention_days,
            opts=here,
        )
        self._role = aws.iam.Role(
            f"{name}-role", assume_role_policy=policy.trust("lambda.amazonaws.com"), opts=here
        )
        self.grant(
            "logs",
            policy.Statement(
                ["logs:CreateLogStream", "logs:PutLogEvents"], [policy.open_ended(log_group.arn, ":*")]
            ),
        )
        tracing = runtime.settings.tracing.enabled
        if tracing:
            self.grant("trace", policy.without_resources(*policy.TRACING))
        function = aws.lambda_.Function(
            f"{name}-function",
            aws.lambda_.FunctionArgs(
                name=physical_name,
                role=self._role.arn,
                runtime=PYTHON,
                architectures=["arm64"],
                handler=args.handler,
                code=runtime.code,
                layers=[runtime.layer_arn, *args.layer_arns],
                memory_size=args.size.memory_mb,
                timeout=args.size.timeout_seconds,
                reserved_concurrent_executions=args.size.reserved_concurrency,
                # said also where it is off: left out, it stays as it is
                tracing_config=aws.lambda_.FunctionTracingConfigArgs(
                    mode="Active" if tracing else "PassThrough"
                ),
                environment=aws.lambda_.FunctionEnvironmentArgs(
                    variables={
                        **args.environment,
                        names.LOG_LEVEL: settings.log_level.value,
                        **({names.EMULATED: "true"} if runtime.settings.endpoint else {}),
                    }
                ),
                logging_config=aws.lambda_.FunctionLoggingConfigArgs(
                    log_format="JSON",
                    log_group=log_group.name,
                    application_log_level=settings.log_level.value,
                    # Lambda's own three lines for each invocation would cost more than a frame does
                    system_log_level="WARN",
                ),
            ),
            # AWS checks at creation that a function which is traced may say so
            opts=pulumi.ResourceOptions(parent=self, depends_on=self.grants if tracing else None),
        )
        self.log_group_name = log_group.name
        self.function_name = function.name
        self.arn = function.arn
        self.invoke_arn = function.invoke_arn
        if args.asynchronous is not None:
            self._fail_into(args.asynchronous)
        self.register_outputs({"function_name": self.function_name, "arn": self.arn})

    @property
    def grants(self) -> tuple[pulumi.Resource, ...]:
        """The policies so far: what AWS checks at creation must depend on them."""
        return tuple(self._grants)

    @property
    def sending(self) -> policy.Statement:
        """What whoever invokes it must be allowed."""
        return policy.Statement(["lambda:InvokeFunction"], [self.arn])

    def grant(self, what: str, *statements: policy.Statement) -> None:
        """Allow more; `what` is said in a few words, once for each function."""
        self._grants.append(
            aws.iam.RolePolicy(
                f"{self.pulumi_resource_name}-may-{what}",
                role=self._role.name,
                policy=policy.document(statements),
                opts=pulumi.ResourceOptions(parent=self),
            )
        )

    def _fail_into(self, asynchronous: Asynchronous) -> None:
        self.grant("send-failures", asynchronous.failures.sending)
        aws.lambda_.FunctionEventInvokeConfig(
            f"{self.pulumi_resource_name}-invocations",
            function_name=self.function_name,
            maximum_retry_attempts=asynchronous.retries,
            maximum_event_age_in_seconds=asynchronous.max_age_seconds,
            destination_config=aws.lambda_.FunctionEventInvokeConfigDestinationConfigArgs(
                on_failure=aws.lambda_.FunctionEventInvokeConfigDestinationConfigOnFailureArgs(
                    destination=asynchronous.failures.arn
                )
            ),
            # AWS checks at creation that the function may send there
            opts=pulumi.ResourceOptions(parent=self, depends_on=self.grants),
        )
