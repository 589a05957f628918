"""The parser of frames, by itself."""

import json
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Final

import msgspec
from hypothesis import strategies as st

from functions.domain.frames.parsing import parse
from functions.domain.refusals import Refused
from tests.fuzz import frames
from tests.fuzz.leaks import tells_nothing
from tests.fuzz.verdicts import Input, Judge, Target, Verdict, must
from tests.property.schema import read, repeats_a_name, satisfies

CODES: Final = {"invalid_json", "invalid_message", "unknown_type", "too_large"}
_LONGEST: Final = 200


def judge(given: Input) -> Verdict:
    """Parse a body, and compare with what the schema allows."""
    body: str = given.value
    allowed = satisfies(body)
    must(allowed or given.kind != "valid", "the oracle refuses what is valid")
    try:
        frame = parse(body)
    except Refused as refused:
        refused_rightly(body, refused.code, refused.message)
        return Verdict.REFUSED
    must(allowed, "takes what the schema forbids")
    told = json.loads(msgspec.json.encode(frame))
    must(told["type"] == read(body)["type"], "takes it for another frame")
    return Verdict.ACCEPTED


def refused_rightly(body: str, code: str, message: str) -> None:
    """Hold a refusal of a body to the protocol."""
    must(not satisfies(body) or repeats_a_name(body), f"refuses what is valid: {code}, {message}")
    must(code in CODES, f"refuses with {code}")
    must(0 < len(message) <= _LONGEST, "a message without end, or without beginning")
    tells_nothing(message, body)


@contextmanager
def _judging() -> Iterator[Judge]:
    yield judge


def _corpus() -> Iterator[tuple[str, Input]]:
    for what, body in frames.corpus():
        yield what, Input("bent", body)


TARGET: Final = Target(
    name="parser",
    inputs=st.builds(lambda kind: Input(*kind), frames.kinds),
    corpus=_corpus,
    judging=_judging,
    share=4,
)
