"""What was acknowledged to somebody, and therefore must be in the log."""

from typing import Any

import msgspec

from functions.domain.log.ids import MINUTE


class Acknowledged(msgspec.Struct, frozen=True):
    """One event that somebody was told of; no id where the answer names none."""

    connection: str
    type: str
    event_id: str | None = None
    text: str | None = None
    """A text's words: no two frames have the same, but the repetitions of one client id."""


class Ledger:
    """Everything that was acknowledged.

    Attributes
    ----------
    entries
        In order; the same event may be acknowledged more than once.
    swept
        What the sweeper reported: how many were lost, by the time of the run, epoch milliseconds.
    refusals
        Which connection was refused what, in which minute.
    acks, taken
        Up to which numbers a user said to have a feed; and of which of them it is known that they were kept.
    """

    def __init__(self) -> None:
        self.entries: list[Acknowledged] = []
        self.swept: dict[int, int] = {}
        self.refusals: set[tuple[str, str, int]] = set()
        self.acks: dict[tuple[str, str], set[int]] = {}
        self.taken: dict[tuple[str, str], set[int]] = {}

    def connected(self, connection: str) -> None:
        """Note a ``$connect`` that was answered 200."""
        self.entries.append(Acknowledged(connection, "ConnectionOpened"))

    def disconnected(self, connection: str) -> None:
        """Note a ``$disconnect`` that was answered 200."""
        self.entries.append(Acknowledged(connection, "ConnectionClosed"))

    def status_set(self, connection: str, event_id: str) -> None:
        """Note an operator's word that was answered with an event id."""
        self.entries.append(Acknowledged(connection, "ConnectionStatusSet", event_id))

    def notified(self, key: str, event_id: str, content: str) -> None:
        """Note a notification that was answered with an event id."""
        self.entries.append(Acknowledged(key, "NotificationSent", event_id, content))

    def spoken(self, connection: str, event_id: str, words: str) -> None:
        """Note a turn of speech that the function of its voice session knows to be kept."""
        self.entries.append(Acknowledged(connection, "VoiceTurnTranscribed", event_id, words))

    def refused(self, connection: str, code: str, at: int) -> None:
        """Note that a frame was refused although nothing went wrong: an event says so, one for a minute."""
        self.refusals.add((connection, code, at // MINUTE))

    def acknowledging(self, feed: str, user: str, seq: int) -> None:
        """Note that a screen says to have a feed up to a number."""
        self.acks.setdefault((feed, user), set()).add(seq)

    def acknowledged(self, feed: str, user: str, seq: int) -> None:
        """Note that this was taken."""
        self.taken.setdefault((feed, user), set()).add(seq)

    def answered(self, connection: str, answer: dict[str, Any], text: str | None) -> None:
        """Note what a frame was answered."""
        data = answer.get("data", {})
        match answer["type"]:
            case "text_ack":
                entry = Acknowledged(connection, "TextMessageReceived", data["messageId"], text)
            case "voice_starting":
                entry = Acknowledged(connection, "VoiceSessionStarted", data["voiceSessionId"])
            case "voice_ended":
                # the answer names the session, not the event of its end
                entry = Acknowledged(connection, "VoiceSessionEnded", None, data["voiceSessionId"])
            case _:
                return
        self.entries.append(entry)
