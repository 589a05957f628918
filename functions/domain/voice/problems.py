"""What stops speech for good."""

from functions.domain.voice.said import Failure


class CannotSpeakError(Exception):
    """An engine cannot be opened, and no other try will succeed; ``failure`` says why."""

    def __init__(self, failure: Failure, detail: str = "") -> None:
        super().__init__(f"{failure}: {detail}" if detail else failure.value)
        self.failure = failure
