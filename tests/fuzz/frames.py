"""Bodies of frames to try: valid ones, almost valid ones, and those of the corpus, bent a little more."""

import json
from collections.abc import Iterator
from typing import Any, Final

from hypothesis import strategies as st
from hypothesis.strategies import SearchStrategy

from tests.fuzz.corpus.frames import CORPUS, SESSION
from tests.property.mutations import bent, spliced
from tests.property.strategies import bodies, frames

_SHORT: Final = [body for group in CORPUS.values() for body in group if len(body) < 400]

_within_a_session: SearchStrategy[dict[str, Any]] = st.one_of(
    st.builds(
        lambda last: {"type": "voice_end", "data": {"voiceSessionId": SESSION, "lastSeq": last}},
        st.integers(-1, 100),
    ),
    st.builds(
        lambda seq: {"type": "voice_data", "data": {"voiceSessionId": SESSION, "seq": seq, "audio": "AAAA"}},
        st.integers(0, 100) | st.sampled_from([600, 1_200, 2**31 - 1]),
    ),
    st.just({"type": "voice_played", "data": {"voiceSessionId": SESSION, "turn": 1, "ms": 40}}),
    st.just({"type": "voice_listen", "id": "l-1", "data": {"voiceSessionId": SESSION}}),
)
valid: SearchStrategy[dict[str, Any]] = frames | _within_a_session


def _written(frame: Any) -> str:
    return json.dumps(frame, ensure_ascii=False)


almost: SearchStrategy[str] = st.one_of(
    bodies,
    bent(valid).map(_written),
    bent(valid).map(json.dumps),
    valid.map(_written).flatmap(spliced),
    st.sampled_from(_SHORT).flatmap(spliced),
)
kinds: SearchStrategy[tuple[str, str]] = st.one_of(
    st.tuples(st.just("valid"), valid.map(json.dumps)), st.tuples(st.just("bent"), almost)
)
"""A body, and whether it must be taken."""


def corpus() -> Iterator[tuple[str, str]]:
    """Yield what each body of the corpus tries, and the body."""
    for what, group in CORPUS.items():
        for body in group:
            yield what, body
