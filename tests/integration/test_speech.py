"""Speech on real sockets, with an engine that echoes: what is said, heard, told, kept and ended.

Each invocation that holds a voice session hands it over after five seconds here.
"""

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Final

import pytest

from functions.domain.log.facts import VoiceSessionEnded, VoiceSessionStarted, VoiceTurnTranscribed
from local.stackfile import PROJECT
from tests.contract.speaking import silence, sound
from tests.integration.backend import Backend
from tests.integration.client import Client
from tests.integration.conftest import Connect, connecting, deployed
from tests.integration.speaker import FRAME, Speaker
from tests.integration.waiting import eventually
from tests.voice.espeak import needs_espeak, speech

HANDOVER_SECONDS: Final = 5
SPOKEN: Final = {
    f"{PROJECT}:voice": json.dumps(
        {"enabled": "true", "engine": "echo", "handoverSeconds": HANDOVER_SECONDS, "graceSeconds": 10}
    )
}
PAUSE: Final = silence(0.7)


@pytest.fixture(scope="module")
def spoken(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Backend]:
    with deployed(tmp_path_factory.mktemp("spoken"), SPOKEN) as backend:
        yield backend
        eventually(lambda: not backend.differences())


@pytest.fixture
def connect(spoken: Backend) -> Iterator[Connect]:
    with connecting(spoken) as connect:
        yield connect


@pytest.fixture
def client(connect: Connect, user: str) -> Client:
    return connect(user, f"s-{user}")


@pytest.fixture
def speaker(client: Client) -> Speaker:
    return Speaker(client)


@needs_espeak
def test_what_is_said_is_heard_sample_by_sample_and_kept_in_words(
    spoken: Backend, speaker: Speaker, tmp_path: Path
) -> None:
    said = speech("Hello, who is there?", tmp_path).audio + silence(1.0)
    said = said[: len(said) // FRAME * FRAME]

    session = speaker.start()
    speaker.say(said)
    words = [speaker.until_said("user"), speaker.until_said("assistant")]
    told = speaker.told(2)
    ended = speaker.end()

    heard = speaker.heard
    assert len(heard) > FRAME * 10
    assert heard in said
    assert [message["text"] for message in told] == words
    assert [message["role"] for message in told] == ["user", "assistant"]
    assert ended["frames"] == len(said) // FRAME
    assert ended.get("lost") in {0, None}
    facts = spoken.facts(speaker.client.connection_id)[1:]
    assert facts[0] == VoiceSessionStarted(16_000, "lpcm", None)
    assert {fact for fact in facts if isinstance(fact, VoiceTurnTranscribed)} == {
        VoiceTurnTranscribed(session, "user", words[0]),
        VoiceTurnTranscribed(session, "assistant", words[1]),
    }
    [over] = [fact for fact in facts if isinstance(fact, VoiceSessionEnded)]
    assert (over.frames, over.lost, over.reason) == (len(said) // FRAME, 0, "client")


def test_who_is_cut_goes_on_by_another_connection(
    spoken: Backend, speaker: Speaker, connect: Connect
) -> None:
    client = speaker.client
    session = speaker.start()
    speaker.say(sound(0.5))
    speaker.until("voice_audio", lambda data: data["seq"] == 4)
    client.abort()

    again = Speaker(connect(client.user_id, client.session_id), session, speaker.seq)
    again.say(sound(0.5) + PAUSE)
    again.until_said("assistant")
    ended = again.end()

    assert again.heard.startswith(sound(0.5))
    assert (ended["frames"], ended["reason"]) == (17, "client")
    [over] = [f for f in spoken.facts(client.connection_id) if isinstance(f, VoiceSessionEnded)]
    assert (over.frames, over.lost) == (17, 0)


def test_another_screen_has_the_words_and_the_audio_where_it_asks(speaker: Speaker, connect: Connect) -> None:
    screen = Speaker(connect(speaker.client.user_id, speaker.client.session_id))
    screen.session = speaker.start()

    speaker.say(sound(0.3) + PAUSE)
    words = screen.until_said("assistant")
    assert screen.told(1)
    assert screen.of("voice_audio") == []
    screen.send("voice_listen", "listen", audio=True)
    assert screen.until("voice_ready")["voiceSessionId"] == screen.session
    speaker.say(sound(0.4) + PAUSE)
    screen.until("voice_transcript", lambda data: data["final"] and data["text"] != words)
    screen.until_said("assistant")

    assert screen.heard.startswith(sound(0.4))
    assert speaker.until_said("assistant") == words
    speaker.end()


def test_who_knows_anothers_voice_session_reaches_nobody(speaker: Speaker, connect: Connect) -> None:
    stranger = Speaker(connect(), speaker.start())

    stranger.say(sound(0.3))
    assert stranger.until("error")["code"] == "not_found"
    stranger.send("voice_listen", "listen", audio=True)
    stranger.send("voice_end", "end", lastSeq=2)
    speaker.say(sound(0.5) + PAUSE)
    speaker.until_said("assistant")
    ended = speaker.end()

    assert speaker.heard.startswith(sound(0.5))
    assert ended["frames"] == 12
    assert {frame["type"] for frame in stranger.frames} == {"error"}


def test_every_answer_can_be_asked_for_again(speaker: Speaker) -> None:
    session = speaker.start()
    speaker.ask_to_start()
    assert speaker.until_opened() == session
    speaker.say(sound(0.2))

    ended = speaker.end()
    again = speaker.end()

    assert ended["frames"] == 2
    assert again == ended


def test_one_voice_session_at_a_time_in_a_conversation(speaker: Speaker, connect: Connect) -> None:
    other = Speaker(connect(speaker.client.user_id, speaker.client.session_id))
    session = speaker.start()

    other.ask_to_start(client_id="other")
    refused = other.until("error")
    speaker.end()

    assert (refused["code"], refused["voiceSessionId"]) == ("conflict", session)
    assert other.start(client_id="another") != session
    other.end()


def test_who_breaks_in_is_heard_and_what_was_not_is_not_kept(spoken: Backend, speaker: Speaker) -> None:
    speaker.start("in-turn")
    speaker.say(sound(3.0) + PAUSE)
    whole = speaker.until_said("user")
    speaker.until("voice_audio")

    speaker.say(sound(0.3))
    interrupted = speaker.until("voice_interrupted")
    speaker.send("voice_played", turn=interrupted["turn"], ms=0)
    speaker.say(PAUSE)
    seconds = 0.0
    while round(seconds, 1) < 0.3:  # in two turns where the gateway holds a frame up
        heard = speaker.until("voice_transcript", lambda data: data["final"] and data["role"] == "user")
        assert heard["turn"] > interrupted["turn"]
        seconds += float(heard["text"].partition(" s ")[0])
    speaker.end()

    assert whole.startswith("3.0 s")
    kept = [f.text for f in spoken.facts(speaker.client.connection_id) if isinstance(f, VoiceTurnTranscribed)]
    assert not any("… 3" in text for text in kept)


def test_an_engine_that_cannot_be_opened_ends_the_voice_session(speaker: Speaker) -> None:
    speaker.ask_to_start("unavailable")

    assert speaker.until("voice_ended")["reason"] == "unavailable"
    assert speaker.of("voice_ready") == []


def test_a_voice_that_the_engine_does_not_have_is_the_usual_one(speaker: Speaker) -> None:
    speaker.ask_to_start("rejected")

    assert speaker.until("voice_ready")
    speaker.end()


def test_an_engine_that_breaks_ends_the_voice_session_and_another_may_begin(speaker: Speaker) -> None:
    first = speaker.start("breaks")
    speaker.say(sound())

    assert speaker.until("voice_ended")["reason"] == "failed"
    assert speaker.start(client_id="again") != first
    speaker.seq = 0
    assert speaker.end()["reason"] == "client"


def test_nothing_is_lost_or_doubled_where_a_voice_session_is_handed_over(
    spoken: Backend, speaker: Speaker
) -> None:
    said = b"".join(sound(hertz=200 + 10 * number) for number in range(70)) + PAUSE
    speaker.start()

    speaker.say(said, at_pace=True)
    told = speaker.told(4)
    ended = speaker.end()

    assert speaker.heard.startswith(said[: 70 * FRAME])
    assert [message["role"] for message in told] == ["user", "assistant"] * 2
    assert len({transcript["turn"] for transcript in speaker.of("voice_transcript")}) == 4
    assert ended["frames"] == len(said) // FRAME
    [over] = [f for f in spoken.facts(speaker.client.connection_id) if isinstance(f, VoiceSessionEnded)]
    assert (over.lost, over.reason) == (0, "client")
    assert over.seconds > HANDOVER_SECONDS


def test_what_is_written_and_what_is_spoken_is_one_conversation(spoken: Backend, speaker: Speaker) -> None:
    def is_kept(said: str) -> bool:
        """Tell whether whoever is asked next is told of it; what is shown may be ahead of that."""
        return any(said in str(row) for row in spoken.messages(speaker.client.conversation))

    speaker.client.send({"type": "text_message", "id": "t-1", "data": {"text": "[say 3] [pause 0]"}})
    answer = speaker.until("message", lambda data: data["kind"] == "reply")
    eventually(lambda: is_kept(answer["text"]))
    speaker.start()

    speaker.say(sound(0.3) + PAUSE)
    words = speaker.until_said("assistant")
    speaker.told(2)
    speaker.end()
    eventually(lambda: is_kept(words))
    speaker.client.send({"type": "text_message", "id": "t-2", "data": {"text": "[prompt] [pause 0]"}})
    reply = speaker.until("message", lambda data: data["kind"] == "reply")

    assert words.startswith("You said (after 2 turns): 0.3 s of sound")
    assert f"assistant: {words}" in reply["text"]
