"""Bodies of frames as clients write them, and why one is refused, by itself or by its claims."""

import json
from typing import Any

import pytest

from functions.domain.frames.decisions import Decision
from functions.domain.frames.parsing import parse
from functions.domain.log.claims import Standing
from functions.domain.refusals import Refused

SESSION = "01KARYZ6S4100000000000000A"


def refused(body: object) -> Refused:
    """Return why a body, or the JSON of it, is refused."""
    with pytest.raises(Refused) as caught:
        parse(body if isinstance(body, str) else json.dumps(body))
    return caught.value


def refused_claims(decision: Decision, standing: Standing) -> Refused:
    """Return how a decision takes claims that are not granted."""
    assert decision.refused is not None
    with pytest.raises(Refused) as caught:
        decision.refused(standing)
    return caught.value


def text(content: Any) -> dict[str, Any]:
    return {"type": "text_message", "data": {"text": content}}


def voice(**data: Any) -> dict[str, Any]:
    return {"type": "voice_data", "data": {"voiceSessionId": SESSION, "seq": 0, "audio": "AAAA", **data}}
