"""People who try things out: a user of the pool that the program made, with a token."""

import secrets
from dataclasses import dataclass

from local.answers import ignoring
from local.cloud import Cloud
from local.errors import LocalError
from local.outputs import Outputs

_FLOW = "ADMIN_USER_PASSWORD_AUTH"


@dataclass(frozen=True)
class Person:
    """Somebody who has signed in."""

    user_id: str
    """The claim ``sub`` of their tokens."""
    access_token: str
    id_token: str


def sign_in(outputs: Outputs, email: str, group: str | None = None) -> Person:
    """Sign somebody in, whom the pool may not know yet: they get a new password, which nobody learns.

    In a group that is named they are from then on, and their tokens say so.

    Raises
    ------
    LocalError
        If the program has made no user pool.
    """
    if outputs.user_pool_id is None:
        raise LocalError("identity is not verified here, so there are no tokens: `make up IDENTITY=cognito`")
    pool, (client, *_) = outputs.user_pool_id, outputs.user_pool_client_ids
    cognito = Cloud(outputs.aws_endpoint_url, outputs.region).client("cognito-idp")
    # one of each kind of character that a policy may ask for
    password = f"Aa1!{secrets.token_urlsafe(24)}"
    verified = [{"Name": "email", "Value": email}, {"Name": "email_verified", "Value": "true"}]
    with ignoring("UsernameExistsException"):
        cognito.admin_create_user(
            UserPoolId=pool, Username=email, UserAttributes=verified, MessageAction="SUPPRESS"
        )
    if group is not None:
        cognito.admin_add_user_to_group(UserPoolId=pool, Username=email, GroupName=group)
    cognito.admin_set_user_password(UserPoolId=pool, Username=email, Password=password, Permanent=True)
    signed_in = cognito.admin_initiate_auth(
        UserPoolId=pool,
        ClientId=client,
        AuthFlow=_FLOW,
        AuthParameters={"USERNAME": email, "PASSWORD": password},
    )["AuthenticationResult"]
    user = cognito.admin_get_user(UserPoolId=pool, Username=email)
    (user_id,) = [each["Value"] for each in user["UserAttributes"] if each["Name"] == "sub"]
    return Person(user_id, access_token=signed_in["AccessToken"], id_token=signed_in["IdToken"])
