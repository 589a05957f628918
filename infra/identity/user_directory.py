"""The people who may connect: a Cognito user pool, made here or there already, and its app clients."""

from dataclasses import dataclass

import pulumi
import pulumi_aws as aws

from functions import names
from infra.naming import Naming
from infra.settings.settings import Settings

VALIDITY_UNITS = {"access_token": "hours", "id_token": "hours", "refresh_token": "days"}


@dataclass(frozen=True, slots=True)
class UserDirectoryArgs:
    """
    What the directory is.

    Parameters
    ----------
    naming
        The names of the stack.
    settings
        The settings of the stack.
    """

    naming: Naming
    settings: Settings


class UserDirectory(pulumi.ComponentResource):
    """
    The user pool whose tokens are taken, and the app clients for which they are issued.

    Attributes
    ----------
    pool_id
        The pool.
    client_ids
        The app clients.
    issuer
        What the claim ``iss`` of the pool's tokens is, with an emulator too.
    jwks_url
        Where the pool publishes the keys that its tokens are signed with.
    """

    def __init__(
        self, name: str, args: UserDirectoryArgs, opts: pulumi.ResourceOptions | None = None
    ) -> None:
        super().__init__("airium:realtime:UserDirectory", name, None, opts)
        settings, protect = args.settings, args.settings.protect
        self._args = args
        # people and the ids that their apps are configured with: what no deployment brings back
        self._lasting = pulumi.ResourceOptions(parent=self, protect=protect, retain_on_delete=protect)
        self.pool_id: pulumi.Output[str] = (
            self._pool(name).id
            if settings.users.user_pool_id is None
            else pulumi.Output.from_input(settings.users.user_pool_id)
        )
        self.client_ids: list[pulumi.Input[str]] = [*settings.users.client_ids] or [self._client(name).id]
        # a pool's id begins with its region, which need not be the stack's
        self.issuer = self.pool_id.apply(
            lambda pool: f"https://cognito-idp.{pool.partition('_')[0]}.amazonaws.com/{pool}"
        )
        base = (
            self.issuer
            if settings.endpoint is None
            else pulumi.Output.concat(settings.endpoint, "/", self.pool_id)
        )
        self.jwks_url = pulumi.Output.concat(base, "/.well-known/jwks.json")
        if settings.live.enabled and settings.users.user_pool_id is None:
            self._operators(name)
        self.register_outputs({"pool_id": self.pool_id, "client_ids": self.client_ids})

    @property
    def variables(self) -> dict[str, pulumi.Input[str]]:
        """What a function is told that verifies tokens."""
        return {
            names.ISSUER: self.issuer,
            names.CLIENT_IDS: pulumi.Output.all(*self.client_ids).apply(",".join),
            names.IDENTITY_USE: self._args.settings.users.token_use.value,
            names.JWKS_URL: self.jwks_url,
        }

    def _operators(self, name: str) -> None:
        """Make the group whose members see everybody's changes; at first nobody is in it."""
        aws.cognito.UserGroup(
            f"{name}-operators",
            name=self._args.settings.live.operators_group,
            user_pool_id=self.pool_id,
            description="Those who see what happens to everybody, as it happens.",
            opts=self._lasting,
        )

    def _pool(self, name: str) -> aws.cognito.UserPool:
        settings = self._args.settings
        return aws.cognito.UserPool(
            f"{name}-pool",
            name=self._args.naming.of("users"),
            # one's address is one's name: what is the same person to people is the same user
            username_attributes=["email"],
            username_configuration=aws.cognito.UserPoolUsernameConfigurationArgs(case_sensitive=False),
            auto_verified_attributes=["email"],
            account_recovery_setting=aws.cognito.UserPoolAccountRecoverySettingArgs(
                recovery_mechanisms=[
                    aws.cognito.UserPoolAccountRecoverySettingRecoveryMechanismArgs(
                        name="verified_email", priority=1
                    )
                ]
            ),
            admin_create_user_config=aws.cognito.UserPoolAdminCreateUserConfigArgs(
                allow_admin_create_user_only=not settings.users.self_sign_up
            ),
            password_policy=aws.cognito.UserPoolPasswordPolicyArgs(
                minimum_length=12,
                require_lowercase=True,
                require_uppercase=True,
                require_numbers=True,
                # length is worth more, and the others keep out what people try first
                require_symbols=False,
                temporary_password_validity_days=7,
            ),
            deletion_protection="ACTIVE" if settings.protect else "INACTIVE",
            opts=self._lasting,
        )

    def _client(self, name: str) -> aws.cognito.UserPoolClient:
        return aws.cognito.UserPoolClient(
            f"{name}-client",
            name=self._args.naming.of("client"),
            user_pool_id=self.pool_id,
            # apps and pages cannot keep one
            generate_secret=False,
            explicit_auth_flows=[
                "ALLOW_USER_SRP_AUTH",
                "ALLOW_REFRESH_TOKEN_AUTH",
                # with the rights of an operator only: for tests and services
                "ALLOW_ADMIN_USER_PASSWORD_AUTH",
            ],
            prevent_user_existence_errors="ENABLED",
            enable_token_revocation=True,
            access_token_validity=1,
            id_token_validity=1,
            refresh_token_validity=30,
            token_validity_units=aws.cognito.UserPoolClientTokenValidityUnitsArgs(**VALIDITY_UNITS),
            opts=self._lasting,
        )
