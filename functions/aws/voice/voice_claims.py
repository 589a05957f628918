"""Reads the claims of voice sessions: which one holds a conversation, and how one ended."""

from typing import Any

import msgspec

from functions.aws.attributes import Item, to_item
from functions.aws.faults import unavailable
from functions.domain.frames.voice_frames import VoiceEndedData
from functions.domain.log.claims import ended_key, voice_key
from functions.domain.voice.attention import Hold
from functions.names import TTL_ATTRIBUTE


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
        item = self._read(voice_key(conversation), at)
        return Hold() if item is None else Hold(item["value"]["S"], int(item[TTL_ATTRIBUTE]["N"]))

    def ended(self, conversation: str, voice_session_id: str, at: int) -> VoiceEndedData | None:
        """Return how a voice session of a conversation ended, None if that is not known (any more).

        Raises `Unavailable` if the table cannot be read in time.
        """
        item = self._read(ended_key(conversation, voice_session_id), at)
        return None if item is None else msgspec.json.decode(item["value"]["S"], type=VoiceEndedData)

    def _read(self, key: str, at: int) -> Item | None:
        """Return what is claimed under a key, as of now: it may have been so for a moment only."""
        with unavailable():
            item: Item | None = self._client.get_item(
                TableName=self._table, Key=to_item({"claim": key}), ConsistentRead=True
            ).get("Item")
        return None if item is None or int(item[TTL_ATTRIBUTE]["N"]) <= at // 1000 else item
