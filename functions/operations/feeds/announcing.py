"""Has a function number and post what was appended, and answer it where texts are answered."""

from collections.abc import Callable
from typing import TYPE_CHECKING

from functions.aws.invoking import Invoker
from functions.domain.feeds.deliveries import Deliver, payload_of, sent_again
from functions.domain.log.events import Cause
from functions.operations.frames.recording import Announce, Repeat

if TYPE_CHECKING:
    from functions.aws.log.repetitions import Repetitions


def announcing(invoker: Invoker) -> Announce:
    """Return what invokes the function, with which event it is and nothing that was said."""

    def announce(asked: Deliver) -> None:
        invoker.invoke(payload_of(asked), payload_of(sent_again(asked)))

    return announce


def repeating(repetitions: "Callable[[], Repetitions | None]", announce: Announce) -> Repeat:
    """Return what announces again, as often as it may be; ``repetitions`` is asked when the first comes."""

    def repeat(asked: Deliver, conversation: str, cause: Cause) -> None:
        found = repetitions()
        if found is not None and found.may_be_told(conversation, asked.client_id or "", cause):
            announce(asked)

    return repeat
