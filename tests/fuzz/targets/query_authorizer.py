"""The authorizer that believes the URL: whoever names a user is let in, and nobody whose name is none."""

from collections.abc import Iterator
from contextlib import contextmanager
from functools import partial
from typing import Any, Final

from hypothesis import strategies as st

from functions.handlers.query_authorizer import handler
from tests.fuzz.admission import UNCOUNTED, admitted, crowd
from tests.fuzz.corpus.tokens import MISSPELT
from tests.fuzz.leaks import listening
from tests.fuzz.proof import means_another, names_somebody
from tests.fuzz.verdicts import Input, Judge, Target, Verdict, must
from tests.gateway_events import authorize
from tests.property.mutations import ODD_LETTERS, ODD_VALUES, bent, odd_texts, odd_values

_SECONDS: Final = 7_200


def judge(given: Input) -> Verdict:
    """Ask to be let in under a name."""
    with listening() as lines:
        answer = handler(given.value, None, crowd(given.state))
    must(given.kind == "broken" or not any("internal" in line for line in lines), "did not foresee it")
    return admitted(given, answer, _named(given.value))


def _named(event: Any) -> dict[str, int]:
    query = event.get("queryStringParameters") if isinstance(event, dict) else None
    name = query.get("userId") if isinstance(query, dict) else None
    if not isinstance(query, dict) or not isinstance(name, str) or not names_somebody(name):
        return {}
    if any(map(means_another, query)):
        return {}
    if query.get("sessionId") is not None and not names_somebody(query["sessionId"]):
        return {}
    try:
        return {name: int(event["requestContext"]["connectedAt"]) // 1000 + _SECONDS}
    except (LookupError, TypeError, ValueError, OverflowError):
        return {}


_names = st.text(st.sampled_from("abcXYZ019_.:@|+=-"), min_size=1, max_size=128)
_sessions = st.none() | _names
_odd = st.one_of(odd_texts, odd_values, st.text(max_size=130), _names)


def _event(user: Any, session: Any = None) -> dict[str, Any]:
    return authorize(userId=user, **({} if session is None else {"sessionId": session}))


_inputs = st.one_of(
    st.builds(
        partial(Input, "valid"),
        st.builds(_event, _names, _sessions),
        st.sampled_from(["", "crowded", UNCOUNTED]),
    ),
    st.builds(partial(Input, "bent"), st.builds(_event, _odd, _sessions | _odd)),
    st.builds(partial(Input, "broken"), bent(st.builds(_event, _names, _sessions))),
)


def _corpus() -> Iterator[tuple[str, Input]]:
    words = [
        "a" * 128,
        "a" * 129,
        *(f"{before}ada{after}" for x in ODD_LETTERS for before, after in ((x, ""), ("", x))),
    ]
    for value in [*ODD_VALUES, *words]:
        yield "a name", Input("bent", _event(value))
        yield "a session", Input("bent", _event("ada", value))
    for name in MISSPELT:
        yield "a misspelt name", Input("bent", authorize(userId="ada", **{name: "s-1"}))
    for value in ODD_VALUES:
        yield "no event", Input("broken", value)
        for name in authorize():
            yield f"a broken {name}", Input("broken", {**_event("ada"), name: value})


@contextmanager
def _judging() -> Iterator[Judge]:
    yield judge


TARGET: Final = Target("query_authorizer", _inputs, _corpus, _judging)
