"""What the log makes of DynamoDB's faults."""

from collections.abc import Callable

import pytest
from botocore.exceptions import ClientError, ConnectTimeoutError, ReadTimeoutError

from functions.aws.log.event_log import ClaimRefusedError, EventLog
from functions.aws.log.patience import Patience
from functions.domain.log.claims import Take
from functions.domain.log.events import Event
from functions.domain.refusals import Contended, Fault, Unavailable
from tests.fakes import Waiting
from tests.unit.aws.dynamodb import (
    CONFLICT,
    NOTHING,
    RELEASE,
    TAKE,
    TEXT,
    Client,
    cancelled,
    failed,
    failure,
    log,
)


def test_a_transaction_conflict_is_tried_again() -> None:
    conflict = cancelled({"Code": "TransactionConflict"}, NOTHING)
    client = Client(conflict, conflict, {})

    assert log(client).append(TEXT, (TAKE,)) is True

    assert len(client.calls) == 3
    assert client.calls[0] == client.calls[2]


def test_a_conflict_that_lasts_is_unavailable_before_three_seconds_are_over() -> None:
    waiting = Waiting()
    conflict = cancelled(NOTHING, {"Code": "TransactionConflict"})
    client = Client(*[conflict] * 99)

    with pytest.raises(Contended) as caught:
        log(client, waiting).append(TEXT, (TAKE,))

    assert waiting.pauses == [0.1, 0.2, 0.4, 0.8, 0.8]
    assert len(client.calls) == 6
    assert all(call == client.calls[0] for call in client.calls)
    assert caught.value.fault is Fault.CLIENT
    assert caught.value.problem == "TransactionConflict of TransactWriteItems"


def test_the_time_that_an_attempt_takes_counts_too() -> None:
    waiting = Waiting()
    conflict = cancelled(NOTHING, {"Code": "TransactionConflict"})
    client = Client(*[conflict] * 99)
    slow = Patience(clock=lambda: waiting.clock() + len(client.calls), sleep=waiting.pauses.append, draw=max)

    with pytest.raises(Unavailable):
        EventLog(client, "events", "claims", patience=slow).append(TEXT, (TAKE,))

    assert len(client.calls) == 3


def test_a_pause_may_be_short_and_is_drawn_anew_each_time() -> None:
    waiting, asked = Waiting(), list[tuple[float, float]]()

    def draw(least: float, most: float) -> float:
        asked.append((least, most))
        return most / 4

    patience = Patience(clock=waiting.clock, sleep=waiting.pauses.append, draw=draw)
    paused = list(patience.pauses())

    assert asked[:5] == [(0, 0.1), (0, 0.2), (0, 0.4), (0, 0.8), (0, 0.8)]
    assert paused == waiting.pauses
    assert sum(paused) <= patience.seconds < sum(paused) + 0.2


HELD_BY_A_TRANSACTION = failure("TransactionConflictException")
CONFLICTING = cancelled(NOTHING, CONFLICT)


def test_a_single_put_waits_until_no_transaction_holds_its_item() -> None:
    waiting, client = Waiting(), Client(HELD_BY_A_TRANSACTION, HELD_BY_A_TRANSACTION, {})

    assert log(client, waiting).append(TEXT) is True

    assert client.calls == [client.calls[0]] * 3
    assert waiting.pauses == [0.1, 0.2]


def test_an_opening_that_is_still_under_way_is_waited_for_and_told() -> None:
    opened = failure("ConditionalCheckFailedException")
    opened.response["Item"] = {"type": {"S": "ConnectionOpened"}}  # type: ignore[typeddict-unknown-key]  # of this error
    client = Client(HELD_BY_A_TRANSACTION, opened)

    assert log(client).append_exclusive(TEXT) == "ConnectionOpened"

    assert client.calls == [client.calls[0]] * 2


@pytest.mark.parametrize("append", [EventLog.append, EventLog.append_exclusive])
def test_a_put_whose_item_stays_held_is_unavailable_before_three_seconds_are_over(
    append: Callable[[EventLog, Event], object],
) -> None:
    waiting, client = Waiting(), Client(*[HELD_BY_A_TRANSACTION] * 99)

    with pytest.raises(Contended):
        append(log(client, waiting), TEXT)

    assert waiting.pauses == [0.1, 0.2, 0.4, 0.8, 0.8]


def test_appends_that_share_a_deadline_begin_no_attempt_after_it() -> None:
    waiting, client = Waiting(), Client(*[CONFLICTING] * 4, {})
    shared = log(client, waiting)
    deadline = shared.deadline()
    shared.append(TEXT, (TAKE,), deadline=deadline)
    waiting.pauses.append(1.501)

    with pytest.raises(Unavailable, match="Try again"):
        shared.append(TEXT, deadline=deadline)

    assert waiting.pauses == [0.1, 0.2, 0.4, 0.8, 1.501]
    assert len(client.calls) == 5


def test_a_put_that_fails_otherwise_is_left_to_the_client_to_repeat() -> None:
    client = Client(failure("ThrottlingException"))

    with pytest.raises(Unavailable):
        log(client).append(TEXT)

    assert len(client.calls) == 1


def test_a_claim_that_is_refused_after_a_conflict_is_refused() -> None:
    client = Client(cancelled(NOTHING, {"Code": "TransactionConflict"}), cancelled(NOTHING, failed("theirs")))

    with pytest.raises(ClaimRefusedError) as caught:
        log(client).append(TEXT, (TAKE,))

    assert caught.value.standing == {TAKE.key: "theirs"}


def test_what_was_written_although_its_answer_was_lost_is_found_after_a_conflict() -> None:
    client = Client(cancelled({"Code": "TransactionConflict"}, NOTHING), cancelled(failed(), failed("mine")))

    assert log(client).append(TEXT, (TAKE,)) is False


def test_what_does_not_pass_is_not_tried_again() -> None:
    client = Client(cancelled({"Code": "TransactionConflict"}, {"Code": "ValidationError"}))

    with pytest.raises(ClientError):
        log(client).append(TEXT, (TAKE,))

    assert len(client.calls) == 1


def test_a_refusal_that_stays_undecided_is_unavailable() -> None:
    client = Client(*[cancelled(NOTHING, failed("theirs"), CONFLICT)] * 99)

    with pytest.raises(Unavailable):
        log(client).append(TEXT, (TAKE, RELEASE))

    assert len(client.calls) == 6


@pytest.mark.parametrize(
    "fault",
    [
        failure("ProvisionedThroughputExceededException"),
        failure("ThrottlingException"),
        failure("RequestLimitExceeded"),
        failure("InternalServerError", 500),
        failure("Whatever", 500),
        failure("ServiceUnavailable", 503),
        failure("TransactionInProgressException"),
        cancelled({"Code": "ThrottlingError"}, NOTHING),
        cancelled({"Code": "ThrottlingError"}, {"Code": "TransactionConflict"}),
        ConnectTimeoutError(endpoint_url="secret"),
        ReadTimeoutError(endpoint_url="secret"),
    ],
)
@pytest.mark.parametrize("claims", [(), (TAKE,)])
def test_what_passes_is_unavailable_and_tells_nothing(fault: BaseException, claims: tuple[Take, ...]) -> None:
    client = Client(*[fault] * 9)

    with pytest.raises(Unavailable) as caught:
        log(client).append(TEXT, claims)

    assert caught.value.fault is Fault.SERVER
    assert caught.value.retry_after == 1
    assert "secret" not in f"{caught.value} {caught.value.message} {caught.value.problem}"


@pytest.mark.parametrize(
    "fault",
    [
        failure("ValidationException"),
        failure("ResourceNotFoundException"),
        failure("AccessDeniedException"),
        cancelled({"Code": "ValidationError"}, NOTHING),
        cancelled({"Code": "TransactionConflict"}, {"Code": "ItemCollectionSizeLimitExceeded"}),
    ],
)
@pytest.mark.parametrize("claims", [(), (TAKE,)])
def test_what_does_not_pass_is_raised(fault: ClientError, claims: tuple[Take, ...]) -> None:
    with pytest.raises(ClientError):
        log(Client(*[fault] * 3)).append(TEXT, claims)


def test_a_refusal_is_not_told_while_another_transaction_is_at_the_event() -> None:
    """It may be this very request's first attempt, whose answer was lost: then its claims are its own."""
    client = Client(cancelled(CONFLICT, failed("mine")), cancelled(failed(), failed("mine")))

    assert log(client).append(TEXT, (TAKE,)) is False


def test_a_throttled_read_is_unavailable() -> None:
    with pytest.raises(Unavailable):
        list(log(Client(failure("ThrottlingException"))).items("c-1"))
