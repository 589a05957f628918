"""What holds of a voice session that is over, whatever has happened to it."""

from collections import Counter
from collections.abc import Iterator

from functions.domain.log.facts import VoiceTurnTranscribed
from tests.voice.scene import Scene


def problems(it: Scene, lost: set[int], *, is_killed: bool) -> Iterator[str]:
    """Yield what does not hold.

    Parameters
    ----------
    lost
        The frames that were lost on their way.
    is_killed
        Whether a function was killed: then what it had heard and not posted is gone with it.
    """
    yield from _of_frames(it, lost, is_killed=is_killed)
    yield from _of_posts(it, is_killed=is_killed)
    if not is_killed and not it.posted("voice_ended"):
        yield "nobody was told of the end"
    yield from _of_the_end(it, is_killed=is_killed)


def _of_frames(it: Scene, lost: set[int], *, is_killed: bool) -> Iterator[str]:
    heard = [seq for seq in it.heard if seq is not None]
    if doubled := [seq for seq, times in Counter(heard).items() if times > 1]:
        yield f"heard twice: {doubled}"
    if heard != sorted(heard):
        yield "heard in disorder"
    if not it.ends or is_killed:
        return
    (end, *_) = it.ends
    missing = set(range(end.frames)) - set(heard)
    if end.reason == "client" and missing != {seq for seq in lost if seq < end.frames}:
        yield f"missing {sorted(missing)}, and {sorted(lost)} were lost"
    if end.reason == "client" and end.lost != len(missing):
        yield f"{end.lost} are counted as lost, and {len(missing)} are missing"
    if end.bytes != 3_200 * len(heard) and end.reason == "client":
        yield f"{end.bytes} bytes are counted, of {len(heard)} frames"


def _of_posts(it: Scene, *, is_killed: bool) -> Iterator[str]:
    for connection_id in {to for to, _ in it.callbacks.posts}:
        numbers = [each["data"]["seq"] for each in it.posted("voice_audio", connection_id)]
        # what the gateway is too busy for is posted again
        once = [number for at, number in enumerate(numbers) if at == 0 or numbers[at - 1] != number]
        if once != sorted(set(once)):
            yield f"audio in disorder or doubled at {connection_id}"
        ends = it.posted("voice_ended", connection_id)
        if len({str(each["data"]) for each in ends}) > 1:
            yield f"ended in several ways at {connection_id}"
    turns = [event for event in it.log.events if isinstance(event.fact, VoiceTurnTranscribed)]
    if len(it.delivered) != len(turns) and not is_killed:  # else the sweeper has them told
        yield f"{len(turns)} turns are kept, and {len(it.delivered)} are told"


def _of_the_end(it: Scene, *, is_killed: bool) -> Iterator[str]:
    if len(it.ends) != 1:
        yield f"{len(it.ends)} ends"
    if not it.is_free:
        yield "the conversation is held"
    if any(it.still_reserved.values()):
        yield f"seats are kept: {it.still_reserved}"
    if it.ends and it.ends[0].reason == "handover" and not is_killed:
        yield "nobody took it over"
    (spoken,) = [amount for key, amount in it.log.reserved.items() if key.startswith("spoken#")]
    if it.ends and spoken != it.ends[0].seconds:
        yield f"{spoken} seconds are paid, of {it.ends[0].seconds}"
