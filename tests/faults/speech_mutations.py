"""Bugs of what is kept of speech, seeded on purpose: each breaks one of its rules."""

from typing import Final

from tests.faults.mutation import Mutation

_MESSAGES: Final = "functions/domain/texts/messages.py"
_ROW: Final = "functions/domain/connections/connection.py"
_ENDINGS: Final = "functions/domain/connections/voice_sessions.py"

SPEECH: Final = (
    Mutation(
        "what was spoken has no number",
        "functions/domain/feeds/feeds.py",
        "    NotificationSent,\n    VoiceTurnTranscribed,\n)",
        "    NotificationSent,\n)",
        "no screen is told it once it is over, and no resume brings it",
    ),
    Mutation(
        "what was spoken is told without its words",
        "functions/domain/feeds/contents.py",
        "return _in_parts(spoken, text, text_bytes)",
        "return (spoken,)",
        "screens show a turn in which nothing was said",
    ),
    Mutation(
        "a turn of speech counts as a text",
        _MESSAGES,
        '"turns" if self.is_spoken else written',
        "written",
        "texts are counted that nobody wrote, and that nobody answers",
    ),
    Mutation(
        "what the assistant says has no row",
        _MESSAGES,
        "        case VoiceTurnTranscribed(session, role, text):\n",
        '        case VoiceTurnTranscribed(session, "user" as role, text):\n',
        "the history has one side only",
    ),
    Mutation(
        "who ends their speech elsewhere is back",
        _ROW,
        "                continue  # a client may have",
        "                if fact.reason != CLIENT_ENDED:\n                    continue  # a client may have",
        "a connection that was lost is taken for one that is there, for ever",
    ),
    Mutation(
        "a voice session ends with its connection whatever its event says",
        _ENDINGS,
        "        if at is None:\n            at = row.ended_at",
        "        if at is None or row.closed:\n            at = row.ended_at",
        "speech that outlives its connection is counted in a minute in which it went on",
    ),
)
