"""Each fault that a voice session meets: it ends once or goes on, and the conversation is free afterwards."""

import asyncio

import msgspec
import pytest

from functions.aws.gateway.callbacks import Posted
from functions.domain.log.claims import voice_key
from functions.domain.refusals import Unavailable
from functions.domain.replies.prompt import Role
from functions.domain.voice.channels import Heard, OnChannel, Probe
from functions.domain.voice.manner import Manner
from functions.domain.voice.problems import CannotSpeakError
from functions.domain.voice.said import Broken, Failure
from functions.domain.voice.starts import payload_of
from functions.names import CLAIM_RUN
from tests.voice.scene import Run, Scene, scene
from tests.voice.virtual import now


def ended(it: Scene, reason: str) -> None:
    (end,) = it.ends
    assert end.reason == reason
    assert len(it.posted("voice_ended", "c1")) == 1
    assert it.is_free
    assert not any(it.still_reserved.values())


@pytest.mark.parametrize("seconds", [0.001, 0.03, 0.06, 0.09, 0.5, 2.0, 61.0])
def test_a_killed_function_is_ended_by_the_one_that_is_told(seconds):
    async def play(it: Scene) -> None:
        run = it.invoke()
        talking = asyncio.create_task(it.speak(range(1_000)))
        await asyncio.sleep(seconds)
        it.kill(run)
        await it.over()
        talking.cancel()

        ended(it, "failed")

    scene(play)


def test_one_that_is_killed_while_it_ends_has_ended_once():
    async def play(it: Scene) -> None:
        for milliseconds in range(0, 500, 20):
            each = Scene()
            run = each.invoke()
            await each.ready()
            each.hang_up(-1)
            await asyncio.sleep(milliseconds / 1_000)
            each.kill(run)
            await each.over()

            assert len(each.ends) == 1
            assert each.is_free

    scene(play)


def test_a_doubled_start_is_held_once():
    async def play(it: Scene) -> None:
        first, second = it.invoke(), it.invoke()
        await it.ready()
        await it.speak(range(10))
        it.hang_up(9)
        await it.over()

        assert first.task is not None
        assert second.task is not None
        assert {first.task.result()["reason"], second.task.result()["reason"]} == {"client", "held"}
        assert it.heard == list(range(10))
        ended(it, "client")

    scene(play)


def test_a_frame_that_was_sent_again_has_voice_ready_said_again():
    async def play(it: Scene) -> None:
        it.join("c2")
        it.invoke()
        await it.ready()

        asking = msgspec.structs.replace(it.start, asking="c2", asked_at=now())
        it.invoke(payload_of(asking))
        await it.until(lambda: it.posted("voice_ready", "c2"))

        it.hang_up(-1)
        await it.over()
        assert len(it.engine.streams) == 1
        ended(it, "client")

    scene(play)


def test_a_client_that_sends_more_than_can_be_said_has_a_minute_of_it_heard_beyond():
    async def play(it: Scene) -> None:
        it.invoke()
        await it.ready()
        for seq in range(500):  # 375 s of speech in 10 s
            it.say(Heard("c1", seq, bytes([1]) * 24_000))
            await asyncio.sleep(0.02)
        it.hang_up(499)
        await it.over()

        heard_seconds = sum(map(len, it.engine.heard)) / 32_000
        assert 65 <= heard_seconds <= 72
        (run,) = it.runs
        assert run.task is not None
        assert run.task.result()["unheard"] == 500 - len(it.engine.heard)
        ended(it, "client")

    scene(play)


def test_who_asks_again_when_the_first_run_is_long_over_takes_none():
    async def play(it: Scene) -> None:
        it.invoke()
        await it.ready()
        await it.speak(range(200), seconds=8)
        assert not it.ends

        asking = msgspec.structs.replace(it.start, asking="c1", asked_at=now())
        run = it.invoke(payload_of(asking))
        await it.until(lambda: len(it.posted("voice_ready", "c1")) == 2)

        assert run.task is not None
        assert run.task.result() == {"reason": "held"}
        it.hang_up(199)
        await it.over()
        assert it.heard == list(range(200))
        assert len(it.engine.streams) == 3
        ended(it, "client")

    scene(play)


def test_who_asked_again_and_failed_ends_nothing_when_the_first_runs_are_forgotten():
    async def play(it: Scene) -> None:
        it.invoke()
        await it.ready()
        await it.speak(range(20), seconds=8)
        for key in [key for key in it.log.held if key.startswith(CLAIM_RUN)]:
            del it.log.held[key]

        asking = it.invoke(payload_of(msgspec.structs.replace(it.start, asking="c2", asked_at=now())))
        assert it.fail(asking) == {"reason": "anothers"}
        assert not it.ends
        it.hang_up(19)
        await it.over()
        ended(it, "client")

    scene(play)


def test_an_invocation_that_only_asked_again_ends_nothing_when_it_fails():
    async def play(it: Scene) -> None:
        run = it.invoke()
        await it.ready()
        asking = it.invoke(payload_of(msgspec.structs.replace(it.start, asking="c2", asked_at=now())))
        await asyncio.sleep(1)

        assert it.fail(asking) == {"reason": "anothers"}
        assert not it.ends

        assert run.task is not None
        assert not run.task.done()
        it.hang_up(-1)
        await it.over()

    scene(play)


def test_one_that_was_never_run_is_ended_by_the_one_that_is_told():
    async def play(it: Scene) -> None:
        it.fail(Run(payload_of(it.start)))
        ended(it, "failed")

    scene(play)


def test_of_a_session_that_failed_only_its_own_user_is_told():
    async def play(it: Scene) -> None:
        it.join("stranger", "eve")
        it.fail(Run(payload_of(it.start)))

        assert [to for to, _ in it.callbacks.posts] == ["c1"]

    scene(play)


def test_an_invocation_that_comes_too_late_opens_nothing():
    async def play(it: Scene) -> None:
        await asyncio.sleep(20)
        it.invoke()
        await it.over()

        assert not it.engine.streams
        ended(it, "unavailable")

    scene(play)


def test_lost_frames_become_silence_and_are_counted():
    async def play(it: Scene) -> None:
        it.channels.fate = _losing({3, 4, 17})
        it.invoke()
        await it.ready()
        await it.speak(range(20))
        it.hang_up(19)
        await it.over()

        assert it.heard == [0, 1, 2, None, None, *range(5, 17), None, 18, 19]
        assert it.ends[0].lost == 3
        ended(it, "client")

    scene(play)


def _losing(seqs: set[int]):
    return lambda message: [] if isinstance(message, Heard) and message.seq in seqs else [0.01]


def test_doubled_frames_are_heard_once():
    async def play(it: Scene) -> None:
        it.channels.fate = lambda _message: [0.01, 0.03]
        it.invoke()
        await it.ready()
        await it.speak(range(20))
        it.hang_up(19)
        await it.over()

        assert it.heard == list(range(20))
        ended(it, "client")

    scene(play)


def test_frames_in_disorder_are_heard_in_order():
    async def play(it: Scene) -> None:
        it.channels.fate = lambda message: [
            0.01 + (message.seq * 37 % 5) * 0.035 if isinstance(message, Heard) else 0.01
        ]
        it.invoke()
        await it.ready()
        await it.speak(range(50), seconds=0.02)
        it.hang_up(49)
        await it.over()

        assert it.heard == list(range(50))
        assert it.ends[0].lost == 0

    scene(play)


def test_a_lost_probe_is_said_again():
    async def play(it: Scene) -> None:
        probes = 0

        def fate(message: OnChannel) -> list[float]:
            nonlocal probes
            probes += isinstance(message, Probe)
            return [] if isinstance(message, Probe) and probes < 3 else [0.01]

        it.channels.fate = fate
        it.invoke()
        await it.ready()
        it.hang_up(-1)
        await it.over()
        ended(it, "client")

    scene(play)


def test_a_channel_that_acknowledges_and_delivers_nothing_opens_no_session():
    async def play(it: Scene) -> None:
        it.channels.is_deaf = True
        it.invoke()
        await it.over()

        assert not it.posted("voice_ready")
        assert it.engine.streams[0].is_closed
        ended(it, "unavailable")

    scene(play)


def test_a_channel_that_is_away_opens_no_session():
    async def play(it: Scene) -> None:
        it.channels.is_away = True
        it.invoke()
        await it.over()
        ended(it, "unavailable")

    scene(play)


def test_a_channel_that_is_cut_is_subscribed_to_again():
    async def play(it: Scene) -> None:
        it.invoke()
        await it.ready()
        await it.speak(range(10))
        it.channels.cut()
        await it.speak(range(10, 30))
        it.hang_up(29)
        await it.over()

        assert [seq for seq in it.heard if seq is not None] == [*range(10), *range(16, 30)]
        assert it.ends[0].lost == 6
        ended(it, "client")

    scene(play)


def test_a_channel_that_stays_away_ends_it_as_a_failure():
    async def play(it: Scene) -> None:
        it.invoke()
        await it.ready()
        it.channels.is_away = True
        it.channels.cut()
        await it.over()
        ended(it, "failed")

    scene(play)


def test_an_engine_that_is_away_for_a_moment_is_asked_again():
    async def play(it: Scene) -> None:
        it.engine.faults = [Unavailable("503"), Unavailable("503")]
        it.invoke()
        await it.ready()
        it.hang_up(-1)
        await it.over()
        ended(it, "client")

    scene(play)


@pytest.mark.parametrize("fault", [Unavailable("503"), CannotSpeakError(Failure.MISCONFIGURED)])
def test_an_engine_that_does_not_open_opens_no_session(fault):
    async def play(it: Scene) -> None:
        it.engine.faults = [fault] * 3
        it.invoke()
        await it.over()
        ended(it, "unavailable")

    scene(play)


def test_a_voice_that_there_is_not_becomes_the_usual_one():
    async def play(it: Scene) -> None:
        it.engine.faults = [CannotSpeakError(Failure.REJECTED)]
        it.invoke(payload_of(msgspec.structs.replace(it.start, voice="nobodys")))
        await it.ready()
        it.hang_up(-1)
        await it.over()

        assert [opening.voice for opening in it.engine.openings] == ["matthew"]
        ended(it, "client")

    scene(play, manner=Manner(voice="matthew"))


def test_an_engine_that_breaks_ends_it_as_a_failure_and_what_was_said_is_kept():
    async def play(it: Scene) -> None:
        it.invoke()
        await it.ready()
        it.engine.streams[0].say_turn(Role.USER, "hello")
        it.engine.streams[0].say(Broken(Failure.TIMED_OUT))
        await it.over()

        assert it.turns == [("user", "hello")]
        ended(it, "failed")

    scene(play)


def test_a_stream_that_ends_without_a_word_is_a_failure():
    async def play(it: Scene) -> None:
        it.invoke()
        await it.ready()
        it.engine.streams[0].break_off()
        await it.over()
        ended(it, "failed")

    scene(play)


def test_a_fault_of_ours_ends_it_once_and_is_raised():
    async def play(it: Scene) -> None:
        run = it.invoke()
        await it.ready()
        it.engine.streams[0].hearing_fault = ZeroDivisionError()
        await it.speak(range(1))
        await it.over()

        assert run.task is not None
        assert run.task.result() == {"reason": "ZeroDivisionError"}
        (end,) = it.ends
        assert end.reason == "failed"
        assert it.is_free

    scene(play)


def test_a_connection_that_is_gone_is_noted_and_keeps_nobody_waiting():
    async def play(it: Scene) -> None:
        it.join("c2")
        it.invoke()
        await it.ready()
        it.callbacks.gone.add("c1")
        it.callbacks.outcomes["c1"] = Posted.GONE
        await it.speak(range(5))
        it.engine.streams[0].say_turn(Role.USER, "hello")
        await it.until(lambda: it.posted("voice_transcript", "c2"))
        it.join("c3")
        await it.speak(range(5, 10), "c3")
        it.hang_up(9, "c3")
        await it.over()

        assert [type(fact).__name__ for fact in it.log.facts].count("ConnectionLost") == 1
        assert it.posted("voice_audio", "c3")
        assert it.ends[0].reason == "client"

    scene(play)


def test_a_busy_connection_gets_frames_later_or_not_and_delays_nobody():
    async def play(it: Scene) -> None:
        it.join("c2")
        it.callbacks.outcomes["c2"] = Posted.BUSY
        it.invoke()
        await it.ready()
        started_at = now()
        for number in range(10):
            it.engine.streams[0].say_turn(Role.USER, f"line {number}")
        await it.until(lambda: len(it.posted("voice_transcript", "c1")) == 20)

        assert now() - started_at < 500
        it.hang_up(-1)
        await it.over()
        assert len(it.posted("voice_ended", "c1")) == 1

    scene(play)


def test_a_cut_that_is_longer_than_the_grace_ends_it_and_later_frames_are_nobodys():
    async def play(it: Scene) -> None:
        it.invoke()
        await it.ready()
        await it.speak(range(10))
        await asyncio.sleep(15)
        await it.speak(range(10, 20), "c2")
        await it.over()

        assert it.heard == list(range(10))
        ended(it, "closed")

    scene(play)


def test_a_hold_that_somebody_took_over_is_not_given_up_for_them():
    async def play(it: Scene) -> None:
        it.invoke()
        await it.ready()
        it.log.held[voice_key("chat-1")] = ("01K9ZZZZZZZZZZZZZZZZZZZZZZ", now() // 1_000 + 600)
        talking = asyncio.create_task(it.speak(range(5_000)))
        await it.over()
        talking.cancel()

        (end,) = it.ends
        assert end.reason == "failed"
        assert it.log.held[voice_key("chat-1")][0] == "01K9ZZZZZZZZZZZZZZZZZZZZZZ"
        assert not any(it.still_reserved.values())

    scene(play)


def test_a_hold_that_was_given_up_before_does_not_keep_the_end_from_being_written():
    async def play(it: Scene) -> None:
        it.invoke()
        await it.ready()
        del it.log.held[voice_key("chat-1")]
        it.hang_up(-1)
        await it.over()
        ended(it, "client")

    scene(play)


def test_a_renewal_whose_answer_was_lost_is_counted_once():
    async def play(it: Scene) -> None:
        it.claims.after = [None, Unavailable("timeout"), Unavailable("timeout")]
        it.invoke()
        await it.ready()
        await it.speak(range(70), seconds=1)
        it.hang_up(69)
        await it.over()

        ended(it, "client")
        assert sum(it.log.reserved.values()) <= it.ends[0].seconds + 4

    scene(play)


def test_claims_that_stay_away_end_it_before_its_hold_is_over():
    async def play(it: Scene) -> None:
        it.claims.before = [None] + [Unavailable("503")] * 200
        it.invoke()
        await it.ready()
        talking = asyncio.create_task(it.speak(range(5_000)))
        await it.over()
        talking.cancel()

        assert now() < it.start.held_until * 1_000 + 1_000
        ended(it, "failed")

    scene(play)


def test_a_log_that_is_away_for_a_moment_loses_no_turn_and_no_end():
    async def play(it: Scene) -> None:
        it.invoke()
        await it.ready()
        it.log.before = [Unavailable("503"), Unavailable("503")]
        it.engine.streams[0].say_turn(Role.USER, "hello")
        await it.until(lambda: it.turns)
        it.log.after = [Unavailable("timeout")]
        it.hang_up(-1)
        await it.over()

        assert it.turns == [("user", "hello")]
        ended(it, "client")

    scene(play)


def test_a_log_that_stays_away_leaves_the_end_to_the_one_that_is_told():
    async def play(it: Scene) -> None:
        it.invoke()
        await it.ready()
        it.log.before = [Unavailable("503")] * 5
        it.hang_up(-1)
        await it.over()

        (end,) = it.ends
        assert end.reason == "failed"
        assert it.is_free

    scene(play)


def test_of_a_person_who_was_forgotten_nothing_is_appended():
    async def play(it: Scene) -> None:
        it.invoke()
        await it.ready()
        _forget(it)
        it.engine.streams[0].say_turn(Role.USER, "hello")
        await it.over()

        assert it.turns == []
        assert it.ends == []

    scene(play)


def _forget(it: Scene) -> None:
    it.log._items.clear()  # noqa: SLF001 - as nothing in memory forgets


def test_messages_that_nobody_knows_are_passed_over():
    async def play(it: Scene) -> None:
        it.invoke()
        await it.ready()
        it.channels.deliver(it.channel, '{"type": "of a later release"}')
        await it.speak(range(3))
        it.hang_up(2)
        await it.over()
        ended(it, "client")

    scene(play)


def test_lambda_ends_no_session_before_it_has_ended():
    async def play(it: Scene) -> None:
        it.invoke_faults = [Unavailable("503")] * 1_000
        it.invoke()
        await it.ready()
        talking = asyncio.create_task(it.speak(range(9_000)))
        await it.over(1_000)
        talking.cancel()
        ended(it, "handover")

    scene(play, manner=Manner(handover_seconds=100_000))
