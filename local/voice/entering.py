"""Talks to the backend that is up: with a file, or with the microphone."""

import asyncio
import secrets
from pathlib import Path

import msgspec

from local import emulator, outputs, up
from local.chat.conversation import Conversation
from local.chat.entering import dialling
from local.chat.screen import Screen
from local.errors import LocalError
from local.state import StateDir
from local.voice import wav
from local.voice.call import Call, Format
from local.voice.ends import Ends, Files
from local.voice.microphone import Microphone
from local.voice.talking import Talking
from ops.terminal import Terminal


class Spoken(msgspec.Struct, frozen=True):
    """What is spoken, and where the answer goes.

    Attributes
    ----------
    file
        What is said; without one, what the microphone hears.
    answer
        Where the answer is saved, if a file is said.
    voice
        Who shall answer; with none, the usual one.
    """

    file: Path | None
    answer: Path
    voice: str | None = None


def voice(state: StateDir, user: str, session: str | None, spoken: Spoken, console: Terminal) -> None:
    """Talk until all that was said is answered or, with a microphone, until somebody leaves.

    Parameters
    ----------
    user
        Who it is: any name or, where identity is verified, an address; a new one is a new user.
    session
        The conversation to speak in; by default a new one.

    Raises
    ------
    LocalError
        If there is nobody to talk to, or a file is none that can be said.
    """
    sound = None if spoken.file is None else wav.read(spoken.file)
    running = up.living(state)
    deployed = outputs.load(state.outputs)
    if running is None or deployed is None:
        raise LocalError("it is not up: `make up` starts it")
    if "voice_session_function" not in deployed.everything:
        raise LocalError(
            "this backend takes no speech: set voice.enabled in Pulumi.local.yaml, then `make up`"
        )
    screen = Screen(console, echoes=False)
    files = None if sound is None else Files(sound)
    ends: Ends = Microphone() if files is None else files
    conversation_id = session or f"voice-{secrets.token_hex(4)}"
    screen.aside(
        f"{conversation_id}, as {user}; to see it written: make chat SESSION={conversation_id} WHO={user}"
    )
    if sound is not None and sound.note:
        screen.aside(f"{spoken.file}: {sound.note}")
    prefix = secrets.token_hex(4)
    call = Call(Format(ends.rate, spoken.voice), prefix)

    async def talk() -> None:
        talking = Talking(
            dialling(deployed, user, conversation_id),
            lambda: emulator.alive(running),
            call,
            Conversation(prefix),
            ends,
            screen,
        )
        over = await talking.run()
        screen.aside(f"ended ({over.reason}): {over.frames} frames, {over.lost} lost, {over.seconds} s")

    asyncio.run(talk())
    if files is not None:
        _save(files, spoken.answer, screen)


def _save(files: Files, path: Path, screen: Screen) -> None:
    answer = files.answer
    if answer is None:
        raise LocalError("nothing was answered")
    wav.write(path, answer)
    screen.aside(f"the answer, {answer.seconds:.1f} s, is in {path}")
