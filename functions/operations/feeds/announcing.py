"""Has the function of the feeds number and post what was appended."""

from functions.aws.invoking import Invoker
from functions.domain.feeds.deliveries import deliver
from functions.domain.log.events import Event
from functions.operations.frames.recording import Announce


def announcing(invoker: Invoker) -> Announce:
    """Return what invokes the function, with which event it is and nothing that was said."""

    def announce(event: Event, client_id: str | None) -> None:
        invoker.invoke(deliver(event, client_id))

    return announce
