"""Who uses the backend: people whose clients retry, vanish and reconnect, and an operator."""

from random import Random
from typing import Any, Final

from functions.domain.log.ids import MINUTE, lowest, time_of
from functions.domain.voice.holding import first_held_until
from functions.names import ROUTE_VOICE_DATA, ROUTE_VOICE_END
from tests.faults.engines import order
from tests.faults.gateway import Line
from tests.faults.kinds import Fault
from tests.faults.screens import Screen
from tests.faults.world import World

_ATTEMPTS: Final = 3
_PASSING: Final = frozenset({"unavailable", "internal"})
_LONGEST_MILLISECONDS: Final = 120 * MINUTE
_LONG: Final = "\N{GRINNING FACE}" * 7_000
_GARBAGE: Final = ("{", "", "[]", '{"type": "dance"}', '{"type": "text_message"}', '{"type": "$connect"}')


class Person:
    """One person, whose client keeps one connection, sends texts, speaks, and shows what is told.

    Parameters
    ----------
    world
        Where.
    user
        Who; several clients may be one user's.
    session
        The conversation that outlives the connection, if the client has one.
    """

    def __init__(self, world: World, user: str, session: str | None) -> None:
        self._world = world
        self._random: Random = world.random
        self._user = user
        self._session = session
        self._line: Line | None = None
        self.screens = [Screen(world, user, session)]
        """The devices; the first is in use."""
        self._newest = ""

    @property
    def conversation(self) -> tuple[str, str | None]:
        """Whose it is, and its session."""
        return self._user, self._session

    @property
    def screen(self) -> Screen:
        """The device in use."""
        return self.screens[0]

    @property
    def is_open(self) -> bool:
        """Whether the device in use has a connection."""
        return self._line is not None and self._line.open

    @property
    def has_mail(self) -> bool:
        """Whether something is on its way to it."""
        return self._line is not None and bool(self._line.arriving or self._line.late)

    def act(self) -> None:
        """Do one thing."""
        self.look()
        if self._line is None or not self._line.open:
            self.connect()
            return
        do = self._random.choices(
            (
                *(self._text, self._speak, self._babble, self._wait, self._leave, self._reconnect),
                *(self._acknowledge, self._repair, self._cancel),
            ),
            (8, 6, 1, 1, 1, 1, 2, 1, 2),
        )[0]
        do(self._line)

    def look(self) -> None:
        """Show what has come, and ask for what is missing."""
        line = self._line
        if line and line.open and self._world.now - line.connected_at > _LONGEST_MILLISECONDS:
            self._world.gateway.end(line)  # it lasts for two hours
        self.screen.look()
        self.screen.go_on()

    def connect(self) -> None:
        """Open a connection for the device in use, if it is let in."""
        self._line = self._world.connect(self._user, self._session)
        if self._line:
            self.screen.opened(self._line)

    def say(self, words: str) -> None:
        """Send a text, once."""
        if self._line:
            self._world.frame(self._line, {"type": "text_message", "data": {"text": words}}, text=words)

    def change(self) -> None:
        """Leave, and go on with another device: one that was there before, or a new one."""
        self.begin_anew()
        if len(self.screens) == 1:
            self.screens.append(Screen(self._world, self._user, self._session))
        self.screens.reverse()

    def _acknowledge(self, _line: Line) -> None:
        self.screen.acknowledge()

    def _cancel(self, _line: Line) -> None:
        self.screen.cancel(self._newest)

    def _repair(self, _line: Line) -> None:
        self.screen.repair()
        self.screen.go_on()

    def begin_anew(self) -> None:
        """Have no connection."""
        if self._line:
            self._leave(self._line)

    def _text(self, line: Line) -> None:
        """Send a text; under a client id, until it is acknowledged or patience ends."""
        number = self._world.number()
        told = order(self._random) if self._world.is_answering else ""
        words = f"{told}text {number} of {self._user}"
        if self._world.limits.text_bytes > len(_LONG.encode()) and self._random.random() < 0.2:
            words += _LONG  # more than a frame of the server's holds
        frame: dict[str, Any] = {"type": "text_message", "data": {"text": words}}
        if self._random.random() < 0.3:
            self._world.frame(line, frame, text=words)
            return
        frame["id"] = f"m{number}"
        for _ in range(_ATTEMPTS):
            answer = self._world.frame(line, frame, text=words)
            if answer and answer["type"] == "text_ack":
                self._newest = answer["data"]["messageId"]
                if self._random.random() < 0.1:
                    self._cancel(line)
                if self._random.random() < 0.15:  # the answer was lost on its way to the client
                    self._world.frame(line, frame, text=words)
                if self._random.random() < 0.1:
                    other = {**frame, "data": {"text": f"another {words}"}}
                    self._world.frame(line, other, text=f"another {words}")
                return
            if self._session and self._random.random() < 0.3:  # the id holds for the conversation
                self._reconnect(line)
                if self._line is None:
                    return
                line = self._line

    def _speak(self, line: Line) -> None:
        if line.voice is None:
            frame: dict[str, Any] = {"type": "voice_start", "id": f"v{self._world.number()}"}
            started = self._world.frame(line, frame)
            if started is None or self._random.random() < 0.3:  # the answer was lost
                started = self._again(line, frame, started)
            if started and started["type"] == "voice_starting":
                line.voice = started["data"]["voiceSessionId"]
                if self._random.random() < 0.3:
                    self._world.frame(line, {"type": "voice_start"})  # a second one, which must not be
            return
        if self._random.random() < 0.5:
            self._world.pass_time(40_000)
            seq = self._random.choice((1, 600, 10**6))  # the last is faster than speech
            invented = lowest(max(line.connected_at, self._world.now - 20_000))
            session = self._random.choices((line.voice, invented), (4, 1))[0]
            data: dict[str, Any] = {"voiceSessionId": session, "seq": seq, "audio": "AAAA"}
            self._world.frame(line, {"type": "voice_data", "data": data}, route=ROUTE_VOICE_DATA)
            return
        data = {"voiceSessionId": line.voice, "lastSeq": self._random.choice((-1, 20))}
        frame = {"type": "voice_end", "id": f"e{self._world.number()}", "data": data}
        for _ in range(self._random.choice((1, 2))):  # whoever hears of no end asks again
            self._world.frame(line, frame, route=ROUTE_VOICE_END)
            self._world.pass_time()
        line.voice = None

    def _again(
        self, line: Line, frame: dict[str, Any], given: dict[str, Any] | None
    ) -> dict[str, Any] | None:
        """Send a frame again under its id; what was given must be given again."""
        again = self._world.frame(line, frame)
        answers = [answer for answer in (given, again) if answer and answer["type"] != "error"]
        same = len({answer["type"] for answer in answers}) == 1
        if len(answers) == 2 and same and answers[0]["data"] != answers[1]["data"]:
            self._world.untrue.append(f"{answers[1]} and not {answers[0]}")
        refused = again and again["type"] == "error" and again["data"]["code"] not in _PASSING
        if refused and answers and not self._is_old(answers[0]):
            self._world.untrue.append(f"{again} and not {answers[0]}")
        return again or given

    def _is_old(self, answer: dict[str, Any]) -> bool:
        """Tell whether a voice session may be held no more: for others, time has passed too."""
        began = time_of(answer["data"]["voiceSessionId"])
        return answer["type"] == "voice_starting" and self._world.now >= first_held_until(began) * 1000

    def _babble(self, line: Line) -> None:
        body = self._random.choice(_GARBAGE)
        for _ in range(self._random.choice((1, 3))):
            self._world.frame(line, body)

    def _wait(self, _line: Line) -> None:
        self._world.pass_time(self._random.choice((20_000, 120_000, 1_200_000)))

    def _leave(self, line: Line) -> None:
        self._line = None
        self.screen.line = None
        if self._world.faults.happens(Fault.VANISHED):
            return  # the gateway notices nothing, yet
        self._world.gateway.end(line)

    def _reconnect(self, line: Line) -> None:
        if self._world.faults.happens(Fault.DISCONNECT_LATE):
            self.connect()
            self._world.gateway.end(line)
        else:
            self._world.gateway.end(line)
            report_ends(self._world)
            self.connect()


def report_ends(world: World) -> None:
    """Report the connections that have ended to the backend, as the gateway does."""
    while world.gateway.ended:
        line = world.gateway.ended.pop(world.random.randrange(len(world.gateway.ended)))
        world.disconnect(line)
        if world.faults.happens(Fault.DISCONNECT_AGAIN):
            world.disconnect(line)


class Operator:
    """Whoever asks the connection manager, and the schedule that runs the sweeper."""

    def __init__(self, world: World) -> None:
        self._world = world

    def act(self) -> None:
        """Do one thing, or nothing."""
        world = self._world
        if world.gateway.lines and world.faults.happens(Fault.OPERATOR):
            connection = world.random.choice(sorted(world.gateway.lines))
            request = world.random.choice(
                (
                    {"operation": "update_status", "status": "DISCONNECTED"},
                    {"operation": "update_status", "status": "CONNECTED"},
                    {"operation": "disconnect"},
                )
            )
            self._ask({**request, "connectionId": connection, "by": "an operator"})
        if world.gateway.lines and world.random.random() < 0.3:
            connection = world.random.choice(sorted(world.gateway.lines))
            message = {"type": "notification"}
            world.manage({"operation": "send", "connectionId": connection, "message": message})
        if world.faults.happens(Fault.SWEEP):
            world.sweep(world.random.choice((0, 30, 600)))

    def _ask(self, request: dict[str, str]) -> None:
        for _ in range(_ATTEMPTS):
            answer = self._world.manage(request)
            if answer is not None and answer.get("error", {}).get("code") != "unavailable":
                return
