"""Bodies of frames as clients write them, and why one is refused."""

import json
from typing import Any

import pytest

from functions.domain.frames.parsing import parse
from functions.domain.refusals import Refused

SESSION = "01KARYZ6S4100000000000000A"


def refused(body: object) -> Refused:
    """Return why a body, or the JSON of it, is refused."""
    with pytest.raises(Refused) as caught:
        parse(body if isinstance(body, str) else json.dumps(body))
    return caught.value


def text(content: Any) -> dict[str, Any]:
    return {"type": "text_message", "data": {"text": content}}


def voice(**data: Any) -> dict[str, Any]:
    return {"type": "voice_data", "data": {"voiceSessionId": SESSION, "seq": 0, "audio": "AAAA", **data}}
