"""Buckets, the table over what is in one, and the workgroup that asks it. A bucket stays, as tables do."""

from typing import Any

from local.answers import if_there, ignoring
from local.cloud import Cloud
from local.resources.registry import Made, Wanted, creates, removes

_ELSEWHERE = ("bucket", "tags", "tagsAll")
_ABSENT = "EntityNotFoundException"
"""What Glue answers where there is no such database or table."""


@creates("aws:s3/bucket:Bucket")
def bucket(cloud: Cloud, wanted: Wanted) -> Made:
    """Create the bucket, unless it is there; a prefix is its whole name, since nobody else has one here."""
    given = wanted.inputs
    name = str(given.get("bucket") or given.get("bucketPrefix") or wanted.name.lower()).rstrip("-")
    s3 = cloud.client("s3")
    if if_there(s3.head_bucket, "404", Bucket=name) is None:
        s3.create_bucket(Bucket=name)
    return Made(id=name, outputs={"bucket": name, "arn": f"arn:aws:s3:::{name}", "region": cloud.region})


@creates("aws:s3/bucketPublicAccessBlock:BucketPublicAccessBlock")
def public_access_block(cloud: Cloud, wanted: Wanted) -> Made:
    """Put what keeps the public out."""
    return _put(cloud, wanted, "PutPublicAccessBlock", "PublicAccessBlockConfiguration")


@creates("aws:s3/bucketServerSideEncryptionConfiguration:BucketServerSideEncryptionConfiguration")
def bucket_encryption(cloud: Cloud, wanted: Wanted) -> Made:
    """Put how objects are encrypted that do not say."""
    return _put(cloud, wanted, "PutBucketEncryption", "ServerSideEncryptionConfiguration")


@creates("aws:s3/bucketLifecycleConfiguration:BucketLifecycleConfiguration")
def bucket_lifecycle(cloud: Cloud, wanted: Wanted) -> Made:
    """Put by what age objects are deleted."""
    return _put(cloud, wanted, "PutBucketLifecycleConfiguration", "LifecycleConfiguration")


@creates("aws:glue/catalogDatabase:CatalogDatabase")
def database(cloud: Cloud, wanted: Wanted) -> Made:
    """Create the database, unless it is there."""
    name = wanted.physical(255)
    glue = cloud.client("glue")
    if if_there(glue.get_database, _ABSENT, Name=name) is None:
        glue.create_database(DatabaseInput={"Name": name})
    return Made(id=name, outputs={"name": name})


@removes("aws:glue/catalogDatabase:CatalogDatabase")
def remove_database(cloud: Cloud, name: str) -> None:
    """Delete the database, its tables with it."""
    with ignoring(_ABSENT):
        cloud.client("glue").delete_database(Name=name)


@creates("aws:glue/catalogTable:CatalogTable")
def table(cloud: Cloud, wanted: Wanted) -> Made:
    """Create the table, or change it."""
    glue = cloud.client("glue")
    database_name, name = str(wanted.inputs["databaseName"]), wanted.physical(255)
    existing = if_there(glue.get_table, _ABSENT, DatabaseName=database_name, Name=name)
    operation = "CreateTable" if existing is None else "UpdateTable"
    described = {key: value for key, value in wanted.inputs.items() if key != "databaseName"}
    cloud.call(
        "glue",
        operation,
        {"tableInput": {**described, "name": name}},
        rename={"serDeInfo": "serdeInfo"},
        DatabaseName=database_name,
    )
    return Made(id=f"{database_name}/{name}", outputs={"name": name})


@removes("aws:glue/catalogTable:CatalogTable")
def remove_table(cloud: Cloud, identifier: str) -> None:
    """Delete the table, unless it has gone with its database."""
    database_name, name = identifier.split("/")
    with ignoring(_ABSENT):
        cloud.client("glue").delete_table(DatabaseName=database_name, Name=name)


@creates("aws:athena/workgroup:Workgroup")
def workgroup(cloud: Cloud, wanted: Wanted) -> Made:
    """Create the workgroup, in place of one that is there: its history is of no use."""
    name = wanted.physical(128)
    athena = cloud.client("athena")
    _delete_workgroup(athena, name)
    cloud.call(
        "athena",
        "CreateWorkGroup",
        wanted.inputs,
        rename={"publishCloudwatchMetricsEnabled": "publishCloudWatchMetricsEnabled"},
        without=("name", "forceDestroy", "tags", "tagsAll"),
        Name=name,
    )
    return Made(id=name, outputs={"name": name, "arn": cloud.arn("athena", f"workgroup/{name}")})


@removes("aws:athena/workgroup:Workgroup")
def remove_workgroup(cloud: Cloud, name: str) -> None:
    """Delete the workgroup with its history."""
    _delete_workgroup(cloud.client("athena"), name)


def _delete_workgroup(athena: Any, name: str) -> None:
    if name in {each["Name"] for each in athena.list_work_groups()["WorkGroups"]}:
        athena.delete_work_group(WorkGroup=name, RecursiveDeleteOption=True)


def _put(cloud: Cloud, wanted: Wanted, operation: str, member: str) -> Made:
    """Put what the program says of a bucket."""
    name = str(wanted.inputs["bucket"])
    said: dict[str, Any] = {key: value for key, value in wanted.inputs.items() if key not in _ELSEWHERE}
    cloud.call("s3", operation, {member[:1].lower() + member[1:]: said}, Bucket=name)
    return Made(id=name)
