"""A voice session from its start to its end, where nothing fails."""

from tests.voice.scene import Scene, scene


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
        assert (end.reason, end.frames, end.lost, end.bytes) == ("client", 30, 0, 30 * 3_200)
        (ended,) = it.posted("voice_ended")
        assert (ended["id"], ended["data"]["frames"]) == ("end-1", 30)
        assert it.is_free
        assert not any(it.still_reserved.values())

    scene(play)
