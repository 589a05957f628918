"""A claim that is over holds nothing, whether DynamoDB has deleted it yet or not."""

from collections.abc import Callable
from typing import Any

import pytest

from functions.aws.log.owners import Owners
from functions.aws.voice.voice_claims import VoiceClaims
from functions.domain.frames.voice_frames import VoiceEndedData
from functions.domain.voice.attention import Hold
from tests.unit.aws.dynamodb import Client

END = VoiceEndedData("01M83W60E4REJ9CY0Q6NX2FRFR", 3, 7, "client")
ENDED = '{"voiceSessionId":"01M83W60E4REJ9CY0Q6NX2FRFR","frames":3,"seconds":7,"reason":"client"}'
EXPIRES_AT = 200

Read = Callable[[Any, int], object]


class Reader(Client):
    def get_item(self, **arguments: Any) -> dict[str, Any]:
        return self._answer("get_item", arguments)


def owner(client: Any, at: int) -> object:
    return Owners(client, "claims").of("s-1", at)


def hold(client: Any, at: int) -> object:
    return VoiceClaims(client, "claims").hold("s-1", at)


def end(client: Any, at: int) -> object:
    return VoiceClaims(client, "claims").ended("s-1", END.voice_session_id, at)


@pytest.mark.parametrize(
    ("read", "value", "said", "nothing"),
    [(owner, "ada", "ada", None), (hold, "V", Hold("V", EXPIRES_AT), Hold()), (end, ENDED, END, None)],
    ids=["owner", "hold", "end"],
)
def test_a_claim_is_read_until_it_is_over(read: Read, value: str, said: object, nothing: object) -> None:
    item = {"Item": {"value": {"S": value}, "expires_at": {"N": str(EXPIRES_AT)}}}

    assert read(Reader(item), EXPIRES_AT * 1000 - 1) == said
    assert read(Reader(item), EXPIRES_AT * 1000) == nothing
    assert read(Reader({}), 0) == nothing
