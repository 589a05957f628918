"""The channel of a voice session is its conversation's, too: an id alone leads nowhere."""

import re

from functions.domain.voice.channels import channel_of

SESSION = "01M83W60E4REJ9CY0Q6NX2FRFR"
SEGMENT = r"[A-Za-z0-9](?:[A-Za-z0-9-]{0,48}[A-Za-z0-9])?"
"""What AppSync Events takes between two slashes."""


def test_a_session_that_another_conversation_names_is_another_channel() -> None:
    conversations = ["s-1", "s-2", "connection#c1=", "connection#c2="]

    assert len({channel_of(each, SESSION) for each in conversations}) == len(conversations)


def test_another_session_of_a_conversation_is_another_channel() -> None:
    assert channel_of("s-1", SESSION) != channel_of("s-1", SESSION[:-1] + "0")


def test_whatever_a_conversation_is_called_its_channel_is_one() -> None:
    for conversation in ("ada@example.com", "connection#Y2F0cw=", "-", "/voice/x/../y", "ä" * 100):
        assert re.fullmatch(rf"/voice/{SEGMENT}/{SEGMENT}", channel_of(conversation, SESSION))
