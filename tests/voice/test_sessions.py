"""A voice session from its start to its end, where nothing fails."""

import asyncio

from functions.domain.log.claims import spoken_key, voice_key
from functions.domain.replies.prompt import Role, Turn, Utterance
from functions.domain.voice.channels import Heard, ListenAsked, PlayedUpTo, ReadyAsked
from functions.domain.voice.manner import Manner
from functions.domain.voice.said import Interrupted, Spoke, Transcribed, TurnEnded, Used
from tests.voice.scene import FRAME_BYTES, Scene, frame, scene
from tests.voice.virtual import now


def test_what_is_said_is_heard_and_said_back_until_the_client_ends_it():
    async def play(it: Scene) -> None:
        it.invoke()
        await it.ready()

        await it.speak(range(30))
        it.hang_up(29)
        await it.over()

        assert it.heard == list(range(30))
        assert [each["data"]["seq"] for each in it.posted("voice_audio")] == list(range(30))
        (end,) = it.ends
        assert (end.reason, end.frames, end.lost, end.bytes) == ("client", 30, 0, 30 * FRAME_BYTES)
        (ended,) = it.posted("voice_ended")
        assert (ended["id"], ended["data"]["frames"]) == ("end-1", 30)
        assert it.is_free
        assert not any(it.still_reserved.values())

    scene(play)


def test_half_a_sample_is_not_heard_and_breaks_nothing():
    async def play(it: Scene) -> None:
        it.invoke()
        await it.ready()
        for seq, audio in enumerate([b"\x01", b"abc", b"de"]):
            it.say(Heard("c1", seq, audio))
        it.hang_up(2)
        await it.over()

        assert it.engine.heard == [b"ab", b"de"]
        (end,) = it.ends
        assert (end.reason, end.frames, end.lost, end.bytes) == ("client", 3, 0, 4)

    scene(play)


def test_the_starter_is_told_when_the_engine_listens_and_who_asks_again_once_more():
    async def play(it: Scene) -> None:
        it.join("c2")
        it.invoke()
        await it.ready()

        it.say(ReadyAsked("c2", "start-1"))
        await it.until(lambda: it.posted("voice_ready", "c2"))

        (ready,) = it.posted("voice_ready", "c1")
        assert (ready["id"], ready["data"]) == (
            "start-1",
            {"voiceSessionId": it.session, "sampleRate": 16_000},
        )
        it.hang_up(-1)
        await it.over()

    scene(play)


def test_other_screens_see_the_words_and_hear_only_if_they_ask_to():
    async def play(it: Scene) -> None:
        it.join("c2")
        it.join("c3")
        it.invoke()
        await it.ready()
        it.say(ListenAsked("c3", audio=True, client_id="listen-1"))
        await it.until(lambda: it.posted("voice_ready", "c3"))

        await it.speak(range(5))
        it.engine.streams[0].say_turn(Role.USER, "good morning")
        await it.until(lambda: it.turns)
        it.say(ListenAsked("c3", audio=False))
        await it.speak(range(5, 8))
        it.hang_up(7)
        await it.over()

        assert [len(it.posted("voice_audio", each)) for each in ("c1", "c2", "c3")] == [8, 0, 5]
        for each in ("c1", "c2", "c3"):
            assert [said["data"]["final"] for said in it.posted("voice_transcript", each)] == [False, True]
            assert len(it.posted("voice_ended", each)) == 1

    scene(play)


def test_a_screen_of_another_user_in_the_same_conversation_is_told_nothing():
    async def play(it: Scene) -> None:
        it.join("stranger", "eve")
        it.invoke()
        await it.ready()
        it.say(ListenAsked("stranger", audio=True))

        await it.speak(range(20))
        it.hang_up(19)
        await it.over()

        assert not [to for to, _ in it.callbacks.posts if to == "stranger"]

    scene(play)


def test_turns_of_both_sides_are_kept_once_each_in_order_and_told_as_messages():
    async def play(it: Scene) -> None:
        it.invoke()
        await it.ready()
        stream = it.engine.streams[0]

        stream.say(Transcribed(Role.USER, "what is", final=False))
        stream.say_turn(Role.USER, "What is the time?")
        stream.say(Transcribed(Role.ASSISTANT, "It is", final=True), Spoke(bytes(3_200)))
        stream.say_turn(Role.ASSISTANT, "noon.")
        await it.until(lambda: len(it.turns) == 2)
        it.hang_up(-1)
        await it.over()

        assert it.turns == [("user", "What is the time?"), ("assistant", "It is noon.")]
        assert [arrived.event.fact for arrived in it.delivered] == it.log.facts[1:3]
        ids = [arrived.event.event_id for arrived in it.delivered]
        assert ids == sorted(set(ids))

    scene(play)


def test_a_turn_that_is_broken_into_is_kept_as_far_as_the_client_played_it():
    async def play(it: Scene) -> None:
        it.invoke()
        await it.ready()
        stream = it.engine.streams[0]
        stream.say(
            Transcribed(Role.ASSISTANT, "one two three four", final=True), Spoke(bytes(2 * 16_000 * 4))
        )
        await it.until(lambda: it.posted("voice_audio"))

        stream.say(Interrupted())
        await it.until(lambda: it.posted("voice_interrupted"))
        it.say(PlayedUpTo("c1", 0, 1_900))
        await it.until(lambda: it.turns)

        assert it.turns == [("assistant", "one two")]
        it.hang_up(-1)
        await it.over()

    scene(play)


def test_a_turn_that_is_broken_into_is_kept_by_the_clock_where_the_client_says_nothing():
    async def play(it: Scene) -> None:
        it.invoke()
        await it.ready()
        stream = it.engine.streams[0]
        stream.say(
            Transcribed(Role.ASSISTANT, "one two three four", final=True), Spoke(bytes(2 * 16_000 * 4))
        )
        await asyncio.sleep(2)

        stream.say(Interrupted())
        await it.until(lambda: it.turns)

        assert it.turns == [("assistant", "one two")]
        it.hang_up(-1)
        await it.over()

    scene(play)


def test_audio_that_was_not_posted_when_it_was_broken_into_is_not_posted_any_more():
    async def play(it: Scene) -> None:
        it.invoke()
        await it.ready()
        stream = it.engine.streams[0]
        stream.say(*(Spoke(bytes(19_200)) for _ in range(100)), Interrupted(), TurnEnded(Role.ASSISTANT))
        await it.until(lambda: it.posted("voice_interrupted"))

        assert len(it.posted("voice_audio")) < 10
        it.hang_up(-1)
        await it.over()

    scene(play)


def test_who_comes_back_by_another_connection_goes_on_and_is_answered_there():
    async def play(it: Scene) -> None:
        it.invoke()
        await it.ready()
        await it.speak(range(10))
        it.callbacks.gone.add("c1")
        await asyncio.sleep(6)
        it.join("c2")

        await it.speak(range(10, 20), "c2")
        it.hang_up(19, "c2")
        await it.over()

        assert it.heard == list(range(20))
        assert [each["data"]["seq"] for each in it.posted("voice_audio", "c2")] == list(range(10, 20))
        assert [fact.reason for fact in it.ends] == ["client"]

    scene(play)


def test_who_comes_back_sees_the_words_that_are_said_at_that_moment():
    async def play(it: Scene) -> None:
        it.invoke()
        await it.ready()
        await it.speak(range(5))
        it.join("c2")

        await it.speak(range(5, 6), "c2", seconds=0.01)
        it.engine.streams[0].say_turn(Role.USER, "good morning")
        await it.until(lambda: it.posted("voice_audio", "c2"), seconds=0.5)

        assert [said["data"]["final"] for said in it.posted("voice_transcript", "c2")] == [False, True]
        it.hang_up(5)
        await it.over()

    scene(play)


def test_a_session_holds_its_conversation_for_as_long_as_it_lasts():
    async def play(it: Scene) -> None:
        it.invoke()
        await it.ready()
        for seq in range(300):
            it.say(Heard("c1", seq, frame(seq)))
            await asyncio.sleep(1)
            assert it.log.held[voice_key("chat-1")][1] * 1_000 > now()

        it.hang_up(299)
        await it.over()

        (end,) = it.ends
        day = now() - now() % 86_400_000
        assert abs(end.seconds - 300) <= 2
        assert it.log.reserved[spoken_key("ada", day)] == end.seconds
        assert it.is_free
        assert not any(it.still_reserved.values())

    scene(play, manner=Manner(grace_seconds=10))


def test_the_seconds_of_a_day_may_be_used_up_and_no_more():
    async def play(it: Scene) -> None:
        it.invoke()
        await it.ready()
        talking = asyncio.create_task(it.speak(range(5_000)))
        await it.over(600)
        talking.cancel()

        (end,) = it.ends
        assert end.reason == "limit"
        assert 215 <= end.seconds <= 220
        assert it.is_free

    scene(play, manner=Manner(seconds_per_day=230))


def test_nothing_heard_for_longer_than_the_grace_ends_it():
    async def play(it: Scene) -> None:
        it.invoke()
        await it.ready()
        await it.speak(range(10))
        quiet_since = now()
        await it.over()

        assert [fact.reason for fact in it.ends] == ["closed"]
        assert 10_000 <= now() - quiet_since <= 12_500
        assert it.is_free

    scene(play)


def test_who_listens_to_a_long_answer_need_not_speak():
    async def play(it: Scene) -> None:
        it.invoke()
        await it.ready()
        it.engine.streams[0].say(Spoke(bytes(2 * 16_000 * 20)))
        await asyncio.sleep(25)
        assert not it.ends
        await it.over()
        assert [fact.reason for fact in it.ends] == ["closed"]

    scene(play)


def test_an_engine_is_told_of_the_conversation_before():
    async def play(it: Scene) -> None:
        it.said_before = [
            Utterance("02", Role.ASSISTANT, "Hello."),
            Utterance("01", Role.USER, "Good morning."),
        ]
        it.invoke()
        await it.ready()
        it.hang_up(-1)
        await it.over()

        (opening,) = it.engine.openings
        assert opening.history == (Turn(Role.USER, "Good morning."), Turn(Role.ASSISTANT, "Hello."))
        assert (opening.voice, opening.system) == ("matthew", "Be brief.")

    scene(play, manner=Manner(voice="matthew", system="Be brief."))


def test_what_was_used_is_told_in_the_line_of_the_session():
    async def play(it: Scene) -> None:
        run = it.invoke()
        await it.ready()
        it.engine.streams[0].say(Used(100, 20), Used(30, 4))
        it.hang_up(-1)
        await it.over()

        assert run.task is not None
        became = run.task.result()
        assert (became["input_tokens"], became["output_tokens"]) == (130, 24)
        assert (became["reason"], became["frames"], became["lost"]) == ("client", 0, 0)

    scene(play)
