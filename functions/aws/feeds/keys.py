"""The keys of a feed's items: the first letter says what an item is."""

from typing import Final

POINTERS: Final = "m#"
"""What the keys of numbers begin with; ten digits follow, so that they sort as numbers do."""
SUBSCRIBERS: Final = "s#"
"""What the keys of subscribers begin with; the connection follows."""
ACKNOWLEDGED: Final = "a#"
"""What the keys of acknowledged positions begin with; the user follows."""
CANCELLED: Final = "x#"
"""What the keys of cancellations begin with; the text's message id follows."""

LAST_POINTER: Final = f"{POINTERS}9999999999"


def pointer_key(seq: int) -> str:
    """Return the key of a number."""
    return f"{POINTERS}{seq:010d}"


def seq_of(key: str) -> int:
    """Return the number that a key is of."""
    return int(key.removeprefix(POINTERS))


def subscriber_key(connection_id: str) -> str:
    """Return the key of a subscriber."""
    return f"{SUBSCRIBERS}{connection_id}"


def acknowledged_key(user_id: str) -> str:
    """Return the key of what a user's screens acknowledged."""
    return f"{ACKNOWLEDGED}{user_id}"


def cancellation_key(message_id: str) -> str:
    """Return the key of the cancellation of a text."""
    return f"{CANCELLED}{message_id}"
