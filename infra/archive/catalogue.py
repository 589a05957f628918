"""How Athena reads the archive: a table over the objects, and a workgroup that bounds what a query costs."""

import re
from dataclasses import dataclass

import pulumi
import pulumi_aws as aws

from functions import names
from infra.naming import Naming

SCANNED_BYTES = 100 * 1024**3
"""The most that a query may read: 50 cents, or more than a billion events."""


@dataclass(frozen=True, slots=True)
class CatalogueArgs:
    """
    What is read.

    Parameters
    ----------
    naming
        The names of the stack.
    bucket
        The archive's bucket.
    years
        For how long it keeps events.
    """

    naming: Naming
    bucket: pulumi.Input[str]
    years: int


class Catalogue(pulumi.ComponentResource):
    """
    A Glue table and an Athena workgroup, neither of which has a price until something is asked.

    The days are not registered anywhere: their partitions are computed from the table's properties.

    Attributes
    ----------
    database, workgroup
        Where, and as what, a query runs.
    """

    def __init__(self, name: str, args: CatalogueArgs, opts: pulumi.ResourceOptions | None = None) -> None:
        super().__init__("airium:realtime:Catalogue", name, None, opts)
        here = pulumi.ResourceOptions(parent=self)
        database = aws.glue.CatalogDatabase(
            f"{name}-database", name=re.sub("[^a-z0-9]", "_", args.naming.of("archive").lower()), opts=here
        )
        location = pulumi.Output.concat("s3://", args.bucket, "/", names.ARCHIVE_EVENTS)
        aws.glue.CatalogTable(
            f"{name}-table",
            name=names.ARCHIVE_TABLE,
            database_name=database.name,
            table_type="EXTERNAL_TABLE",
            partition_keys=[aws.glue.CatalogTablePartitionKeyArgs(name="dt", type="string")],
            parameters={
                "projection.enabled": "true",
                "projection.dt.type": "date",
                "projection.dt.format": "yyyy-MM-dd",
                # a month more: an hour is deleted by the age of its object, which was written later
                "projection.dt.range": f"NOW-{args.years * 12 + 1}MONTHS,NOW",
                "storage.location.template": pulumi.Output.concat(location, "dt=${dt}/"),
            },
            storage_descriptor=aws.glue.CatalogTableStorageDescriptorArgs(
                location=location,
                input_format="org.apache.hadoop.mapred.TextInputFormat",
                output_format="org.apache.hadoop.hive.ql.io.HiveIgnoreKeyTextOutputFormat",
                ser_de_info=aws.glue.CatalogTableStorageDescriptorSerDeInfoArgs(
                    serialization_library="org.openx.data.jsonserde.JsonSerDe"
                ),
                columns=[
                    aws.glue.CatalogTableStorageDescriptorColumnArgs(name=column, type=type_)
                    for column, type_ in names.ARCHIVE_COLUMNS.items()
                ],
            ),
            opts=here,
        )
        results = aws.athena.WorkgroupConfigurationResultConfigurationArgs(
            output_location=pulumi.Output.concat("s3://", args.bucket, "/", names.ARCHIVE_RESULTS),
            encryption_configuration=(
                aws.athena.WorkgroupConfigurationResultConfigurationEncryptionConfigurationArgs(
                    encryption_option="SSE_S3"
                )
            ),
        )
        workgroup = aws.athena.Workgroup(
            f"{name}-workgroup",
            name=args.naming.of("archive"),
            # the history of queries would keep it from being deleted
            force_destroy=True,
            configuration=aws.athena.WorkgroupConfigurationArgs(
                # who asks cannot choose to write elsewhere or to read more
                enforce_workgroup_configuration=True,
                bytes_scanned_cutoff_per_query=SCANNED_BYTES,
                # priced by the metric
                publish_cloudwatch_metrics_enabled=False,
                result_configuration=results,
            ),
            opts=here,
        )
        self.database = database.name
        self.workgroup = workgroup.name
        self.register_outputs({"database": self.database, "workgroup": self.workgroup})
