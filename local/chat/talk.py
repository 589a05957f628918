"""A person in a conversation: what they type, what they see, and what they still wait for."""

from local.chat.actions import Acknowledged, Action, Current, Json, Reset, Send, Shown
from local.chat.conversation import Conversation
from local.chat.screen import Screen
from local.chat.words import COMMANDS, Command, Say


class Talk:
    """One screen, and who is at it.

    Parameters
    ----------
    conversation, screen
        The rules, and where what they say is shown.
    is_answered
        Whether somebody answers texts here.

    Attributes
    ----------
    has_begun
        Whether what was said before is shown, so that there is something to act on.
    """

    def __init__(self, conversation: Conversation, screen: Screen, *, is_answered: bool) -> None:
        self._conversation = conversation
        self._screen = screen
        self._is_answered = is_answered
        self._seen: set[str] = set()
        self._unseen: set[str] = set()
        self._answered: set[str] = set()
        self._unanswered: dict[str, None] = {}
        self.has_begun = False

    @property
    def is_waiting(self) -> bool:
        """Whether something is still to come: what was before, what was asked for, an answer."""
        is_asking = self._conversation.is_asking or not self.has_begun
        return is_asking or bool(self._unseen or self._unanswered)

    def typed(self, words: Say | Command, now: int) -> list[Action]:
        """Do what somebody types, as far as no connection is needed for it."""
        match words:
            case Say(text=text):
                return self._conversation.say(text, now)
            case Command(name="stop"):
                return self._stop(now)
            case Command(name="history"):
                return self._conversation.older("session", now)
            case Command(name="sessions"):
                return self._conversation.ask("sessions", {}, now)
            case Command(name="help"):
                for name, meaning in COMMANDS.items():
                    self._screen.aside(f"/{name} {meaning}")
            case Command(name=name):
                self._screen.aside(f"there is no /{name}: /help shows what there is")
        return []

    def _stop(self, now: int) -> list[Action]:
        being_said = [*self._unanswered, *self._conversation.drafts.open]
        if not being_said:
            self._screen.aside("nothing is being said")
            return []
        return self._conversation.cancel(being_said[-1], now)

    def show(self, actions: list[Action]) -> list[Json]:
        """Show what is to be shown; return the frames to send."""
        frames = []
        for action in actions:
            match action:
                case Send(frame=frame):
                    frames.append(frame)
                case Acknowledged(message_id=message_id):
                    self._wait_for(message_id)
                case Shown(message=message):
                    self._take(message)
                case Current(feed="session") | Reset(feed="session"):
                    self.has_begun = True
            self._screen.show(action)
        return frames

    def _wait_for(self, message_id: str) -> None:
        """Wait to see one's own text, and its answer. They may have come before it was acknowledged."""
        if message_id not in self._seen:
            self._unseen.add(message_id)
        if self._is_answered and message_id not in self._answered:
            self._unanswered[message_id] = None

    def _take(self, message: Json) -> None:
        self._seen.add(message["id"])
        self._unseen.discard(message["id"])
        if message["kind"] in {"reply", "failed"}:
            self._answered.add(message["messageId"])
            self._unanswered.pop(message["messageId"], None)
