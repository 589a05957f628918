"""The channels on which changes are published as they happen, and who may read which."""

from hashlib import sha256
from typing import Final

from functions.domain.identity.identity import Identity

NAMESPACE: Final = "live"
OPERATORS: Final = f"/{NAMESPACE}/ops"
"""Where everybody's changes are."""


def channel_of(user_id: str) -> str:
    """Return the channel of one user's changes.

    It is named by a hash, since a user's name may have letters that no segment takes.
    """
    return f"/{NAMESPACE}/u/{sha256(user_id.encode()).hexdigest()[:40]}"


def may_read(channel: str, identity: Identity, operators: str) -> bool:
    """Tell whether somebody may subscribe to a channel: to their own or, in the group, to the operators'.

    Whole segments are compared, so a channel that begins like one's own is another's, and no wildcard is
    anybody's. The slash at the beginning may be left out, as the service has it.
    """
    asked = f"/{channel.removeprefix('/')}"
    return asked == channel_of(identity.user_id) or (asked == OPERATORS and operators in identity.groups)
