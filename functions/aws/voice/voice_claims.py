"""Reads the claims of voice sessions: which one holds a conversation, and how one ended."""

from typing import Any

import msgspec

from functions.aws.log.claim_reads import held
from functions.domain.frames.voice_frames import VoiceEndedData
from functions.domain.log.claims import ended_key, voice_key
from functions.domain.voice.attention import Hold


class VoiceClaims:
    """The claims ``voice#`` and ``ended#``.

    Parameters
    ----------
    client
        A DynamoDB client.
    table
        The name of the claims table.
    """

    def __init__(self, client: Any, table: str) -> None:
        self._client = client
        self._table = table

    def hold(self, conversation: str, at: int) -> Hold:
        """Return which voice session holds a conversation; ``at`` in epoch milliseconds.

        Raises `Unavailable` if the table cannot be read in time.
        """
        claim = held(self._client, self._table, voice_key(conversation))
        return Hold() if claim is None or claim.is_over(at) else Hold(claim.value, claim.expires_at)

    def ended(self, conversation: str, voice_session_id: str, at: int) -> VoiceEndedData | None:
        """Return how a voice session of a conversation ended, None if that is not known (any more).

        Raises `Unavailable` if the table cannot be read in time.
        """
        end = held(self._client, self._table, ended_key(conversation, voice_session_id))
        if end is None or end.is_over(at):
            return None
        return msgspec.json.decode(end.value, type=VoiceEndedData)
