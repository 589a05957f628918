"""User pools and their app clients."""

from collections.abc import Iterator
from typing import Any

from local.answers import if_there, ignoring
from local.cloud import Cloud
from local.errors import LocalError
from local.resources.registry import Made, Wanted, creates, removes

_SERVICE = "cognito-idp"
_ABSENT = "ResourceNotFoundException"
_ELSEWHERE = ("name", "passwordPolicy", "tags", "tagsAll")
_FOR_GOOD = ("usernameAttributes", "usernameConfiguration")
"""What a pool takes only when it is made."""


@creates("aws:cognito/userPool:UserPool")
def user_pool(cloud: Cloud, wanted: Wanted) -> Made:
    """Create the pool, or update the one of the same name: its users stay, and there is no remover."""
    name = wanted.physical(128)
    # the request has the policy one level deeper
    inputs = {**wanted.inputs, "policies": {"passwordPolicy": wanted.inputs.get("passwordPolicy")}}
    existing = next((each for each in _pools(cloud) if each["Name"] == name), None)
    if existing is None:
        made = cloud.call(_SERVICE, "CreateUserPool", inputs, without=_ELSEWHERE, PoolName=name)
        pool = made["UserPool"]
    else:
        pool = cloud.client(_SERVICE).describe_user_pool(UserPoolId=existing["Id"])["UserPool"]
        if pool.get("UsernameAttributes", []) != wanted.inputs.get("usernameAttributes", []):
            raise LocalError(
                "what the user pool takes for a name has changed, which a pool that is up cannot take: "
                "`make down`, then `make up`"
            )
        without = (*_ELSEWHERE, *_FOR_GOOD)
        cloud.call(_SERVICE, "UpdateUserPool", inputs, without=without, UserPoolId=pool["Id"])
    return Made(
        id=pool["Id"],
        outputs={
            "name": name,
            "arn": pool["Arn"],
            "endpoint": f"cognito-idp.{cloud.region}.amazonaws.com/{pool['Id']}",
        },
    )


@creates("aws:cognito/userPoolClient:UserPoolClient")
def user_pool_client(cloud: Cloud, wanted: Wanted) -> Made:
    """Create the app client, or update the one of the same name in its pool: the tokens it has stay good."""
    name, pool = wanted.physical(128), wanted.inputs["userPoolId"]
    client_id = next((each["ClientId"] for each in _clients(cloud, pool) if each["ClientName"] == name), None)
    if client_id is None:
        made = cloud.call(_SERVICE, "CreateUserPoolClient", wanted.inputs, without=("name",), ClientName=name)
        client_id = made["UserPoolClient"]["ClientId"]
    else:
        cloud.call(
            _SERVICE,
            "UpdateUserPoolClient",
            wanted.inputs,
            without=("name", "generateSecret"),
            ClientName=name,
            ClientId=client_id,
        )
    return Made(id=client_id, outputs={"name": name})


@removes("aws:cognito/userPoolClient:UserPoolClient")
def remove_user_pool_client(cloud: Cloud, identifier: str) -> None:
    """Delete the app client, in whichever pool it is."""
    for pool in _pools(cloud):
        if any(each["ClientId"] == identifier for each in _clients(cloud, pool["Id"])):
            cloud.client(_SERVICE).delete_user_pool_client(UserPoolId=pool["Id"], ClientId=identifier)


@creates("aws:cognito/userGroup:UserGroup")
def user_group(cloud: Cloud, wanted: Wanted) -> Made:
    """Create the group unless it is there, with its members: the emulator cannot update one."""
    name, pool = wanted.physical(128), wanted.inputs["userPoolId"]
    existing = if_there(cloud.client(_SERVICE).get_group, _ABSENT, UserPoolId=pool, GroupName=name)
    if existing is None:
        cloud.call(_SERVICE, "CreateGroup", wanted.inputs, without=("name",), GroupName=name)
    return Made(id=f"{pool}/{name}", outputs={"name": name})


@removes("aws:cognito/userGroup:UserGroup")
def remove_user_group(cloud: Cloud, identifier: str) -> None:
    """Delete the group, whose members go on as people of the pool."""
    pool, _, name = identifier.partition("/")
    with ignoring(_ABSENT):
        cloud.client(_SERVICE).delete_group(UserPoolId=pool, GroupName=name)


def _pools(cloud: Cloud) -> Iterator[dict[str, Any]]:
    for page in cloud.client(_SERVICE).get_paginator("list_user_pools").paginate(MaxResults=60):
        yield from page["UserPools"]


def _clients(cloud: Cloud, pool: str) -> Iterator[dict[str, Any]]:
    pages = cloud.client(_SERVICE).get_paginator("list_user_pool_clients")
    for page in pages.paginate(UserPoolId=pool, MaxResults=60):
        yield from page["UserPoolClients"]
