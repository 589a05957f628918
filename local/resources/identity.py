"""Roles and their policies, which the emulator enforces."""

from local.cloud import Cloud
from local.resources.registry import Made, Wanted, creates, removes


@creates("aws:iam/role:Role")
def role(cloud: Cloud, wanted: Wanted) -> Made:
    """Create the role, or take its old policies away: those that still hold are put again."""
    name = wanted.physical()
    iam = cloud.client("iam")
    try:
        found = iam.get_role(RoleName=name)["Role"]
    except iam.exceptions.NoSuchEntityException:
        found = cloud.call(
            "iam",
            "CreateRole",
            wanted.inputs,
            rename={"assumeRolePolicy": "assumeRolePolicyDocument"},
            without=("name", "tags", "tagsAll", "forceDetachPolicies"),
            RoleName=name,
        )["Role"]
    else:
        _strip(cloud, name)
        iam.update_assume_role_policy(RoleName=name, PolicyDocument=wanted.inputs["assumeRolePolicy"])
    return Made(id=name, outputs={"name": name, "arn": found["Arn"], "uniqueId": found["RoleId"]})


@removes("aws:iam/role:Role")
def remove_role(cloud: Cloud, name: str) -> None:
    """Delete the role with its inline policies."""
    _strip(cloud, name)
    cloud.client("iam").delete_role(RoleName=name)


@creates("aws:iam/rolePolicy:RolePolicy")
def role_policy(cloud: Cloud, wanted: Wanted) -> Made:
    """Put the inline policy."""
    name, owner = wanted.physical(128), wanted.inputs["role"]
    cloud.client("iam").put_role_policy(
        RoleName=owner, PolicyName=name, PolicyDocument=wanted.inputs["policy"]
    )
    return Made(id=f"{owner}:{name}", outputs={"name": name})


def _strip(cloud: Cloud, name: str) -> None:
    iam = cloud.client("iam")
    for policy in iam.list_role_policies(RoleName=name)["PolicyNames"]:
        iam.delete_role_policy(RoleName=name, PolicyName=policy)
