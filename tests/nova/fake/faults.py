"""What goes wrong with which stream, as a test asks for it in the model's id.

``fake.story?1:cut@5,2:throttlingException@0,*:life@800`` cuts the connection of the first stream of that
story at its fifth piece of audio, throttles the second before its first, and gives each 800 ms to live.
"""

from typing import Final, NamedTuple

MODEL: Final = "fake."


class Fault(NamedTuple):
    """
    Something that goes wrong.

    Parameters
    ----------
    stream
        The number of the stream in its story, from 1; None for each.
    kind
        ``cut`` (the connection is closed), ``end`` (the stream is), ``stall`` (nothing is read or said any
        more), ``mute`` (the request is never answered), ``refuse.X`` (the request is answered with the
        exception X), ``life`` (a stream's life in milliseconds), ``hush`` (how long it waits for audio),
        ``boom`` (a typed exception as soon as it hears sound); else an exception of the stream.
    at
        At which piece of audio, from 1; 0 is before any. Of ``life`` and ``hush``, the milliseconds.
    """

    stream: int | None
    kind: str
    at: int


class Plan(NamedTuple):
    """The story that a stream belongs to, and its faults."""

    story: str
    faults: tuple[Fault, ...]

    def of(self, stream: int) -> list[Fault]:
        """Return the faults of one stream."""
        return [each for each in self.faults if each.stream in {None, stream}]


def plan_of(model: str) -> Plan:
    """Return what a model's id asks for."""
    story, _, asked = model.partition("?")
    return Plan(story, tuple(_fault(each) for each in asked.split(",") if each))


def _fault(text: str) -> Fault:
    stream, _, rest = text.partition(":")
    kind, _, at = rest.partition("@")
    return Fault(None if stream == "*" else int(stream), kind, int(at))
