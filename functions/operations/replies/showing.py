"""Shows a question to every screen of its conversation, and knows its number from then on."""

from functions.aws.log.event_reads import Arrived
from functions.operations.feeds.delivering import Delivery
from functions.operations.replies.screens import Screens


class Showing:
    """How one question is shown.

    Parameters
    ----------
    delivery
        What numbers and posts it.
    arrived
        Its event, as the log holds it.
    screens
        Who sees the reply grow: they are looked for at this moment, too.
    client_id
        The client's own id of the frame that asked it.
    """

    def __init__(self, delivery: Delivery, arrived: Arrived, screens: Screens, client_id: str | None) -> None:
        self._delivery = delivery
        self._arrived = arrived
        self._screens = screens
        self._client_id = client_id
        self.seq = 0
        """Its number, 0 until it is shown."""

    def show(self) -> None:
        """Number it and post it; raises `Unavailable` as `Delivery.number`."""
        if numbered := self._delivery.number(self._arrived):
            self.seq = numbered.pointer.seq
            # after it was numbered: whoever subscribes later finds it by its resume
            self._delivery.post(numbered, self._screens.look(), self._client_id)
