"""Makes one DynamoDB table: on demand, expiring, and protected where the stack says so."""

from collections.abc import Sequence
from dataclasses import dataclass

import pulumi
import pulumi_aws as aws

from functions import names


@dataclass(frozen=True, slots=True)
class Index:
    """
    A global secondary index.

    Parameters
    ----------
    name
        As queries name it.
    key
        Attribute names: the partition key, then the sort key.
    shows
        Attributes that it holds besides keys; all when None, keys only when empty.
    """

    name: str
    key: Sequence[str]
    shows: Sequence[str] | None = None


@dataclass(frozen=True, slots=True)
class TableArgs:
    """
    What one table is.

    Parameters
    ----------
    name
        Its physical name.
    key
        Attribute names: the partition key, then the sort key if there is one.
    indexes
        Its global secondary indexes.
    stream
        Whether inserted items are streamed (NEW_IMAGE).
    point_in_time_recovery
        Whether it can be restored to a second of the past.
    protect
        Whether it refuses to be deleted or replaced, and stays when the stack goes.
    """

    name: str
    key: Sequence[str]
    indexes: Sequence[Index] = ()
    stream: bool = False
    point_in_time_recovery: bool = False
    protect: bool = False


def table(name: str, args: TableArgs, parent: pulumi.Resource) -> aws.dynamodb.Table:
    """
    Make a table.

    It is encrypted at rest with a key that DynamoDB owns, its default: a key of one's own has a price
    each month. An explicit name makes a replacement delete the old table first, hence `protect`.
    """
    hash_key, *range_key = args.key
    keys = dict.fromkeys([*args.key, *(attribute for index in args.indexes for attribute in index.key)])
    return aws.dynamodb.Table(
        name,
        aws.dynamodb.TableArgs(
            name=args.name,
            billing_mode="PAY_PER_REQUEST",
            attributes=[
                aws.dynamodb.TableAttributeArgs(name=key, type="N" if key in names.NUMERIC_KEYS else "S")
                for key in keys
            ],
            hash_key=hash_key,
            range_key=range_key[0] if range_key else None,
            global_secondary_indexes=[_index(args, each) for each in args.indexes] or None,
            stream_enabled=args.stream or None,
            stream_view_type="NEW_IMAGE" if args.stream else None,
            ttl=aws.dynamodb.TableTtlArgs(attribute_name=names.TTL_ATTRIBUTE, enabled=True),
            point_in_time_recovery=aws.dynamodb.TablePointInTimeRecoveryArgs(
                enabled=args.point_in_time_recovery
            ),
            deletion_protection_enabled=args.protect,
        ),
        opts=pulumi.ResourceOptions(parent=parent, protect=args.protect, retain_on_delete=args.protect),
    )


def _index(args: TableArgs, index: Index) -> aws.dynamodb.TableGlobalSecondaryIndexArgs:
    kept = {*args.key, *index.key}
    projection = "ALL" if index.shows is None else "INCLUDE" if index.shows else "KEYS_ONLY"
    return aws.dynamodb.TableGlobalSecondaryIndexArgs(
        name=index.name,
        key_schemas=[
            aws.dynamodb.TableGlobalSecondaryIndexKeySchemaArgs(attribute_name=attribute, key_type=key_type)
            for attribute, key_type in zip(index.key, ("HASH", "RANGE"), strict=False)
        ],
        projection_type=projection,
        # key attributes are always there, and AWS refuses to be told so
        non_key_attributes=[attribute for attribute in index.shows if attribute not in kept]
        if index.shows
        else None,
    )
