"""The sweeper and texts without an outcome: answered again, and given up at last."""

import json
from collections.abc import Iterator

import msgspec
import pytest

from functions.aws.read_models.connection_items import ConnectionInfo
from functions.aws.read_models.connections import Connections
from functions.domain.feeds.deliveries import Deliver
from functions.domain.feeds.healing import Span, span
from functions.domain.limits import Allowance
from functions.domain.log.facts import ReplyCompleted, ReplyFailed
from functions.domain.refusals import Unavailable
from functions.domain.replies.leasing import MOST_ATTEMPTS, Standing
from functions.domain.replies.reminding import ABANDONED_MILLISECONDS, Next, Unanswered, judge
from functions.domain.times import iso
from functions.domain.tokens import tokens_of
from functions.handlers import sweeper
from functions.operations.replies.reminding import Answers
from tests.fakes import OneByOne
from tests.feeds.hesitant import Clock, Hesitant, Slow
from tests.feeds.scene import START
from tests.replies.scene import BESIDE, Answered, Said, saying
from tests.stage import Requests
from tests.unit.operations.connections.connection_rows import Context, Table

MINUTE = 60_000
TEXT = Unanswered(("c-1", "m"), ("c-1", "o"), START)


class Invoked:
    """Keeps for which texts the responder was invoked, and may fail."""

    def __init__(self) -> None:
        self.asked: list[Deliver] = []
        self.fault: Exception | None = None

    def __call__(self, asked: Deliver) -> None:
        self.asked.append(asked)
        if self.fault:
            raise self.fault


@pytest.fixture
def scene() -> Answered:
    scene = Answered()
    scene.engine = Said(saying("Good."))
    scene.subscribe()
    return scene


@pytest.fixture
def invoked() -> Invoked:
    return Invoked()


def run(
    scene: Answered, invoked: Invoked, table: Connections, context: Clock | Context | None = None
) -> dict[str, int]:
    """Run the sweeper at the scene's time."""
    scene.now = scene.now // 1000 * 1000
    return sweeper.handler(
        {"time": iso(scene.now)},
        context or Context(),
        table,
        scene.log,
        scene.callbacks,
        OneByOne,
        lambda: scene.now,
        scene.stores,
        Answers(scene.leases, invoked, 120),
    )


def test_a_text_that_nobody_has_answered_is_given_to_the_responder(
    scene: Answered, invoked: Invoked, table: Table
) -> None:
    asked = scene.ask("Hello")
    scene.pass_(2 * MINUTE)

    done = run(scene, invoked, table)

    assert (done["reminded"], done["abandoned"]) == (1, 0)
    [text] = invoked.asked
    assert (text.connection_id, text.event_id, text.asking) == (asked.connection_id, asked.event_id, None)
    assert text.invocation == f"sweep#{scene.now}"


def test_what_the_sweeper_asks_for_is_answered(scene: Answered, invoked: Invoked, table: Table) -> None:
    asked = scene.ask("Hello")
    scene.pass_(2 * MINUTE)
    run(scene, invoked, table)

    scene.answer(asked, **msgspec.to_builtins(invoked.asked[0], str_keys=True) | {"clientId": None})

    assert [type(each) for each in scene.outcomes(asked)] == [ReplyCompleted]


def test_a_text_that_has_its_outcome_is_left_alone(scene: Answered, invoked: Invoked, table: Table) -> None:
    scene.answer(scene.ask("Hello"))
    scene.pass_(2 * MINUTE)
    requests = Requests(scene.client)

    done = run(scene, invoked, table)

    assert (invoked.asked, done["reminded"], done["abandoned"]) == ([], 0, 0)
    # both were among what arrived of late: nothing else was asked
    assert "GetItem" not in requests.seen


class Lively(Connections):
    """Connections of which none is stale, and that know how often somebody asked."""

    def __init__(self) -> None:
        super().__init__(None, "connections")
        self.asked = 0

    def stale(self, _idle_seconds: int, _now: int) -> Iterator[tuple[ConnectionInfo, ...]]:
        self.asked += 1
        yield ()


def test_there_is_time_to_remind_and_to_sweep_however_much_there_is_to_heal(
    scene: Answered, invoked: Invoked
) -> None:
    for number in range(60):
        scene.ask("Hello", session_id=f"session {number}")
    scene.pass_(2 * MINUTE)
    clock, connections = Clock(60), Lively()
    scene.stores = msgspec.structs.replace(scene.stores, pointers=Slow(scene.stores.pointers, clock))

    done = run(scene, invoked, connections, clock)

    assert 0 < done["healed"] < 60
    assert (done["reminded"], connections.asked) == (60, 1)
    assert clock.left > 10_000


def test_an_outcome_that_has_just_arrived_is_seen(scene: Answered, invoked: Invoked, table: Table) -> None:
    asked = scene.ask("Hello")
    scene.pass_(2 * MINUTE)
    scene.answer(asked)

    run(scene, invoked, table)

    assert invoked.asked == []


def test_a_text_that_somebody_is_answering_is_left_to_them(
    scene: Answered, invoked: Invoked, table: Table
) -> None:
    asked = scene.ask("Hello")
    scene.pass_(2 * MINUTE)
    scene.leases.take(asked.event_id, "another", scene.now, scene.now + MINUTE)

    run(scene, invoked, table)

    assert invoked.asked == []


def test_a_text_that_nobody_answers_is_given_up_at_last(
    scene: Answered, invoked: Invoked, table: Table
) -> None:
    asked = scene.ask("Hello")
    for _ in range(4):
        scene.pass_(5 * MINUTE)
        run(scene, invoked, table)

    assert len(invoked.asked) == 2
    assert scene.outcomes(asked) == [ReplyFailed(asked.event_id, "abandoned")]
    told = {each["seq"]: each for each in scene.messages()}
    assert (told[1]["kind"], told[2]["kind"], told[2]["reason"]) == ("text", "failed", "abandoned")


def test_a_text_whose_attempts_come_late_is_given_up_all_the_same(
    scene: Answered, invoked: Invoked, table: Table
) -> None:
    """Lambda is busy: it begins each further attempt minutes after the one before."""
    asked = scene.ask("Hello")
    began = scene.now

    def at(minutes: int) -> None:
        scene.now = began + minutes * MINUTE - 1_000

    for minutes in (5, 10):
        at(minutes)
        run(scene, invoked, table)
    for minutes in (13, 19):
        at(minutes)
        scene.leases.take(asked.event_id, "sweep", scene.now, scene.now + 130_000)
    for minutes in (20, 25, 30):
        at(minutes)
        run(scene, invoked, table)

    assert len(invoked.asked) == 2
    assert scene.outcomes(asked) == [ReplyFailed(asked.event_id, "abandoned")]


def test_a_text_has_its_number_before_it_is_given_up(scene: Answered, invoked: Invoked, table: Table) -> None:
    """Its feed cannot be healed in the run that gives it up."""
    scene.ask("Hello")
    scene.pass_(ABANDONED_MILLISECONDS + MINUTE)
    pointers = scene.stores.pointers
    scene.stores = msgspec.structs.replace(scene.stores, pointers=Hesitant(pointers))

    done = run(scene, invoked, table)

    assert (done["healed"], done["abandoned"]) == (0, 1)
    assert [(each["seq"], each["kind"]) for each in scene.messages()] == [(1, "text"), (2, "failed")]


def test_a_text_that_is_given_up_is_in_flight_no_more(
    scene: Answered, invoked: Invoked, table: Table
) -> None:
    scene.say_to("Hello", Allowance(2, 10_000, BESIDE))
    before = scene.reserved()
    for _ in range(4):
        scene.pass_(5 * MINUTE)
        run(scene, invoked, table)

    assert before == {"inflight": 1, "tokens": BESIDE + tokens_of("Hello")}
    assert scene.reserved() == {**before, "inflight": 0}


def test_a_text_that_was_tried_as_often_as_it_may_be_is_given_up(
    scene: Answered, invoked: Invoked, table: Table
) -> None:
    asked = scene.ask("Hello")
    for _ in range(MOST_ATTEMPTS):
        scene.leases.take(asked.event_id, "r-1", scene.now, scene.now + 1)
    scene.pass_(2 * MINUTE)

    assert run(scene, invoked, table)["abandoned"] == 1

    assert scene.outcomes(asked) == [ReplyFailed(asked.event_id, "abandoned")]


def test_a_run_that_is_repeated_gives_up_once(scene: Answered, invoked: Invoked, table: Table) -> None:
    asked = scene.ask("Hello")
    scene.pass_(ABANDONED_MILLISECONDS + MINUTE)

    first, second = run(scene, invoked, table), run(scene, invoked, table)

    assert (first["abandoned"], second["abandoned"]) == (1, 0)
    assert len(scene.outcomes(asked)) == 1


def test_what_cannot_be_invoked_is_left_to_the_next_run(
    scene: Answered, invoked: Invoked, table: Table, caplog: pytest.LogCaptureFixture
) -> None:
    scene.ask("One")
    scene.ask("Two")
    scene.pass_(2 * MINUTE)
    invoked.fault = Unavailable("503 of Invoke")

    done = run(scene, invoked, table)

    assert (len(invoked.asked), done["reminded"]) == (2, 0)
    lines = [vars(each) for each in caplog.records if each.message == "not_reminded"]
    assert [line["problem"] for line in lines] == ["503 of Invoke"] * 2
    assert "One" not in json.dumps([str(line) for line in lines])


@pytest.mark.parametrize(
    ("standing", "age", "what"),
    [
        (None, 0, Next.ASK),
        (None, ABANDONED_MILLISECONDS - 1, Next.ASK),
        (None, ABANDONED_MILLISECONDS, Next.ABANDON),
        (Standing("r", 1, START + 10**9), ABANDONED_MILLISECONDS, Next.WAIT),
        (Standing("r", 1, START), MINUTE, Next.ASK),
        (Standing("r", MOST_ATTEMPTS, START), MINUTE, Next.ABANDON),
        (Standing("r", MOST_ATTEMPTS, START + 10**9), MINUTE, Next.WAIT),
    ],
)
def test_what_is_done_about_a_text_follows_from_who_answers_it_and_its_age(
    standing: Standing | None, age: int, what: Next
) -> None:
    assert judge(TEXT, standing, START + age) is what


def test_a_text_is_seen_until_whatever_was_begun_for_it_is_over() -> None:
    """Asked for at the very end of a run's quarter of an hour, it ends before the next run but one."""
    assert span(START, 5, 120) == Span(START - (15 + 10 + 2 + 5) * MINUTE, START - MINUTE)
    assert span(START, 5) == Span(START - 15 * MINUTE, START - MINUTE)
