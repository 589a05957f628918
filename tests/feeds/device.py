"""The client's rules for one feed, as a pure function: what a device shows, and what it asks for next.

A second implementation beside the server's, from docs/protocol.md alone.
"""

from typing import Any, Final, NamedTuple

MOST_AHEAD: Final = 3
"""Few, so that tests fill it; a real client keeps some hundred."""

Shown = tuple[tuple[int, str], ...]


class Device(NamedTuple):
    """What a device knows of one feed.

    Attributes
    ----------
    seq, id
        Its position.
    shown
        What it shows since it began, or began anew: numbers and ids.
    ahead
        What came before its turn.
    begun
        Whether it has a position.
    answered
        Whether a resume of this connection was answered: until then it shows nothing, since the feed may have
        begun anew meanwhile.
    owed, asked
        Whether it has to resume, and whether it has asked to.
    wants_history
        Whether it began anew, and what was before is not loaded yet.
    base
        Where it began anew.
    room
        How much of what came before its turn it keeps.
    """

    seq: int = 0
    id: str = ""
    begun: bool = False
    answered: bool = False
    shown: Shown = ()
    ahead: Shown = ()
    owed: bool = True
    asked: bool = False
    wants_history: bool = False
    base: int = 0
    room: int = MOST_AHEAD

    @property
    def must_resume(self) -> bool:
        """Whether it asks for what it missed: on each new connection, and where something did not come."""
        return (self.owed or bool(self.ahead)) and not self.asked


def asking(device: Device) -> Device:
    """Return the device that has sent its resume."""
    return device._replace(owed=False, asked=True)


def cut(device: Device) -> Device:
    """Return the device whose connection broke: the next one begins with a resume."""
    return device._replace(ahead=(), owed=True, asked=False, answered=False)


def received(device: Device, kind: str, data: dict[str, Any]) -> Device:
    """Return the device after a frame about its feed; a message in parts counts once all are there."""
    match kind:
        case "message":
            return _told(device, data["seq"], data["id"])
        case "reset":
            position = data["position"]
            anew = Device(
                position["seq"],
                position["id"],
                begun=True,
                answered=True,
                ahead=device.ahead,
                owed=False,
                wants_history=True,
                base=position["seq"],
                room=device.room,
            )
            return _drain(anew)
        case "resumed":
            device = _drain(device._replace(asked=False, answered=True))
            missing = data.get("more", False) or device.seq < data["seq"]
            return device._replace(owed=device.owed or missing)
        case "history_page":
            return _loaded(device, data)
        case _:
            return device


def _told(device: Device, seq: int, message_id: str) -> Device:
    if not device.answered or seq > device.seq + 1:
        ahead = sorted({*device.ahead, (seq, message_id)})[: device.room]  # the least are needed first
        return device._replace(ahead=tuple(ahead))
    if seq <= device.seq:
        # a number of something else: the feed is not the one that this device was in
        known = dict(device.shown).get(seq) == message_id
        return device if known else device._replace(owed=True)
    return _drain(_shown(device, seq, message_id))


def _shown(device: Device, seq: int, message_id: str) -> Device:
    return device._replace(seq=seq, id=message_id, shown=(*device.shown, (seq, message_id)))


def _drain(device: Device) -> Device:
    """Show what came before its turn, and forget what is behind."""
    for seq, message_id in device.ahead:
        if seq == device.seq + 1:
            device = _shown(device, seq, message_id)
    return device._replace(ahead=tuple(each for each in device.ahead if each[0] > device.seq))


def _loaded(device: Device, data: dict[str, Any]) -> Device:
    """Show a page of history that has all: what came by itself meanwhile stays behind it."""
    top = data["complete"]
    if top["seq"] < device.base:  # it was read before the reset, of what the feed was then
        return device
    page = tuple((each["seq"], each["id"]) for each in reversed(data["messages"]))
    since = tuple(each for each in device.shown if each[0] > top["seq"])
    device = device._replace(shown=(*page, *since), wants_history=False)
    if top["seq"] > device.seq:
        device = device._replace(seq=top["seq"], id=top["id"])
    return _drain(device)
