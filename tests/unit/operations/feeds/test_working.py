"""The delivery queue: what waits in it, who works it off, and what becomes of what cannot be done."""

import json
from itertools import repeat
from typing import Any

import msgspec
import pytest

from functions.aws.gateway.callbacks import Posted
from functions.domain.feeds.jobs import MOST_ATTEMPTS, MOST_RECIPIENTS, PoisonError, Push, encode, parse
from functions.domain.log.facts import ConnectionLost
from functions.operations.feeds.posting import Poster
from functions.operations.feeds.working import Pace
from tests.fakes import Waiting
from tests.feeds.queue import MOST_RECEIVED, MemoryQueue
from tests.feeds.scene import Scene
from tests.feeds.service import NOTE, Service

PUSH = {"type": "news", "data": {"text": "hello"}}


@pytest.fixture
def scene() -> Scene:
    scene = Scene()
    scene.deferring = MemoryQueue().deferring
    return scene


@pytest.fixture
def queue(scene: Scene) -> MemoryQueue:
    queue = scene.deferring.queue
    assert isinstance(queue, MemoryQueue)
    return queue


@pytest.fixture
def service(scene: Scene) -> Service:
    return Service(scene)


def seqs(scene: Scene, connection_id: str = "c-1") -> list[int]:
    return [frame["data"]["seq"] for frame in scene.told(connection_id)]


def busy(scene: Scene) -> None:
    scene.callbacks.outcome = Posted.BUSY


def free(scene: Scene) -> None:
    scene.callbacks.outcome = Posted.DELIVERED
    scene.callbacks.posts.clear()


# --- What gets into it -----------------------------------------------------------------------


def test_a_screen_that_is_busy_gets_a_notification_by_the_queue(
    scene: Scene, queue: MemoryQueue, service: Service
) -> None:
    scene.subscribe()
    busy(scene)

    answer = service.send()
    free(scene)
    queue.give_out(scene)

    assert (answer["posted"], answer["queued"], answer["seq"]) == (0, 1, 1)
    [frame] = scene.told()
    assert (frame["data"]["seq"], frame["data"]["kind"], frame["data"]["data"]) == (
        1,
        "notification",
        NOTE["data"],
    )
    assert queue.waiting == []


def test_so_does_one_that_is_too_busy_for_a_text(scene: Scene, queue: MemoryQueue) -> None:
    scene.subscribe()
    busy(scene)

    scene.say("hello")
    free(scene)
    queue.give_out(scene)

    [frame] = scene.told()
    assert (frame["data"]["seq"], frame["data"]["text"]) == (1, "hello")


def test_nothing_that_was_said_waits_in_it(scene: Scene, queue: MemoryQueue) -> None:
    scene.subscribe()
    busy(scene)

    scene.say("what nobody needs to read")

    [(body, delay)] = queue.waiting
    assert "what nobody needs to read" not in body
    assert delay == 5


def test_screens_that_took_it_do_not_wait(scene: Scene, queue: MemoryQueue) -> None:
    scene.subscribe("c-1")
    scene.subscribe("c-2")
    scene.callbacks.outcomes = {"c-2": Posted.BUSY}

    scene.say("hello")

    [(body, _)] = queue.waiting
    assert [each.connection_id for each in parse(body).to] == ["c-2"]


def test_without_a_queue_it_is_left_to_resume(scene: Scene) -> None:
    queue = MemoryQueue()
    queue.is_down = True
    scene.deferring = queue.deferring
    scene.subscribe()
    busy(scene)

    scene.say("hello")

    free(scene)
    scene.frame("resume", {"positions": {"session": {"seq": 0, "id": ""}}})
    assert seqs(scene)[:1] == [1]


def test_what_a_resume_cannot_post_does_not_wait(scene: Scene, queue: MemoryQueue) -> None:
    scene.say("hello")
    busy(scene)

    scene.frame("resume", {"positions": {"session": {"seq": 0, "id": ""}}})

    assert queue.waiting == []


# --- How it is worked off --------------------------------------------------------------------


def test_who_is_still_busy_waits_again_and_longer_each_time(scene: Scene, queue: MemoryQueue) -> None:
    scene.subscribe()
    busy(scene)
    scene.say("hello")

    delays = []
    for _ in range(MOST_ATTEMPTS):
        delays += [delay for _, delay in queue.waiting]
        assert queue.give_out(scene) == {"batchItemFailures": []} or len(delays) == MOST_ATTEMPTS

    assert delays == [5, 10, 20, 40, 80, 120]


def test_who_is_always_busy_is_put_aside(scene: Scene, queue: MemoryQueue) -> None:
    scene.subscribe()
    busy(scene)
    scene.say("hello")

    for _ in range(MOST_ATTEMPTS + MOST_RECEIVED):
        queue.give_out(scene)

    assert queue.waiting == []
    [body] = queue.aside
    assert parse(body).attempt == MOST_ATTEMPTS


def test_those_that_are_free_again_get_it_and_the_others_wait(scene: Scene, queue: MemoryQueue) -> None:
    scene.subscribe("c-1")
    scene.subscribe("c-2")
    busy(scene)
    scene.say("hello")
    free(scene)
    scene.callbacks.outcomes = {"c-2": Posted.BUSY}

    queue.give_out(scene)

    assert seqs(scene, "c-1") == [1]
    [(body, _)] = queue.waiting
    assert [each.connection_id for each in parse(body).to] == ["c-2"]


def test_who_is_gone_is_a_subscriber_no_more(scene: Scene, queue: MemoryQueue) -> None:
    scene.subscribe()
    busy(scene)
    scene.say("hello")
    scene.callbacks.outcome = Posted.GONE

    assert queue.give_out(scene) == {"batchItemFailures": []}

    assert scene.stores.subscribers.of("session#s-1", scene.now) == []
    items = scene.client.scan(TableName=scene.tables.events, ConsistentRead=True)["Items"]
    assert [each["type"]["S"] for each in items if each["type"]["S"] != "TextMessageReceived"] == [
        ConnectionLost.__name__
    ]


def test_poison_is_put_aside_and_holds_up_nothing(
    scene: Scene, queue: MemoryQueue, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level("WARNING", "airium")
    scene.subscribe()
    busy(scene)
    scene.say("hello")
    free(scene)
    queue.waiting.insert(0, ("no job", 0))

    for _ in range(MOST_RECEIVED):
        queue.give_out(scene)

    assert seqs(scene) == [1]
    assert (queue.aside, queue.waiting) == (["no job"], [])
    lines = [vars(each) for each in caplog.records]
    assert {(line["message"], line["queued_id"], line["fault"]) for line in lines} == {
        ("not_worked_off", "0", "server")
    }


def test_a_worker_that_dies_half_way_leaves_the_job_and_what_comes_twice_has_one_number(
    scene: Scene, queue: MemoryQueue
) -> None:
    scene.subscribe("c-1")
    scene.subscribe("c-2")
    busy(scene)
    scene.say("hello")
    free(scene)
    before = list(queue.waiting)
    scene.callbacks.outcomes = {"c-2": MemoryError("killed")}
    with pytest.raises(MemoryError):
        queue.give_out(scene)
    scene.callbacks.outcomes = {}
    queue.waiting = before

    queue.give_out(scene)

    assert {*seqs(scene, "c-1"), *seqs(scene, "c-2")} == {1}
    assert queue.waiting == []


def test_what_there_is_no_time_for_waits_and_counts_as_no_attempt(scene: Scene, queue: MemoryQueue) -> None:
    scene.subscribe("c-1")
    scene.subscribe("c-2")
    busy(scene)
    scene.say("hello")
    free(scene)

    queue.give_out(scene, 60_000, 15_000)

    [(body, _)] = queue.waiting
    [to] = parse(body).to
    assert parse(body).attempt == 1
    assert len(scene.callbacks.posts) == 1
    assert scene.callbacks.posts[0][0] != to.connection_id


def test_what_cannot_be_put_back_is_given_out_again(scene: Scene, queue: MemoryQueue) -> None:
    scene.subscribe()
    busy(scene)
    scene.say("hello")
    before = list(queue.waiting)
    queue.is_down = True

    answer = queue.give_out(scene)

    assert len(answer["batchItemFailures"]) == 1
    assert [body for body, _ in queue.waiting] == [body for body, _ in before]


def test_what_was_erased_meanwhile_is_told_as_its_number(scene: Scene, queue: MemoryQueue) -> None:
    scene.subscribe()
    busy(scene)
    [said] = scene.say("hello")
    free(scene)
    key = {"connection_id": {"S": said.connection_id}, "event_id": {"S": said.event_id}}
    scene.client.delete_item(TableName=scene.tables.events, Key=key)

    queue.give_out(scene)

    [frame] = scene.told()
    assert (frame["data"]["seq"], frame["data"]["kind"]) == (1, "expired")


def test_its_line_says_what_became_of_the_recipients(
    scene: Scene, queue: MemoryQueue, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level("INFO", "airium")
    scene.subscribe("c-1")
    scene.subscribe("c-2")
    busy(scene)
    scene.say("hello")
    scene.callbacks.outcomes = {"c-1": Posted.DELIVERED}
    caplog.clear()

    queue.give_out(scene)

    [line] = [vars(each) for each in caplog.records]
    told = {name: line[name] for name in ("message", "jobs", "delivered", "gone", "failed", "deferred")}
    assert told == {
        "message": "deliver_queued",
        "jobs": 1,
        "delivered": 1,
        "gone": 0,
        "failed": 0,
        "deferred": 1,
    }


# --- Its pace --------------------------------------------------------------------------------


def test_posts_begin_no_closer_together_than_the_pace() -> None:
    waiting = Waiting()
    pace = Pace(0.25, waiting.clock, waiting.pauses.append)

    begun = []
    for _ in range(5):
        pace.wait()
        begun.append(waiting.clock())

    assert begun == [0.0, 0.25, 0.5, 0.75, 1.0]


def test_what_took_long_by_itself_is_not_waited_for() -> None:
    waiting = Waiting()
    pace = Pace(0.25, waiting.clock, waiting.pauses.append)
    pace.wait()
    waiting.pauses.append(1.0)  # a post that took a second

    pace.wait()

    assert waiting.pauses == [1.0]


def test_each_recipient_is_paced(scene: Scene, queue: MemoryQueue) -> None:
    scene.subscribe("c-1")
    scene.subscribe("c-2")
    busy(scene)
    scene.say("hello")
    free(scene)
    waiting = Waiting()

    queue.give_out(scene, pace=Pace(0.5, waiting.clock, waiting.pauses.append))

    assert waiting.pauses == [0.5]


def test_so_is_each_part_of_a_long_message(scene: Scene, queue: MemoryQueue) -> None:
    to = scene.subscribe()
    scene.say("w" * 30_000)
    [pointer] = scene.stores.pointers.from_top("session#s-1", 1)
    queue.deferring.tell("session#s-1", pointer, [to])
    scene.told()
    waiting = Waiting()

    queue.give_out(scene, pace=Pace(0.5, waiting.clock, waiting.pauses.append))

    parts = scene.told()
    assert len(parts) > 1
    assert waiting.pauses == [0.5] * (len(parts) - 1)


def test_so_is_each_request_to_who_is_busy(scene: Scene, queue: MemoryQueue) -> None:
    scene.subscribe()
    busy(scene)
    scene.say("hello")
    scene.callbacks.posts.clear()
    waiting = Waiting()

    queue.give_out(scene, pace=Pace(0.5, waiting.clock, waiting.pauses.append))

    assert len(scene.callbacks.posts) == 3
    assert waiting.pauses == [0.5, 0.5]


# --- Jobs ------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "body",
    [
        "",
        "{}",
        "[]",
        '{"type": "push"}',
        '{"type": "push", "frame": "{}", "to": []}',
        '{"type": "sing", "frame": "{}", "to": []}',
        "[" * 10_000,
        "\ud800",
    ],
    ids=lambda body: repr(body)[:40],
)
def test_what_is_no_job_is_poison(body: str) -> None:
    with pytest.raises(PoisonError):
        parse(body)


def test_the_largest_job_fits_into_a_queue(scene: Scene) -> None:
    largest = msgspec.structs.replace(
        scene.subscribe(),
        connection_id="c" * 128,
        user_id="u" * 128,
        session_id="s" * 128,
    )
    frame = json.dumps({"type": "x", "data": '"' * 14_000})

    body = encode(Push(frame, tuple(repeat(largest, MOST_RECIPIENTS))))

    assert len(body.encode()) < 262_144
    assert parse(body) == Push(frame, tuple(repeat(largest, MOST_RECIPIENTS)))


def test_a_push_is_posted_as_it_is(scene: Scene, queue: MemoryQueue) -> None:
    to = scene.subscribe()
    queue.deferring.push(json.dumps(PUSH).encode(), [to])

    queue.give_out(scene)

    assert scene.told() == [PUSH]


def test_a_poster_pauses_before_anything_waits(scene: Scene) -> None:
    waiting = Waiting()
    scene.subscribe()
    poster = Poster(
        scene.callbacks, scene.stores.subscribers, scene.log, lambda: scene.now, waiting.pauses.append
    )
    busy(scene)

    outcome: Any = poster.try_frame(scene.subscribe(), b"{}")

    assert (outcome, waiting.pauses) == (Posted.BUSY, [0.1, 0.3])
