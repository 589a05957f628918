"""A device: what it shows of its two feeds, and what it sends, by the client's rules (docs/protocol.md)."""

import json
from typing import Any, Final

from tests.faults.gateway import Line
from tests.faults.heard import Heard
from tests.faults.loading import Loading
from tests.faults.resumes import feeds_of
from tests.faults.world import World
from tests.feeds.device import Device, asking, cut, received

_PATIENCE_MILLISECONDS: Final = 10_000
"""After which a question that is not answered is asked again."""
_ROOM: Final = 200
"""Messages before their turn: as many as one resume brings."""
Shown = list[tuple[int, str, str | None]]
"""Numbers, ids and texts, in order."""


def words_of(data: dict[str, Any]) -> str:
    """Return what a message says, as the log has it."""
    if data["kind"] == "notification":
        return json.dumps(data["data"], separators=(",", ":"))
    words: str = data["reason"] if data["kind"] == "failed" else data.get("text", "")
    return words


class Screen:
    """One device of a person, on one connection after another."""

    def __init__(self, world: World, user: str, session: str | None) -> None:
        self.line: Line | None = None
        self._world = world
        self._user = user
        self._session = session
        self._feeds = {"session": Device(room=_ROOM), "user": Device(room=_ROOM)}
        self._texts: dict[tuple[str, int, str], str | None] = {}
        self._parts: dict[tuple[str, int, str], dict[int, str]] = {}
        self._loading: dict[str, Loading] = {}
        self._resume = ("", 0)
        self._not_before = 0

    @property
    def is_open(self) -> bool:
        """Whether it has a connection, as far as it knows."""
        return self.line is not None and self.line.open

    @property
    def line_id(self) -> str | None:
        """Its connection, the last one if it has none."""
        return self.line.id if self.line else None

    @property
    def is_quiet(self) -> bool:
        """Whether it neither waits for anything nor has anything to ask for."""
        return not any(each.must_resume or each.asked or each.wants_history for each in self._feeds.values())

    def opened(self, line: Line) -> None:
        """Have a new connection, which begins with a resume."""
        self.line = line
        self._feeds = {name: cut(device) for name, device in self._feeds.items()}
        if self._session is None:  # a conversation of its own, which has only begun
            self._forget("session")
            self._feeds["session"] = Device(room=_ROOM)
        self._loading.clear()
        self._parts.clear()
        self.go_on()

    def repair(self) -> None:
        """Owe a resume, as every quarter of an hour."""
        self._feeds = {name: device._replace(owed=True) for name, device in self._feeds.items()}

    def shown(self) -> dict[str, Shown]:
        """Return what it shows of each feed."""
        return {
            name: [(seq, id_, self._texts[name, seq, id_]) for seq, id_ in device.shown]
            for name, device in self._feeds.items()
        }

    # --- what comes --------------------------------------------------------------------------------

    def look(self) -> None:
        """Take what has come."""
        if self.line is None or not self.line.open:
            return
        for data in self._world.gateway.take(self.line):
            frame = json.loads(data)
            self._world.taken += 1
            match frame["type"]:
                case "message":
                    self._told(frame)
                case "reset":
                    self._forget(frame["data"]["feed"])
                    self._receive(frame)
                case "resumed":
                    self._receive(frame)
                case "history_page":
                    self._page(frame)
                case "error":
                    self._refused(frame)

    def _receive(self, frame: dict[str, Any]) -> None:
        name = frame["data"]["feed"]
        self._feeds[name] = received(self._feeds[name], frame["type"], frame["data"])

    def _told(self, frame: dict[str, Any]) -> None:
        if "id" in frame and self.line and frame["id"] not in self.line.sent:
            self._world.untrue.append(f"{self.line.id} is told the id {frame['id']} of another's frame")
        if self._is_whole(frame["data"]):
            self._receive(frame)

    def _is_whole(self, data: dict[str, Any]) -> bool:
        """Keep what a message says, and tell whether all of it is there."""
        key = (data["feed"], data["seq"], data["id"])
        parts = self._parts.setdefault(key, {})
        parts[data.get("part", 1)] = words_of(data)
        if len(parts) < data.get("parts", 1):
            return False
        text = None if data["kind"] == "expired" else "".join(parts[number] for number in sorted(parts))
        known = self._texts.setdefault(key, text)
        is_over = None in {known, text} and (known or text or "") in self._world.ends
        if known != text and not is_over:
            self._world.untrue.append(f"{key} is {text!r} and was {known!r}")
        if self.line is not None:
            feed = feeds_of(self.line)[data["feed"]]
            self._world.heard.append(Heard(self._user, feed, data["seq"], data["id"], text))
        return True

    def _forget(self, name: str) -> None:
        self._loading.pop(name, None)
        ahead = {(name, *each) for each in self._feeds[name].ahead}
        self._texts = {key: text for key, text in self._texts.items() if key[0] != name or key in ahead}

    def _page(self, frame: dict[str, Any]) -> None:
        name = frame["data"]["feed"]
        loading = self._loading.get(name)
        if loading is None or loading.id != frame["id"]:
            return  # an answer that came too late, or came twice
        loading.add(frame["data"])
        if not loading.is_done:
            self._ask_for_page(name, loading)
            return
        del self._loading[name]
        for each in loading.messages:
            self._is_whole(each)
        whole = {"messages": loading.whole(), "complete": loading.complete}
        self._feeds[name] = received(self._feeds[name], "history_page", whole)

    def _refused(self, frame: dict[str, Any]) -> None:
        if frame.get("id") == self._resume[0]:
            self._ask_again()
        elif refused := [each for each in self._loading.values() if each.id == frame.get("id")]:
            refused[0].asked_at = 0
        else:
            return
        self._not_before = self._world.now + 1_000 * frame["data"].get("retryAfter", 1)

    # --- what it sends -----------------------------------------------------------------------------

    def go_on(self) -> None:
        """Ask for what the rules say, if it is time for it."""
        world, now = self._world, self._world.now
        if self.line is None or not self.line.open or now < self._not_before:
            return
        if now - self._resume[1] > _PATIENCE_MILLISECONDS:
            self._ask_again()
        if any(device.must_resume for device in self._feeds.values()):
            self._resume = (f"r{world.number()}", now)
            places = {
                name: {"seq": device.seq, "id": device.id}
                for name, device in self._feeds.items()
                if device.begun
            }
            self._feeds = {name: asking(device) for name, device in self._feeds.items()}
            frame = {"type": "resume", "id": self._resume[0], "data": {"positions": places}}
            world.ask(self.line, frame)
        for name, device in self._feeds.items():
            if device.wants_history:
                loading = self._loading.get(name) or Loading(world.random.choice((1, 3, 20)))
                if now - loading.asked_at > _PATIENCE_MILLISECONDS:
                    self._ask_for_page(name, loading)

    def _ask_again(self) -> None:
        self._feeds = {
            name: device._replace(asked=False, owed=device.owed or device.asked)
            for name, device in self._feeds.items()
        }

    def _ask_for_page(self, name: str, loading: Loading) -> None:
        world = self._world
        loading.id, loading.asked_at = f"h{world.number()}", world.now
        self._loading[name] = loading
        if self.line:
            world.ask(self.line, {"type": "history", "id": loading.id, "data": loading.question(name)})

    def cancel(self, newest: str) -> None:
        """Cancel the newest text that was acknowledged, or one of the last that it shows, a reply perhaps."""
        world, device = self._world, self._feeds["session"]
        known = [newest, newest, *(id_ for _, id_ in device.shown[-4:])]
        if self.line is None or not any(known):
            return
        data = {"messageId": world.random.choice(list(filter(None, known)))}
        world.ask(self.line, {"type": "text_cancel", "id": f"x{world.number()}", "data": data})

    def acknowledge(self) -> None:
        """Say up to where its conversation was shown; or what cannot be, which must change nothing."""
        world, device = self._world, self._feeds["session"]
        if self.line is None or not device.seq:
            return
        seq = world.random.choice((device.seq, device.seq, 1, device.seq + 1_000))
        feed, before = feeds_of(self.line)["session"], (world.faults.injected.total(), world.died)
        told = len(world.gateway.told)
        if seq <= device.seq:
            world.ledger.acknowledging(feed, self._user, seq)
        own_id = f"a{world.number()}"
        world.ask(self.line, {"type": "ack", "id": own_id, "data": {"feed": "session", "seq": seq}})
        is_refused = any(own_id.encode() in data for _, data in world.gateway.told[told:])
        if before == (world.faults.injected.total(), world.died) and not is_refused and self.line.open:
            world.ledger.acknowledged(feed, self._user, seq)
