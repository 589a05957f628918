"""What a stack may choose of the name under which clients find it."""

from typing import Annotated

from pydantic import AfterValidator, Field

from infra.settings.group import Group

_LONGEST_NAME = 253
_LABEL = "[a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?"


def _short_enough(name: str) -> str:
    if len(name) > _LONGEST_NAME:
        raise ValueError(f"a name of at most {_LONGEST_NAME} characters")
    return name


class DomainSettings(Group):
    """The custom domain of the WebSocket API."""

    name: Annotated[
        str | None,
        Field(pattern=rf"^{_LABEL}(\.{_LABEL})+$"),
        AfterValidator(lambda name: name and _short_enough(name)),
    ] = None
    """Where clients connect, such as ``chat.example.com``; with none, at the gateway's own address."""
    certificate_arn: Annotated[
        str | None, Field(pattern=r"^arn:aws[a-z-]*:acm:[a-z0-9-]+:[0-9]{12}:certificate/[0-9a-zA-Z-]+$")
    ] = None
    """The certificate for that name, of ACM in the stack's region, issued."""
    hosted_zone_id: Annotated[str | None, Field(pattern=r"^Z[A-Z0-9]{1,31}$")] = None
    """The zone of Route 53 that gets the name's records; with none, they are made by hand."""
