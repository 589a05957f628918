"""Enters a conversation with the backend that is up."""

import secrets
import sys
from collections.abc import Mapping
from urllib.parse import urlencode

from local import emulator, outputs, up
from local.chat.chat import Chat, Settings
from local.chat.connection import Dial
from local.chat.conversation import Conversation
from local.chat.screen import Screen
from local.chat.talk import Talk
from local.errors import LocalError
from local.outputs import Outputs
from local.people import sign_in
from local.state import StateDir
from ops.terminal import Terminal


def chat(state: StateDir, user: str, session: str | None, console: Terminal) -> None:
    """Chat until somebody leaves.

    Parameters
    ----------
    user
        Who it is: any name or, where identity is verified, an address; a new one is a new user.
    session
        The conversation to go on with; by default a new one.

    Raises
    ------
    LocalError
        If the backend is not up, or is stopped meanwhile.
    """
    running = up.living(state)
    deployed = outputs.load(state.outputs)
    if running is None or deployed is None:
        raise LocalError("it is not up: `make up` starts it")
    conversation_id = session or f"chat-{secrets.token_hex(4)}"
    is_person = sys.stdin.isatty()
    screen = Screen(console, echoes=is_person)
    screen.aside(f"{conversation_id}, as {user}; /help shows what can be typed")
    screen.aside(f"a second screen: make chat SESSION={conversation_id} WHO={user}")
    conversation = Conversation(secrets.token_hex(4))
    is_answered = "responder_function" in deployed.everything
    talk = Talk(conversation, screen, is_answered=is_answered)
    if not is_answered:
        screen.aside("nobody answers here: the setting ai.enabled is off")
    settings = Settings(
        dial=dialling(deployed, user, conversation_id),
        is_up=lambda: emulator.alive(running),
        typed=sys.stdin.fileno(),
        is_person=is_person,
    )
    Chat(settings, conversation, screen, talk).run()


def dialling(deployed: Outputs, user: str, session: str) -> Dial:
    """Return what gives each connection its URL and headers, with a fresh token where one is needed."""

    def dial() -> tuple[str, Mapping[str, str]]:
        if deployed.ticket_url is None:
            query = {"userId": user, "sessionId": session}
            return f"{deployed.websocket_url}?{urlencode(query)}", {}
        address = user if "@" in user else f"{user}@example.com"
        token = sign_in(deployed, address).access_token
        query = {"sessionId": session}
        return f"{deployed.websocket_url}?{urlencode(query)}", {"Authorization": f"Bearer {token}"}

    return dial
