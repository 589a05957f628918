"""What answers texts: the same cases on the scripted engine and on Bedrock.

Bedrock is the embedded AWS's in front of a model server, and a stand-in of its own event stream, which shows
what the embedded AWS cannot: failures, reasons to stop, and words that come one by one.
"""

from collections.abc import Iterator

import pytest

from functions.aws.engines.bedrock import Bedrock
from functions.aws.engines.engine import Engine
from functions.aws.engines.reading import Reading
from functions.aws.engines.script import Script
from functions.domain.replies.pieces import Ended, Failed, Failure, Piece, StopReason, TextPiece
from functions.domain.replies.prompt import Role, Utterance
from tests import converse
from tests.contract.asking import asking, heard
from tests.contract.engines import MakeClient
from tests.converse import BREAKS, MODEL, REFUSALS, Converse, client_of

pytestmark = pytest.mark.timeout(5, func_only=True)

EVERY = ["script", "ministack", "converse"]
THAT_FAIL = ["script", "converse"]
"""The embedded AWS knows no failure, and one reason to stop."""
LONG = 4.0


@pytest.fixture(scope="module")
def stand_in() -> Iterator[Converse]:
    with converse.served() as served:
        yield served


@pytest.fixture
def engine(request: pytest.FixtureRequest) -> Engine:
    match request.param:
        case "script":
            return Script()
        case "ministack":
            make: MakeClient = request.getfixturevalue("ministack")
            client = client_of(make().meta.endpoint_url)
            return Bedrock(client, model=MODEL, max_tokens=20_000, temperature=0.5)
        case _:
            served: Converse = request.getfixturevalue("stand_in")
            return served.engine()


every = pytest.mark.parametrize("engine", EVERY, indirect=True)
that_fail = pytest.mark.parametrize("engine", THAT_FAIL, indirect=True)


@every
def test_a_text_is_answered_in_pieces_and_with_what_it_took(engine: Engine) -> None:
    pieces: list[Piece] = list(engine.reply(asking("[say 100]"), 1))

    assert len(pieces) > 5
    text, end = heard(engine, asking("[say 100]"))
    assert text.split() == [str(number) for number in range(1, 101)]
    assert isinstance(end, Ended)
    assert end.stop_reason is StopReason.END_TURN
    assert end.usage is not None
    assert end.usage.output_tokens == 100
    assert end.usage.input_tokens > 0


@every
def test_a_model_is_told_the_conversation_and_who_it_is(engine: Engine) -> None:
    history = [
        Utterance("1", Role.USER, "first"),
        Utterance("1", Role.ASSISTANT, "yes?"),
        Utterance("2", Role.USER, "second"),
        Utterance("2", Role.ASSISTANT, "and?"),
    ]

    text, _ = heard(engine, asking("[prompt]", *history, system="Be kind."))

    assert text == (
        "system: Be kind. user: first assistant: yes? user: second assistant: and? user: [pause 0] [prompt]"
    )


@every
def test_ten_thousand_words_come_whole(engine: Engine) -> None:
    text, _ = heard(engine, asking("[say 10000]"))

    assert text.split() == [str(number) for number in range(1, 10_001)]


@every
@pytest.mark.parametrize("word", ["\N{GRINNING FACE}" * 40, "é日本", "\u200d", 'a"\\b', "</script>"])
def test_whatever_a_text_is_made_of_comes_back(engine: Engine, word: str) -> None:
    text, _ = heard(engine, asking(word))

    assert text.startswith(f"You said: {word} ")


@every
def test_a_model_may_say_nothing(engine: Engine) -> None:
    text, end = heard(engine, asking("[say 0]"))

    assert text == ""
    assert isinstance(end, Ended)


@every
def test_who_has_heard_enough_can_ask_again(engine: Engine) -> None:
    pieces = engine.reply(asking("[say 1000]"), 1)
    assert isinstance(next(pieces), TextPiece)
    pieces.close()

    assert list(pieces) == []
    assert heard(engine, asking("[say 1]"))[0] == "1"


@every
def test_several_replies_are_read_at_the_same_time(engine: Engine) -> None:
    readings = [Reading(lambda: engine.reply(asking("[say 50]"), 1)) for _ in range(3)]

    for reading in readings:
        assert words_read(reading).split()[-1] == "50"
        assert reading.stop(LONG)


def words_read(reading: Reading) -> str:
    words = ""
    while isinstance(piece := reading.next(LONG), TextPiece):
        words += piece.text
    return words


@that_fail
@pytest.mark.parametrize("failure", REFUSALS)
def test_a_failure_before_the_first_word_is_a_value(engine: Engine, failure: Failure) -> None:
    text, end = heard(engine, asking(f"[fail {failure}]"))

    assert text == ""
    assert isinstance(end, Failed)
    assert end.failure is failure


@that_fail
@pytest.mark.parametrize("failure", BREAKS)
def test_a_failure_in_the_middle_is_a_value_too(engine: Engine, failure: Failure) -> None:
    text, end = heard(engine, asking(f"[fail {failure}] [after 3] [say 9]"))

    assert text == "1 2 3"
    assert isinstance(end, Failed)
    assert end.failure is failure


@that_fail
@pytest.mark.parametrize("reason", ["end_turn", "max_tokens", "guardrail", "refused"])
@pytest.mark.parametrize("words", [0, 3])
def test_a_reason_to_stop_is_told(engine: Engine, reason: str, words: int) -> None:
    text, end = heard(engine, asking(f"[end {reason}] [after {words}] [say 9]"))

    assert text == "1 2 3"[: 2 * words]
    assert isinstance(end, Ended)
    assert end.stop_reason == reason
