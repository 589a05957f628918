"""Every interleaving of numbering, posting, resuming and reconnecting, for one feed and one device.

The decisions are the functions' own (`judge`, `judge_taken`, `missed`), and the device keeps to the client's
rules. What DynamoDB holds is strongly consistent, but a query of several pages is one read for each of them.
Posts of different invocations overtake each other. Faults have a budget: a crash begins a writer or a
resume again, a death ends a writer, a loss is a post that nobody gets, a cut ends a connection, and a double
is a post that comes again. Time passes in steps of 11 s, and clocks differ. When a feed expires, a whole
retention has passed. A reply follows a question whose number its writers know.
"""

from collections.abc import Iterator
from typing import Final, Literal, NamedTuple

import msgspec

from functions.domain.feeds.feeds import Pointer
from functions.domain.feeds.numbering import Free, Has, Unnumbered, judge, judge_taken
from functions.domain.feeds.resuming import missed
from functions.domain.frames.feed_frames import Position
from tests.feeds.device import Device, asking, cut, received

Phase = Literal["off", "registered", "open"]
Stage = Literal["put", "find", "take", "ask", "post", "done"]

TICK: Final = 11_000
WINDOW_SECONDS: Final = 86_400
_MOST: Final = 1
"""What one resume brings: so little that it has to be asked for again."""
_GONE: Final = 0
_KEPT: Final = 2**40


class World(NamedTuple):
    """What happens, what may go wrong, and which rule is broken."""

    events: int = 2
    twins: int = 0
    """Writers of an event that another writer has too: doubled invocations."""
    crash: int = 0
    death: int = 0
    loss: int = 0
    cuts: int = 0
    double: int = 0
    ticks: int = 0
    expiries: int = 0
    clocks: tuple[int, ...] = (0, 0, 0, 0)
    """How far the clock of each writer is ahead, in milliseconds."""
    page: int = 1
    replies: bool = False
    """Whether an event answers the one before it: it is put when that has a number, known to its writers."""
    listens: bool = True
    """Whether there is a device; without one, it is about numbers alone."""
    broken: str = ""


class Writer(NamedTuple):
    """Where a writer is: what it has read, which number it has or wants, and whom it still posts to."""

    stage: Stage = "put"
    seen: tuple[Pointer, ...] = ()
    seq: int = 0
    targets: tuple[int, ...] = ()


class Resuming(NamedTuple):
    """A resume under way: None of what is to be posted was read yet."""

    connection: int
    position: Position | None
    reached: int = 0
    left: tuple[Pointer, ...] | None = None
    more: bool = False


class Frame(NamedTuple):
    """What is on its way to the device."""

    kind: str
    seq: int = 0
    id: str = ""
    more: bool = False
    messages: tuple[tuple[int, str], ...] = ()


class State(NamedTuple):
    """All there is at a moment."""

    writers: tuple[Writer, ...]
    crash: int
    death: int
    loss: int
    cuts: int
    double: int
    ticks: int
    expiries: int
    now: int = 0
    arrived: tuple[tuple[int, int], ...] = ()
    box: tuple[Pointer, ...] = ()
    subscribers: frozenset[int] = frozenset()
    connection: int = 0
    phase: Phase = "off"
    resuming: Resuming | None = None
    net: frozenset[Frame] = frozenset()
    device: Device = Device()


Step = tuple[str, State]


def start(world: World) -> State:
    """Return the state in which nothing has happened."""
    writers = (Writer(),) * (world.events + world.twins)
    budgets = (world.crash, world.death, world.loss, world.cuts, world.double, world.ticks, world.expiries)
    return State(writers, *budgets)


def alive(state: State) -> tuple[Pointer, ...]:
    """Return what has not expired, in order."""
    return tuple(pointer for pointer in state.box if pointer.expires_at != _GONE)


def is_complete(state: State, world: World) -> bool:
    """Tell whether all is written and the device shows it."""
    shows = tuple((pointer.seq, pointer.event_id) for pointer in alive(state))
    written = {event for event, _ in state.arrived} == {int(id_[1:]) for _, id_ in shows}
    if not written or any(writer.stage != "done" for writer in state.writers):
        return False
    device = state.device
    return not world.listens or (state.phase == "open" and not device.wants_history and device.shown == shows)


def wrong(state: State) -> str | None:
    """Return what is wrong with a state, None if nothing is."""
    present = alive(state)
    ids = [pointer.event_id for pointer in present]
    if len(set(ids)) < len(ids):
        return "an event has two numbers"
    if [pointer.seq for pointer in present] != list(range(1, len(present) + 1)):
        return "the numbers have a gap"
    device = state.device
    shown = [id_ for _, id_ in device.shown]
    if len(set(shown)) < len(shown):
        return "something is shown twice"
    here = {pointer.seq: pointer.event_id for pointer in present}
    if here.get(device.seq) == device.id and any(here.get(seq) != id_ for seq, id_ in device.shown):
        return f"shown is {device.shown}, and the feed has {here}"
    numbers = [seq for seq, _ in device.shown]
    if numbers and numbers != list(range(numbers[0], device.seq + 1)):
        return f"shown are the numbers {numbers} at {device.seq}"
    return None


# --- Writers ---------------------------------------------------------------------------------


def writing(state: State, world: World, index: int) -> Iterator[Step]:
    """Yield what a writer may do next."""
    writer, who = state.writers[index], f"writer {index}"
    event = index % world.events
    clock = state.now + world.clocks[index]
    match writer.stage:
        case "put" if world.replies and event and not _number_of(state, event - 1):
            return  # a question has its number before anybody appends its outcome
        case "put":
            arrived = dict(state.arrived)
            arrived.setdefault(event, clock)
            targets = tuple(sorted(state.subscribers)) if "subscribers are read first" in world.broken else ()
            put = state._replace(arrived=tuple(sorted(arrived.items())))
            yield f"{who} puts {event}", _with(put, index, Writer("find", targets=targets))
        case "find":
            yield from _finding(state, world, index, _unnumbered(state, world, event), clock)
        case "take":
            yield from _taking(state, world, index, _unnumbered(state, world, event), clock)
        case "ask":
            first = "subscribers are read first" in world.broken
            targets = writer.targets if first else tuple(sorted(state.subscribers))
            stage: Stage = "post" if targets else "done"
            yield f"{who} posts to {targets}", _with(state, index, Writer(stage, (), writer.seq, targets))
        case "post":
            to, *rest = writer.targets
            after = Writer("post" if rest else "done", (), writer.seq, tuple(rest))
            message = Frame("message", writer.seq, f"e{event}")
            for posted, how in _post(state, world, to, message):
                yield f"{who} posts {writer.seq} to {to}{how}", _with(posted, index, after)
        case "done":
            return


def _unnumbered(state: State, world: World, event: int) -> Unnumbered:
    above = _number_of(state, event - 1) if world.replies else 0
    if "the top is what was there before" in world.broken:
        above = max((pointer.seq for pointer in alive(state)), default=0)
    return Unnumbered("c", f"e{event}", dict(state.arrived)[event], _KEPT, above)


def _number_of(state: State, event: int) -> int:
    """Return the number of an event, 0 if it has none."""
    return next((pointer.seq for pointer in alive(state) if pointer.event_id == f"e{event}"), 0)


def _finding(state: State, world: World, index: int, event: Unnumbered, clock: int) -> Iterator[Step]:
    writer = state.writers[index]
    below = writer.seen[-1].seq if writer.seen else 2**40
    rest = [pointer for pointer in reversed(state.box) if pointer.seq < below]
    seen = (*writer.seen, *rest[: world.page])
    whole = len(rest) <= world.page or "only the top is read" in world.broken
    verdict = judge(_hasty(event, world), seen, clock, whole=whole)
    if "nobody looks for a number" in world.broken and not isinstance(verdict, Free):
        verdict = Free(max((pointer.seq for pointer in alive(state)), default=0) + 1)
    following = writer._replace(seen=seen) if verdict is None else _decided(writer, verdict)
    yield f"writer {index} reads: {verdict}", _with(state, index, following)


def _hasty(event: Unnumbered, world: World) -> Unnumbered:
    """Return the event as a writer sees it that trusts all clocks."""
    if "clocks are trusted" not in world.broken:
        return event
    return msgspec.structs.replace(event, arrived_at=event.arrived_at + 10_000)


def _taking(state: State, world: World, index: int, event: Unnumbered, clock: int) -> Iterator[Step]:
    writer = state.writers[index]
    taken = next((pointer for pointer in alive(state) if pointer.seq == writer.seq), None)
    if taken is not None and "a number is overwritten" not in world.broken:
        verdict = judge_taken(event, taken)
        yield f"writer {index} finds {writer.seq} taken", _with(state, index, _decided(writer, verdict))
        return
    own = Pointer(writer.seq, event.connection_id, event.event_id, clock, event.expires_at)
    box = tuple(
        sorted((own, *(each for each in state.box if each.seq != own.seq)), key=lambda each: each.seq)
    )
    numbered = _with(state._replace(box=box), index, writer._replace(stage="ask", seen=()))
    yield f"writer {index} makes {event.event_id} number {own.seq}", numbered


def _decided(writer: Writer, verdict: Has | Free) -> Writer:
    return writer._replace(stage="ask" if isinstance(verdict, Has) else "take", seen=(), seq=verdict.seq)


def _with(state: State, index: int, writer: Writer) -> State:
    return state._replace(writers=(*state.writers[:index], writer, *state.writers[index + 1 :]))


def _post(state: State, world: World, to: int, frame: Frame) -> Iterator[tuple[State, str]]:
    """Yield what may become of a post."""
    if to == state.connection and state.phase == "open":
        yield state._replace(net=state.net | {frame}), ""
        if state.loss:
            yield state._replace(loss=state.loss - 1), ", which is LOST"
    elif to == state.connection and state.phase == "registered" and "a young 410" not in world.broken:
        yield state, ", which is not there yet"
    else:
        yield state._replace(subscribers=state.subscribers - {to}), ", which is gone"


# --- The device and its resumes --------------------------------------------------------------


def _connecting(state: State, world: World) -> Iterator[Step]:
    if world.listens and state.phase == "off" and state.connection <= world.cuts - state.cuts:
        number = state.connection + 1
        subscribers = state.subscribers
        if "subscribed by the resume" not in world.broken:
            subscribers = subscribers | {number}
        new = state._replace(connection=number, phase="registered", subscribers=subscribers)
        yield f"connection {number} begins", new
    if state.phase == "registered":
        yield f"connection {state.connection} is open", state._replace(phase="open")


def _asking(state: State, world: World) -> Iterator[Step]:
    device = state.device
    if state.phase != "open":
        return
    if device.must_resume and state.resuming is None:
        position = Position(device.seq, device.id) if device.begun else None
        resuming = Resuming(state.connection, position, device.seq)
        yield f"the device resumes at {position}", state._replace(device=asking(device), resuming=resuming)
    answers = {"reset", "resumed"} & {frame.kind for frame in state.net}
    # where nothing was lost, nothing but the rules themselves may be needed
    is_lost = (state.loss, state.death, state.crash) != (world.loss, world.death, world.crash)
    if is_lost and device.asked and state.resuming is None and not answers:
        unanswered = device._replace(asked=False, owed=True)
        yield "the device asks again, as nobody answers", state._replace(device=unanswered)
    if device.wants_history and "history_page" not in {frame.kind for frame in state.net}:
        page = tuple((pointer.seq, pointer.event_id) for pointer in alive(state))
        top = page[-1] if page else (0, "")
        frame = Frame("history_page", *top, messages=page)
        yield "the device loads the history", state._replace(net=state.net | {frame})
    if state.net or not is_lost:
        return
    done = all(writer.stage == "done" for writer in state.writers)
    if done and not device.asked and not device.owed and not is_complete(state, world):
        yield "the device resumes as a repair", state._replace(device=device._replace(owed=True))


def _resume(state: State, world: World) -> Iterator[Step]:
    resuming = state.resuming
    if resuming is None:
        return
    if resuming.left is None:
        yield from _reading(state, world, resuming)
    elif resuming.left:
        first, *rest = resuming.left
        after = resuming._replace(reached=first.seq, left=tuple(rest))
        message = Frame("message", first.seq, first.event_id)
        for posted, how in _post(state, world, resuming.connection, message):
            yield f"the resume posts {first.seq}{how}", posted._replace(resuming=after)
    else:
        subscribers = state.subscribers
        if "subscribed by the resume" in world.broken:
            subscribers = subscribers | {resuming.connection}
        done = state._replace(resuming=None, subscribers=subscribers)
        answer = Frame("resumed", resuming.reached, more=resuming.more)
        for posted, how in _post(done, world, resuming.connection, answer):
            yield f"the resume is over{how}", posted


def _reading(state: State, world: World, resuming: Resuming) -> Iterator[Step]:
    position, found = resuming.position, None
    if position is not None:
        following = [pointer for pointer in state.box if pointer.seq >= max(position.seq, 1)][: _MOST + 2]
        if "a position is a number" in world.broken and position.seq:
            held = next((each.event_id for each in following if each.seq == position.seq), "")
            position = Position(position.seq, held)
        found = missed(position, following, _MOST, state.now, WINDOW_SECONDS)
    if found is not None:
        read = resuming._replace(left=found.pointers, more=found.more)
        yield f"the resume reads {[each.seq for each in found.pointers]}", state._replace(resuming=read)
        return
    present = alive(state)
    top = Position(present[-1].seq, present[-1].event_id) if present else Position(0, "")
    subscribers = state.subscribers
    if "subscribed by the resume" in world.broken:
        subscribers = subscribers | {resuming.connection}
    done = state._replace(resuming=None, subscribers=subscribers)
    for posted, how in _post(done, world, resuming.connection, Frame("reset", top.seq, top.id)):
        yield f"the device is reset to {top.seq}{how}", posted


def _receiving(state: State, world: World) -> Iterator[Step]:
    for frame in sorted(state.net):
        arrived = state._replace(net=state.net - {frame}, device=_told(state.device, frame, world))
        yield f"the device gets {frame.kind} {frame.seq}", arrived
        if state.double and frame.kind == "message":
            yield (
                f"the device gets {frame.seq}, which comes AGAIN",
                arrived._replace(net=state.net, double=state.double - 1),
            )


def _told(device: Device, frame: Frame, world: World) -> Device:
    match frame.kind:
        case "message":
            told = received(device, "message", {"seq": frame.seq, "id": frame.id})
            if "a live frame cancels" in world.broken and told.seq > device.seq:
                told = told._replace(owed=bool(told.ahead))
            return told
        case "reset":
            return received(device, "reset", {"position": {"seq": frame.seq, "id": frame.id}})
        case "resumed":
            return received(device, "resumed", {"seq": frame.seq, "more": frame.more})
        case _:
            messages = [{"seq": seq, "id": id_} for seq, id_ in reversed(frame.messages)]
            complete = {"seq": frame.seq, "id": frame.id}
            return received(device, "history_page", {"messages": messages, "complete": complete})


# --- All of it -------------------------------------------------------------------------------


def steps(state: State, world: World) -> Iterator[Step]:
    """Yield what happens by itself."""
    for index in range(len(state.writers)):
        yield from writing(state, world, index)
    if state.death < world.death and all(writer.stage == "done" for writer in state.writers):
        known = {pointer.event_id for pointer in alive(state)}
        for event, _ in state.arrived:
            if f"e{event}" not in known:
                yield f"the sweeper finds {event}", _with(state, event, Writer("find"))
    yield from _connecting(state, world)
    yield from _asking(state, world)
    yield from _resume(state, world)
    yield from _receiving(state, world)


def faults(state: State, world: World) -> Iterator[Step]:
    """Yield what goes wrong, and what passes by: time, and a retention."""
    for index, writer in enumerate(state.writers):
        if state.crash and writer.stage not in {"put", "done"}:
            begun = _with(state._replace(crash=state.crash - 1), index, Writer())
            yield f"writer {index} CRASHES, and begins again", begun
        if state.death and writer.stage != "done":
            dead = _with(state._replace(death=state.death - 1), index, writer._replace(stage="done"))
            yield f"writer {index} DIES", dead
    if state.crash and state.resuming is not None:
        yield "the resume CRASHES", state._replace(crash=state.crash - 1, resuming=None)
    if state.cuts and state.phase == "open":
        yield (
            "the connection is CUT",
            state._replace(
                cuts=state.cuts - 1, phase="off", net=frozenset(), resuming=None, device=cut(state.device)
            ),
        )
    if state.ticks:
        yield "time passes", state._replace(ticks=state.ticks - 1, now=state.now + TICK)
    at_rest = all(writer.stage in {"put", "done"} for writer in state.writers)
    if state.expiries and state.phase == "off" and state.resuming is None and at_rest and state.box:
        # no writer and no connection lasts for so long
        expired = tuple(
            Pointer(each.seq, each.connection_id, each.event_id, each.numbered_at, _GONE)
            for each in state.box
        )
        yield (
            "the feed EXPIRES",
            state._replace(
                expiries=state.expiries - 1, box=expired, arrived=(), now=state.now + 90 * 86_400_000
            ),
        )
    for connection in state.subscribers:  # it takes its own item only
        if connection != state.connection:
            yield (
                f"a late $disconnect of {connection}",
                state._replace(subscribers=state.subscribers - {connection}),
            )
