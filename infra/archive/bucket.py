"""The archive's bucket: private, encrypted, over TLS only, and emptied by age."""

import re

import pulumi
import pulumi_aws as aws

from functions import names
from infra.functions.function import Function
from infra.naming import Naming
from infra.policy import Statement, open_ended
from infra.settings.settings import Settings

_LONGEST_PREFIX = 37
"""What AWS's provider leaves room for, before the letters that make the name unlike any in the world."""
_RESULT_DAYS = 1


class Bucket(pulumi.ComponentResource):
    """
    A bucket for the events of each hour, under ``events/``, and for answers to queries, under ``results/``.

    It has no versions: what an erasure has rewritten must be gone.

    Parameters
    ----------
    naming
        The names of the stack; what a bucket's name cannot have is written otherwise.
    settings
        For how long an hour is kept, and whether the bucket stays when the stack goes.

    Attributes
    ----------
    bucket
        Its name.
    """

    def __init__(
        self, name: str, naming: Naming, settings: Settings, opts: pulumi.ResourceOptions | None = None
    ) -> None:
        super().__init__("airium:realtime:Bucket", name, None, opts)
        here = pulumi.ResourceOptions(parent=self)
        bucket = aws.s3.Bucket(
            name,
            bucket_prefix=_prefix(naming),
            # without protection a stack can be destroyed with what is in it, as its tables are
            force_destroy=not settings.protect,
            opts=pulumi.ResourceOptions(
                parent=self, protect=settings.protect, retain_on_delete=settings.protect
            ),
        )
        self._arn = bucket.arn
        self.bucket = bucket.bucket
        aws.s3.BucketPublicAccessBlock(
            f"{name}-private",
            bucket=self.bucket,
            block_public_acls=True,
            block_public_policy=True,
            ignore_public_acls=True,
            restrict_public_buckets=True,
            opts=here,
        )
        # with a key that S3 owns: a key of one's own has a price each month
        by_default = aws.s3.BucketServerSideEncryptionConfigurationRuleApplyServerSideEncryptionByDefaultArgs(
            sse_algorithm="AES256"
        )
        aws.s3.BucketServerSideEncryptionConfiguration(
            f"{name}-encrypted",
            bucket=self.bucket,
            rules=[
                aws.s3.BucketServerSideEncryptionConfigurationRuleArgs(
                    apply_server_side_encryption_by_default=by_default
                )
            ],
            opts=here,
        )
        aws.s3.BucketLifecycleConfiguration(
            f"{name}-ages",
            bucket=self.bucket,
            rules=[
                _emptied("events", names.ARCHIVE_EVENTS, settings.archive.years * 365),
                _emptied("results", names.ARCHIVE_RESULTS, _RESULT_DAYS),
            ],
            opts=here,
        )
        if settings.endpoint is None:
            # an emulator speaks nothing but plain http
            aws.s3.BucketPolicy(
                f"{name}-tls-only", bucket=self.bucket, policy=_tls_only(bucket.arn), opts=here
            )
        self.register_outputs({"bucket": self.bucket})

    def grant_archive(self, function: Function) -> None:
        """Let a function write and read the events, and list the keys, so that a missing object is a 404."""
        function.grant(
            "archive",
            Statement(["s3:GetObject", "s3:PutObject"], [open_ended(self._arn, "/events/*")]),
            # without it S3 answers 403 for an object that is not there
            Statement(["s3:ListBucket"], [self._arn]),
        )


def _prefix(naming: Naming) -> str:
    """Give what the name begins with: it has no capitals and no underscore, which a stack's may have."""
    plain = re.sub("[^a-z0-9-]", "-", naming.of("archive").lower())
    return f"{plain[: _LONGEST_PREFIX - 1]}-"


def _emptied(what: str, prefix: str, days: int) -> aws.s3.BucketLifecycleConfigurationRuleArgs:
    return aws.s3.BucketLifecycleConfigurationRuleArgs(
        id=what,
        status="Enabled",
        filter=aws.s3.BucketLifecycleConfigurationRuleFilterArgs(prefix=prefix),
        expiration=aws.s3.BucketLifecycleConfigurationRuleExpirationArgs(days=days),
        # parts of an upload that was broken off are charged, and no list shows them
        abort_incomplete_multipart_upload=(
            aws.s3.BucketLifecycleConfigurationRuleAbortIncompleteMultipartUploadArgs(days_after_initiation=1)
        ),
    )


def _tls_only(arn: pulumi.Output[str]) -> pulumi.Output[str]:
    statement = {
        "Effect": "Deny",
        "Principal": "*",
        "Action": "s3:*",
        "Resource": [arn, pulumi.Output.concat(arn, "/*")],
        "Condition": {"Bool": {"aws:SecureTransport": "false"}},
    }
    return pulumi.Output.json_dumps({"Version": "2012-10-17", "Statement": [statement]})
