"""The numbers in the documents are those of the code."""

import pytest

from functions.domain.feeds.limits import USUAL as OF_FEEDS
from functions.domain.feeds.resuming import MOST_MESSAGES
from functions.domain.frames import pace, protocol, replies, voice_frames
from functions.domain.frames.allowances import SOON_SECONDS
from functions.domain.frames.feed_frames import MOST_IN_A_PAGE
from functions.domain.limits import CONNECTION_SECONDS, USUAL
from infra.settings.identity import LimitSettings
from tests.docs.markdown import ROOT

LIMITS = LimitSettings()
_LIMITS = {
    "README.md": (
        f"{protocol.MAX_FRAME_BYTES:,} bytes a frame",
        f"{protocol.MAX_TEXT_CHARACTERS:,} characters a text",
        f"{voice_frames.MAX_AUDIO_BYTES:,} bytes of audio a frame",
        f"A frame to a client has at most {protocol.MAX_SENT_BYTES:,} bytes",
        f"{LIMITS.replies_in_flight} of them at a time, and {LIMITS.tokens_per_day:,} tokens a day",
        f"{OF_FEEDS.cancels} cancelled texts a minute",
        f"within {replies.REPLY_SECONDS // 3600} hours",
        f"{USUAL.texts} texts, with {USUAL.text_bytes:,} bytes in all of them",
        f"{USUAL.voice_sessions} voice sessions, {OF_FEEDS.resumes} resumes, {OF_FEEDS.histories} pages",
    ),
    "docs/protocol.md": (
        f"A client's frame has at most {protocol.MAX_FRAME_BYTES:,} bytes",
        f"A frame that the server sends has at most {protocol.MAX_SENT_BYTES:,} bytes",
        f"Such a frame has at most {protocol.MAX_SENT_BYTES:,} bytes; `send` refuses more",
        f"the frame ({protocol.MAX_FRAME_BYTES:,} bytes)",
        f"its text ({protocol.MAX_TEXT_CHARACTERS:,} characters)",
        f"or its audio ({voice_frames.MAX_AUDIO_BYTES:,} bytes)",
        f"1 to {protocol.MAX_TEXT_CHARACTERS:,} characters, kept",
        f"base64 of at most {voice_frames.MAX_AUDIO_BYTES:,} bytes",
        f"nest at most {protocol.MAX_DEPTH} deep",
        f"For {replies.REPLY_SECONDS // 3600} hours, on any connection",
        f"{LIMITS.voice_sessions_at_a_time} voice sessions at a time",
        f"{LIMITS.voice_seconds_per_day:,} seconds of them a day",
        f"by {pace.FRAMES_BURST} frames and run at {pace.FRAMES_PER_SECOND} frames a second",
        f"every connection after {CONNECTION_SECONDS // 3600} hours",
        f"one resume brings at most {MOST_MESSAGES} messages",
        f"have {LIMITS.replies_in_flight} of them answered at a time",
        f"use {LIMITS.tokens_per_day:,} tokens in a day",
        f"`retryAfter`: {SOON_SECONDS} seconds",
        f"is older than {OF_FEEDS.window_seconds // 3600} hours",
        f"`limit` 1 to {MOST_IN_A_PAGE}",
    ),
    "docs/protocol/asyncapi.json": (
        f"at most {protocol.MAX_FRAME_BYTES:,} bytes in UTF-8",
        f"at most {protocol.MAX_SENT_BYTES:,}.",
    ),
}


@pytest.mark.parametrize(
    ("name", "words"), [(name, words) for name, each in _LIMITS.items() for words in each]
)
def test_the_documents_state_the_limits_of_the_code(name: str, words: str) -> None:
    assert words in (ROOT / name).read_text(encoding="utf-8")
