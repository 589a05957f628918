"""A session that outlives its function: the next one goes on where it was, unheard."""

import asyncio

import pytest

from functions.domain.refusals import Unavailable
from functions.domain.replies.prompt import Role, Turn, Utterance
from functions.domain.voice.channels import (
    EndAsked,
    Granted,
    Heard,
    ListenAsked,
    OnChannel,
    Over,
    ReadyAsked,
    Released,
    Taken,
    encode,
)
from functions.domain.voice.manner import Manner
from functions.domain.voice.problems import CannotSpeakError
from functions.domain.voice.said import Failure, Interrupted, Said, Spoke, Transcribed, TurnEnded
from tests.voice.scene import Scene, scene

SOON = Manner(grace_seconds=10, handover_seconds=5)
FRAMES = 200


def whole(it: Scene, frames: int = FRAMES) -> None:
    """Hold that all was heard once, in order, and said back in numbers that go on."""
    assert it.heard == list(range(frames))
    numbers = [each["data"]["seq"] for each in it.posted("voice_audio", "c1")]
    assert numbers == list(range(frames))
    (end,) = it.ends
    assert (end.reason, end.frames, end.lost, end.bytes) == ("client", frames, 0, frames * 3_200)
    assert len(it.posted("voice_ended", "c1")) == 1
    assert len(it.posted("voice_ready", "c1")) == 1
    assert it.is_free
    assert not any(it.still_reserved.values())


async def spoken(it: Scene, frames: int = FRAMES, seconds: float = 0.1) -> None:
    it.invoke()
    await it.ready()
    await it.speak(range(frames), seconds=seconds)
    it.hang_up(frames - 1)
    await it.over()


def test_in_the_midst_of_speech_nothing_is_lost_doubled_or_out_of_order():
    async def play(it: Scene) -> None:
        await spoken(it)

        whole(it)
        assert len(it.runs) >= 4
        reasons = [run.task.result()["reason"] for run in it.runs if run.task is not None]
        assert reasons == ["handed_over"] * (len(reasons) - 1) + ["client"]

    scene(play, manner=SOON)


@pytest.mark.parametrize("kind", [Taken, Granted, Released])
def test_a_message_of_it_that_is_lost_is_said_again(kind: type[Taken | Granted | Released]):
    async def play(it: Scene) -> None:
        lost: set[int] = set()

        def fate(message: OnChannel) -> list[float]:
            if isinstance(message, kind) and message.generation not in lost:
                lost.add(message.generation)
                return []
            return [0.01]

        it.channels.fate = fate
        await spoken(it)

        whole(it)
        assert len(lost) >= 3

    scene(play, manner=SOON)


def test_messages_of_it_that_are_doubled_and_late_change_nothing():
    async def play(it: Scene) -> None:
        it.channels.fate = lambda message: [0.01] if isinstance(message, Heard) else [0.3, 0.01, 1.2]
        await spoken(it)
        assert it.heard == list(range(FRAMES))
        assert len(it.ends) == 1

    scene(play, manner=SOON)


def test_frames_in_disorder_are_heard_in_order_across_it():
    async def play(it: Scene) -> None:
        it.channels.fate = lambda message: [
            0.01 + (message.seq * 37 % 5) * 0.035 if isinstance(message, Heard) else 0.01
        ]
        await spoken(it, 600, 0.02)
        whole(it, 600)

    scene(play, manner=SOON)


def test_who_listens_and_who_spoke_last_is_known_after_it():
    async def play(it: Scene) -> None:
        it.join("c2")
        it.join("c3")
        it.invoke()
        await it.ready()
        it.say(ListenAsked("c3", audio=True))
        await it.speak(range(10), "c2")
        await it.until(lambda: len(it.engine.streams) == 2)
        await asyncio.sleep(1)

        it.engine.streams[1].say(Spoke(b"later"))
        await it.until(lambda: len(it.posted("voice_audio", "c3")) == 11)

        assert len(it.posted("voice_audio", "c2")) == 11
        it.hang_up(9)
        await it.over()

    scene(play, manner=SOON)


def test_turns_are_numbered_on_and_one_that_is_open_is_kept():
    async def play(it: Scene) -> None:
        it.invoke()
        await it.ready()
        it.engine.streams[0].say_turn(Role.USER, "one")
        it.engine.streams[0].say(Transcribed(Role.USER, "two", final=True))
        talking = asyncio.create_task(it.speak(range(100)))
        await it.until(lambda: len(it.engine.streams) == 2)
        await asyncio.sleep(1)
        it.engine.streams[1].say_turn(Role.USER, "three")
        await talking
        it.hang_up(99)
        await it.over()

        assert it.turns == [("user", "one"), ("user", "two"), ("user", "three")]
        turns = [each["data"]["turn"] for each in it.posted("voice_transcript") if each["data"]["final"]]
        assert turns == sorted(set(turns))

    scene(play, manner=SOON)


@pytest.mark.parametrize("milliseconds", range(4_800, 6_400, 40))
def test_a_client_that_ends_it_meanwhile_ends_it_once(milliseconds: int):
    async def play(it: Scene) -> None:
        it.invoke()
        await it.ready()
        talking = asyncio.create_task(it.speak(range(1_000)))
        await asyncio.sleep(milliseconds / 1_000)
        talking.cancel()
        last = max(each.seq for each in it.channels.published if isinstance(each, Heard))
        it.hang_up(last)
        await it.over()

        (end,) = it.ends
        assert (end.reason, end.frames, end.lost) == ("client", last + 1, 0)
        assert it.heard == list(range(last + 1))
        assert len(it.posted("voice_ended", "c1")) == 1
        assert it.is_free

    scene(play, manner=SOON)


def test_the_next_engine_is_not_asked_again_what_the_older_one_is_answering():
    async def play(it: Scene) -> None:
        it.said_before = [Utterance("t1", Role.USER, "And now?")]
        it.invoke()
        await it.ready()
        await it.speak(range(60))
        it.hang_up(59)
        await it.over()

        first, second, *_ = it.engine.openings
        assert (first.goes_on, second.goes_on) == (False, True)
        assert second.history == (Turn(Role.USER, "And now?"),)

    scene(play, manner=SOON)


def test_who_listens_to_a_long_answer_of_the_older_one_need_not_speak():
    async def play(it: Scene) -> None:
        it.invoke()
        await it.ready()
        await it.speak(range(10))
        it.engine.streams[0].say(Spoke(bytes(2 * 16_000 * 40)))
        await asyncio.sleep(30)
        assert len(it.runs) > 2
        assert not it.ends

        await it.over()
        assert [fact.reason for fact in it.ends] == ["closed"]

    scene(play, manner=Manner(grace_seconds=10, handover_seconds=12))


@pytest.mark.parametrize("generation", [2, 3])
@pytest.mark.parametrize("broken_into", [Transcribed(Role.USER, "stop", final=False), Interrupted()])
def test_who_speaks_while_an_answer_of_the_older_one_is_played_breaks_into_it(
    generation: int, broken_into: Said
):
    async def play(it: Scene) -> None:
        it.invoke()
        await it.ready()
        it.engine.streams[0].say_turn(Role.USER, "Go on.")
        it.engine.streams[0].say(*[Spoke(bytes(2 * 16_000))] * 60)
        await it.until(lambda: [run.task.done() for run in it.runs if run.task].count(True) == generation - 1)

        it.engine.streams[-1].say(broken_into, broken_into)
        await it.until(lambda: it.posted("voice_interrupted"))
        it.engine.streams[-1].say(Interrupted())
        it.hang_up(-1)
        await it.over()

        (told,) = it.posted("voice_interrupted")
        assert told["data"]["turn"] == 1
        # two pieces a second: what it began with is played by now, and what it ends with is not
        assert 10 < told["data"]["fromSeq"] < 60

    scene(play, manner=Manner(grace_seconds=10, handover_seconds=12), echoes=False)


def test_who_has_heard_a_long_answer_to_its_end_may_think_of_the_next_words_after_it():
    async def play(it: Scene) -> None:
        it.invoke()
        await it.ready()
        it.engine.streams[0].say(Spoke(bytes(2 * 16_000 * 11)))
        await asyncio.sleep(20)
        assert len(it.runs) == 2
        assert not it.ends

        await it.over()
        assert [fact.reason for fact in it.ends] == ["closed"]

    scene(play, manner=Manner(grace_seconds=10, handover_seconds=13), echoes=False)


def test_who_speaks_after_all_was_played_breaks_into_nothing():
    async def play(it: Scene) -> None:
        it.invoke()
        await it.ready()
        it.engine.streams[0].say(Spoke(bytes(2 * 16_000 * 6)))
        await it.until(lambda: len(it.runs) == 2 and it.runs[0].task is not None and it.runs[0].task.done())

        it.engine.streams[1].say_turn(Role.USER, "And now?")
        it.hang_up(-1)
        await it.over()

        assert it.turns == [("user", "And now?")]
        assert not it.posted("voice_interrupted")

    scene(play, manner=SOON, echoes=False)


def test_the_last_words_of_the_older_ones_engine_are_turns_of_its_own():
    async def play(it: Scene) -> None:
        it.invoke()
        await it.ready()
        it.engine.streams[0].say(Transcribed(Role.USER, "good", final=False))
        good_morning = Transcribed(Role.USER, "good morning", final=True)
        it.engine.streams[0].last_words = (good_morning, TurnEnded(Role.USER))

        await it.speak(range(100))
        it.engine.streams[1].say_turn(Role.USER, "good evening")
        await it.until(lambda: len(it.turns) == 2)
        it.hang_up(99)
        await it.over()

        assert it.turns == [("user", "good morning"), ("user", "good evening")]
        final = [each["data"] for each in it.posted("voice_transcript", "c1") if each["data"]["final"]]
        assert len({each["turn"] for each in final}) == 2
        shown = it.posted("voice_transcript", "c1")
        assert shown[0]["data"]["turn"] == final[0]["turn"]

    scene(play, manner=SOON)


def test_an_end_that_only_the_older_one_heard_is_handed_on():
    async def play(it: Scene) -> None:
        it.invoke()
        await it.ready()
        talking = asyncio.create_task(it.speak(range(1_000)))
        await it.until(lambda: any(isinstance(each, Granted) for each in it.channels.published))
        talking.cancel()
        last = max(each.seq for each in it.channels.published if isinstance(each, Heard))
        it.channels.deliver(it.channel, encode(EndAsked("c1", last, "end-1")).decode(), most=1)
        await it.over()

        (end,) = it.ends
        assert end.reason == "client"
        assert len(it.posted("voice_ended", "c1")) == 1

    scene(play, manner=SOON)


def test_a_next_one_that_does_not_come_ends_it():
    async def play(it: Scene) -> None:
        it.invoke_faults = [Unavailable("503")] * 100
        it.invoke()
        talking = asyncio.create_task(it.speak(range(1_000)))
        await it.over()
        talking.cancel()

        (end,) = it.ends
        assert end.reason == "handover"
        assert it.is_free

    scene(play, manner=SOON)


def test_an_invocation_that_is_refused_for_a_moment_is_asked_for_again():
    async def play(it: Scene) -> None:
        it.invoke_faults = [Unavailable("503")] * 3
        await spoken(it)
        whole(it)

    scene(play, manner=SOON)


@pytest.mark.parametrize("seconds", [0.0, 0.03, 0.08, 0.12, 0.3, 0.6])
def test_a_next_one_that_is_killed_ends_it_once(seconds: float):
    async def play(it: Scene) -> None:
        it.invoke()
        talking = asyncio.create_task(it.speak(range(1_000)))
        await it.until(lambda: len(it.runs) == 2)
        await asyncio.sleep(seconds)
        it.kill(it.runs[1])
        await it.over()
        talking.cancel()

        assert len(it.ends) == 1
        assert it.ends[0].reason in {"failed", "handover"}
        assert it.is_free

    scene(play, manner=SOON)


def test_an_older_one_that_is_killed_after_the_next_one_could_not_open_leaves_an_end():
    async def play(it: Scene) -> None:
        run = it.invoke()
        await it.ready()
        it.engine.faults = [CannotSpeakError(Failure.MISCONFIGURED, "no such model")]
        await it.until(lambda: len(it.runs) == 2)
        await asyncio.sleep(3)
        it.kill(run)
        await it.over()

        (end,) = it.ends
        assert end.reason == "handover"
        assert len(it.posted("voice_ended", "c1")) == 1
        assert it.is_free
        assert not any(it.still_reserved.values())

    scene(play, manner=SOON)


def test_the_older_one_does_not_hold_again_what_was_freed_when_the_next_one_was_killed():
    async def play(it: Scene) -> None:
        it.channels.fate = lambda message: [] if isinstance(message, Taken) else [0.01]
        it.invoke()
        await it.ready()
        talking = asyncio.create_task(it.speak(range(700)))
        await it.until(lambda: len(it.runs) == 2)
        await asyncio.sleep(0.5)
        it.kill(it.runs[1])
        await it.over()  # the minute has ended meanwhile, and the hold would have been prolonged
        talking.cancel()

        (end,) = it.ends
        assert end.reason == "failed"
        assert it.is_free
        assert not any(it.still_reserved.values())

    scene(play, manner=Manner(grace_seconds=10, handover_seconds=30))


@pytest.mark.parametrize("seconds", [0.0, 0.03, 0.08, 0.12, 0.3, 0.6])
def test_an_older_one_that_is_killed_ends_it_once(seconds: float):
    async def play(it: Scene) -> None:
        it.invoke()
        talking = asyncio.create_task(it.speak(range(1_000)))
        await it.until(lambda: len(it.runs) == 2)
        await asyncio.sleep(seconds)
        it.kill(it.runs[0])
        await asyncio.sleep(60)
        talking.cancel()
        await it.over()

        assert len(it.ends) == 1
        assert it.is_free

    scene(play, manner=SOON)


def test_who_asks_whether_it_listens_meanwhile_is_told_once():
    async def play(it: Scene) -> None:
        it.join("c2")
        it.invoke()
        await it.ready()
        await it.until(lambda: any(isinstance(each, Taken) for each in it.channels.published))
        it.say(ReadyAsked("c2", "start-1"))
        await asyncio.sleep(2)
        it.hang_up(-1)
        await it.over()

        assert len(it.posted("voice_ready", "c2")) == 1

    scene(play, manner=SOON)


def test_it_goes_on_for_an_hour_on_one_hold():
    async def play(it: Scene) -> None:
        await spoken(it, 1_200, 1.0)
        whole(it, 1_200)
        assert len(it.runs) == 2

    scene(play, manner=Manner(grace_seconds=10, handover_seconds=780))


def test_one_that_ended_while_it_was_to_be_handed_over_says_so():
    async def play(it: Scene) -> None:
        it.invoke()
        await it.ready()
        await it.until(lambda: len(it.runs) == 2)
        it.hang_up(-1)
        await it.over()

        assert any(isinstance(each, Over) for each in it.channels.published)
        assert {run.task.result()["reason"] for run in it.runs if run.task} == {"client", "over"}

    scene(play, manner=SOON)
