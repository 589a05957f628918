"""Roles and their policies, which the emulator enforces."""

from local.answers import if_there
from local.cloud import Cloud
from local.resources.registry import Made, Wanted, creates, removes


@creates("aws:iam/role:Role")
def role(cloud: Cloud, wanted: Wanted) -> Made:
    """Create the role, or take its old policies away: those that still hold are put again."""
    name = wanted.physical()
    iam = cloud.client("iam")
    existing = if_there(iam.get_role, "NoSuchEntity", RoleName=name)
    if existing is None:
        made = cloud.call(
            "iam",
            "CreateRole",
            wanted.inputs,
            rename={"assumeRolePolicy": "assumeRolePolicyDocument"},
            without=("name", "tags", "tagsAll", "forceDetachPolicies"),
            RoleName=name,
        )
    else:
        made = existing
        _strip(cloud, name)
        iam.update_assume_role_policy(RoleName=name, PolicyDocument=wanted.inputs["assumeRolePolicy"])
    outputs = {"name": name, "arn": made["Role"]["Arn"], "uniqueId": made["Role"]["RoleId"]}
    return Made(id=name, outputs=outputs)


@removes("aws:iam/role:Role")
def remove_role(cloud: Cloud, name: str) -> None:
    """Delete the role with its policies."""
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


@creates("aws:iam/rolePolicyAttachment:RolePolicyAttachment")
def role_policy_attachment(cloud: Cloud, wanted: Wanted) -> Made:
    """Attach the policy, which is AWS's own or has been made before."""
    owner, policy = wanted.inputs["role"], wanted.inputs["policyArn"]
    cloud.client("iam").attach_role_policy(RoleName=owner, PolicyArn=policy)
    return Made(id=f"{owner}/{policy}")


@removes("aws:iam/rolePolicyAttachment:RolePolicyAttachment")
def remove_role_policy_attachment(cloud: Cloud, identifier: str) -> None:
    """Detach the policy."""
    owner, _, policy = identifier.partition("/")
    cloud.client("iam").detach_role_policy(RoleName=owner, PolicyArn=policy)


def _strip(cloud: Cloud, name: str) -> None:
    iam = cloud.client("iam")
    for policy in iam.list_role_policies(RoleName=name)["PolicyNames"]:
        iam.delete_role_policy(RoleName=name, PolicyName=policy)
    for attached in iam.list_attached_role_policies(RoleName=name)["AttachedPolicies"]:
        iam.detach_role_policy(RoleName=name, PolicyArn=attached["PolicyArn"])
