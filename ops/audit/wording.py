"""Says in a few words what a step of a timeline carries, and what a connection's state is."""

from datetime import datetime, tzinfo

from functions.domain.connections.connection import Connection
from functions.domain.connections.voice_sessions import voice_endings
from ops.audit.timeline import Step


def words_of(state: Connection, zone: tzinfo) -> str:
    """Return a state in a few words: what the connection shows, and whether somebody is speaking."""
    said: list[str] = [state.status if state.user_id else "not known"]
    speaking = [
        name for name, voice in state.voice.items() if voice.started and name not in voice_endings(state)
    ]
    if speaking:
        said.append("speaking")
    if state.last_activity:
        said.append(f"last active {clock(state.last_activity, zone)}")
    return ", ".join(said)


def clock(at: int, zone: tzinfo) -> str:
    """Return the time of day, to the millisecond."""
    return f"{datetime.fromtimestamp(at / 1000, zone):%H:%M:%S.%f}"[:-3]


def carried(step: Step) -> str:
    """Return what an event carries, or what is wrong with it."""
    told = [f"{name}={value}" for name, value in step.entry.data.items()]
    return " ".join([*([f"cannot be read: {step.entry.problem}"] if step.entry.problem else []), *told])
