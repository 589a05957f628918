"""What can go wrong before anybody is heard: each is said in time, and as what it is."""

import asyncio
import time

import pytest

from functions import names
from functions.aws.voice.engines.nova import engine_of
from functions.aws.voice.engines.nova.wire import Patience
from functions.domain.refusals import Unavailable
from functions.domain.replies.prompt import Role, Turn
from functions.domain.voice.problems import CannotSpeakError
from functions.domain.voice.rotation import Lives
from functions.domain.voice.said import Failure, Opening
from tests.nova.speaking import RATE, Faster, Speaker
from tests.nova.stage import shared

pytestmark = pytest.mark.timeout(5, func_only=True)

HISTORY = (
    Turn(Role.USER, "What did I say?\n" * 90),
    Turn(Role.ASSISTANT, "\u201cGood morning\u201d \U0001f600. " * 90),
)


def opened(model: str, **opening: object) -> None:
    async def play() -> None:
        engine = shared().engine(model, patience=Patience(opening=0.5))
        stream = await engine.open(Opening(RATE, **opening))  # type: ignore[arg-type]  # any of its fields
        await stream.close()

    asyncio.run(play())


@pytest.mark.parametrize(
    ("exception", "failure"),
    [
        ("AccessDeniedException", Failure.MISCONFIGURED),
        ("ResourceNotFoundException", Failure.MISCONFIGURED),
        ("ValidationException", Failure.REJECTED),
        ("ExpiredTokenException", Failure.UNAVAILABLE),
    ],
)
def test_a_refusal_says_what_it_is(exception: str, failure: Failure) -> None:
    with pytest.raises((CannotSpeakError, Unavailable)) as told:
        opened(f"fake.opening?*:refuse.{exception}@0")

    assert getattr(told.value, "failure", Failure.UNAVAILABLE) is failure


def test_who_is_throttled_may_try_again() -> None:
    with pytest.raises(Unavailable):
        opened("fake.opening?*:refuse.ThrottlingException@0")


def test_a_model_that_does_not_answer_is_not_waited_for() -> None:
    begun = time.monotonic()

    with pytest.raises(Unavailable):
        opened("fake.opening?*:mute@0")

    assert time.monotonic() - begun < 4


def test_without_credentials_it_is_said_at_once(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("AWS_SECRET_ACCESS_KEY")

    with pytest.raises(CannotSpeakError) as told:
        opened("fake.opening")

    assert told.value.failure is Failure.MISCONFIGURED


def test_a_wrong_secret_is_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("AWS_SECRET_ACCESS_KEY", "another")  # pragma: allowlist secret

    with pytest.raises(CannotSpeakError):
        opened("fake.opening")


def test_long_texts_are_cut_and_told_whole() -> None:
    story = "fake.opening-told"

    opened(story, system="Be kind. " * 300, history=HISTORY)

    shared().until(lambda: bool(shared().seen(story, "ended")))
    told = shared().seen(story, "ended")[0]
    assert told["how"] == "in peace"
    assert told["told"] == [["SYSTEM", "Be kind. " * 300], *([t.role.upper(), t.text] for t in HISTORY)]


def test_a_text_that_nobody_has_answered_is_asked() -> None:
    story = "fake.opening-asked"

    async def play() -> None:
        history = (*HISTORY, Turn(Role.USER, "And now?"))
        stream = await shared().engine(story).open(Opening(RATE, history=history))
        speaker = Speaker(stream)
        listening = asyncio.create_task(speaker.listen())
        try:
            await speaker.answered()
        finally:
            await stream.close()
        await listening

    asyncio.run(play())

    assert [each["text"] for each in shared().seen(story, "asked")] == ["And now?"]


def test_who_says_nothing_for_a_minute_is_not_hung_up_on() -> None:
    story = "fake.opening-hush"

    async def play() -> None:
        # 55 s by that clock
        engine = shared().engine(f"{story}?*:hush@1375", clock=Faster(40), lives=Lives())
        stream = await engine.open(Opening(RATE))
        await asyncio.sleep(1.6)
        await stream.close()

    asyncio.run(play())

    assert [each["how"] for each in shared().seen(story, "ended")] == ["in peace"]


def test_the_function_s_variables_make_the_engine() -> None:
    variables = {
        names.VOICE_MODEL: "amazon.nova-2-sonic-v1:0",
        names.VOICE_NAME: "amy",
        "AWS_REGION": "us-east-1",
    }

    engine = engine_of(variables)

    assert engine.model == variables[names.VOICE_MODEL]
