"""A queue for what was given up, kept until somebody redrives it."""

import pulumi
import pulumi_aws as aws

from infra.policy import Statement

RETENTION_SECONDS = 14 * 24 * 60 * 60
"""The longest that SQS keeps a message."""


class FailureQueue(pulumi.ComponentResource):
    """
    An encrypted queue that takes messages over TLS only.

    Parameters
    ----------
    physical_name
        The queue's name.
    tls_only
        Whether a policy refuses plain http; an emulator speaks nothing else.

    Attributes
    ----------
    url, arn, queue_name
        How to read it, to grant it, and to watch it.
    sending
        What a sender must be allowed.
    """

    def __init__(
        self, name: str, physical_name: str, *, tls_only: bool, opts: pulumi.ResourceOptions | None = None
    ) -> None:
        super().__init__("airium:realtime:FailureQueue", name, None, opts)
        here = pulumi.ResourceOptions(parent=self)
        queue = aws.sqs.Queue(
            f"{name}-queue",
            name=physical_name,
            message_retention_seconds=RETENTION_SECONDS,
            sqs_managed_sse_enabled=True,
            opts=here,
        )
        if tls_only:
            aws.sqs.QueuePolicy(
                f"{name}-tls-only", queue_url=queue.url, policy=refusing_plain_http(queue.arn), opts=here
            )
        self.url = queue.url
        self.arn = queue.arn
        self.queue_name = queue.name
        self.sending = Statement(["sqs:SendMessage"], [queue.arn])
        self.register_outputs({"url": self.url, "arn": self.arn})


def refusing_plain_http(arn: pulumi.Output[str]) -> pulumi.Output[str]:
    """Return the policy of a queue that refuses plain http."""
    statement = {
        "Effect": "Deny",
        "Principal": "*",
        "Action": "sqs:*",
        "Resource": arn,
        "Condition": {"Bool": {"aws:SecureTransport": "false"}},
    }
    return pulumi.Output.json_dumps({"Version": "2012-10-17", "Statement": [statement]})
