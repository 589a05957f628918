"""What the doctor makes of what AWS answers, and of tables as they are."""

from collections.abc import Callable
from email.utils import formatdate
from typing import Any

import msgspec
import pytest
from botocore.exceptions import ClientError, EndpointConnectionError

from functions.aws.log.event_log import EventLog
from functions.domain.log.facts import ConnectionOpened, TextMessageReceived
from ops.audit.meter import ServiceClock
from ops.deployment import Deployment, Outputs
from ops.doctor.alarms import alarms
from ops.doctor.archive import archive
from ops.doctor.caller import identity, permissions
from ops.doctor.delay import delay
from ops.doctor.entry import entry
from ops.doctor.findings import Finding, Verdict, look
from ops.doctor.projection import failures, mapping, projected, swept
from ops.doctor.stack import Patient
from ops.doctor.tables import tables
from tests.gateway_events import CONNECTED_AT
from tests.ops.connections.functions import functions
from tests.stage import Stage, happened, notified

ACCOUNT = "123456789012"
HOUR = 3_600_000
OUTPUTS = Outputs(
    events_table="airium-websocket-events",
    claims_table="airium-websocket-claims",
    connections_table="airium-websocket-connections",
    messages_table="airium-websocket-messages",
    sessions_table="airium-websocket-sessions",
    metrics_table="airium-websocket-metrics",
    projector_failure_queue=f"https://sqs.us-east-1.amazonaws.com/{ACCOUNT}/airium-websocket-projector-failures",
    sweeper_failure_queue=f"https://sqs.us-east-1.amazonaws.com/{ACCOUNT}/airium-websocket-sweeper-failures",
    connection_manager_function="airium-websocket-connection-manager",
    projector_function="airium-websocket-projector",
    projector_mapping="uuid",
    region="us-east-1",
    retention_days=90,
    projector_timeout_seconds=60,
)


class Service:
    """A client that answers each operation as a test says: by a value, an exception, or a function."""

    def __init__(self, **answers: Any) -> None:
        self._answers = answers

    def __getattr__(self, operation: str) -> Callable[..., Any]:
        answer = self._answers[operation]

        def answered(**arguments: Any) -> Any:
            if isinstance(answer, Exception):
                raise answer
            return answer(**arguments) if callable(answer) else answer

        return answered

    def get_paginator(self, operation: str) -> Any:
        """Return the answer as the one page that there is."""
        return Service(paginate=lambda **arguments: [getattr(self, operation)(**arguments)])


def patient(**services: Service) -> Patient:
    return Patient(Deployment(OUTPUTS), dict(services))


def denied(action: str = "sqs:GetQueueAttributes") -> ClientError:
    said = f"User: arn:aws:iam::1:user/olga is not authorized to perform: {action} on resource: arn:aws:x:q"
    return ClientError({"Error": {"Code": "AccessDenied", "Message": said}}, "Operation")


def verdicts(found: list[Finding]) -> list[Verdict]:
    return [each.verdict for each in found]


def test_what_may_not_be_looked_at_is_unknown_and_says_what_is_needed() -> None:
    sick = patient(sqs=Service(get_queue_attributes=denied()))

    [found] = look("failures", lambda: failures(sick))

    assert found.verdict is Verdict.UNKNOWN
    assert found.what == "you may not sqs:GetQueueAttributes on arn:aws:x:q"


def test_what_does_not_answer_is_unknown() -> None:
    silent = patient(sqs=Service(get_queue_attributes=EndpointConnectionError(endpoint_url="http://x")))

    [found] = look("failures", lambda: failures(silent))

    assert found.verdict is Verdict.UNKNOWN


def test_what_is_not_there_is_wrong() -> None:
    gone = ClientError({"Error": {"Code": "ResourceNotFoundException", "Message": "none"}}, "DescribeTable")

    [found] = look("tables", lambda: tables(patient(dynamodb=Service(describe_table=gone))))

    assert found.verdict is Verdict.WRONG


def caller(account: str = ACCOUNT, seconds_off: float = 0.0) -> list[Finding]:
    answer = {
        "Account": account,
        "Arn": "arn:aws:iam::1:user/olga",
        "ResponseMetadata": {"HTTPHeaders": {"date": formatdate(1_000_000)}},
    }
    wall = lambda: 1_000_000 + seconds_off  # noqa: E731 - a clock
    return list(identity(patient(sts=Service(get_caller_identity=answer)), wall))


def test_the_caller_is_named_and_the_clock_is_right() -> None:
    assert verdicts(caller()) == [Verdict.FINE, Verdict.FINE]
    assert "user/olga" in caller()[0].what


def test_credentials_of_another_account_are_wrong() -> None:
    assert caller("999999999999")[0].what == f"you are in account 999999999999, the stack in {ACCOUNT}"


@pytest.mark.parametrize(
    ("seconds", "what"), [(90, "your clock is 90 s fast"), (-6, "your clock is 6 s slow")]
)
def test_a_clock_that_is_off_is_wrong(seconds: float, what: str) -> None:
    found = caller(seconds_off=seconds)[1]

    assert (found.verdict, found.what) == (Verdict.WRONG, what)


def described(**changes: Any) -> Service:
    def describe(TableName: str) -> Any:  # noqa: N803 - botocore's name
        needed = {"events": ("by-user", "by-arrival"), "sessions": ("by-activity",)}
        usual = needed.get(
            TableName.removeprefix("airium-websocket-"),
            ("userId-index", "active-index"),
        )
        indexes = [{"IndexName": name, "IndexStatus": "ACTIVE"} for name in usual]
        table = {
            "TableStatus": "ACTIVE",
            "StreamSpecification": {"StreamEnabled": True},
            "GlobalSecondaryIndexes": indexes,
        }
        return {"Table": {**table, **(changes if TableName.endswith("events") else {})}}

    return Service(describe_table=describe)


def test_tables_with_all_that_they_need_are_fine() -> None:
    assert verdicts(list(tables(patient(dynamodb=described())))) == [Verdict.FINE] * 6


@pytest.mark.parametrize(
    ("changes", "what"),
    [
        ({"TableStatus": "CREATING"}, "airium-websocket-events is CREATING"),
        ({"StreamSpecification": {}}, "airium-websocket-events has no stream: nothing is projected"),
        (
            {"GlobalSecondaryIndexes": [{"IndexName": "by-user", "IndexStatus": "ACTIVE"}]},
            "airium-websocket-events has no index by-arrival",
        ),
        (
            {
                "GlobalSecondaryIndexes": [
                    {"IndexName": "by-user", "IndexStatus": "ACTIVE"},
                    {"IndexName": "by-arrival", "IndexStatus": "CREATING"},
                ]
            },
            "airium-websocket-events has an index by-arrival that is CREATING",
        ),
    ],
)
def test_a_table_that_lacks_something_is_wrong(changes: dict[str, Any], what: str) -> None:
    wrong = [
        each for each in tables(patient(dynamodb=described(**changes))) if each.verdict is not Verdict.FINE
    ]

    assert [(each.verdict, each.what) for each in wrong] == [(Verdict.WRONG, what)]
    assert wrong[0].fix


def watched(state: str, *ages: int, result: str = "OK") -> list[Finding]:
    points = {"Datapoints": [{"Maximum": age * 1000.0} for age in ages]}
    return list(
        mapping(
            patient(
                **{
                    "lambda": Service(
                        get_event_source_mapping={"State": state, "LastProcessingResult": result}
                    )
                },
                cloudwatch=Service(get_metric_statistics=points),
            )
        )
    )


def test_a_mapping_that_is_enabled_and_keeps_up_is_fine() -> None:
    assert verdicts(watched("Enabled")) == [Verdict.FINE]
    assert verdicts(watched("Enabled", 60)) == [Verdict.FINE]


def test_a_mapping_that_is_off_is_wrong() -> None:
    assert watched("Disabled")[0].what == "its mapping is Disabled"


def test_a_mapping_that_is_being_changed_is_noted() -> None:
    assert verdicts(watched("Updating")) == [Verdict.NOTE]


def test_a_batch_that_failed_is_wrong() -> None:
    found = watched("Enabled", result="PROBLEM: Function call failed")

    assert verdicts(found) == [Verdict.FINE, Verdict.WRONG]


def test_a_projector_that_is_behind_is_wrong() -> None:
    assert watched("Enabled", 3, 61)[1].what == "it read events that were 61 s old"


def queued(messages: int, hidden: int) -> list[Finding]:
    names = ("ApproximateNumberOfMessages", "ApproximateNumberOfMessagesNotVisible")
    answer = {"Attributes": dict(zip(names, (str(messages), str(hidden)), strict=True))}
    return list(failures(patient(sqs=Service(get_queue_attributes=answer))))


def test_empty_failure_queues_are_fine() -> None:
    assert verdicts(queued(0, 0)) == [Verdict.FINE, Verdict.FINE]


def test_dead_letters_are_wrong_in_whosoever_hands_they_are() -> None:
    assert [each.what for each in queued(2, 1)] == [
        "the projector's failure queue has 3 messages",
        "the sweeper's failure queue has 3 messages",
    ]


def archived(hours_ago: float | None) -> list[Finding]:
    """Look at an archive that has come to some hours before now, which is 05:20 of a day."""
    now = 1_795_392_000 + 5 * 3_600 + 1_200
    mark = {"archived": int((now - (hours_ago or 0) * 3_600) * 1_000), "checked": 0}
    body = Service(read=lambda: msgspec.json.encode(mark))
    absent = ClientError({"Error": {"Code": "NoSuchKey"}}, "GetObject")
    s3 = Service(get_object=absent if hours_ago is None else {"Body": body, "ETag": "e"})
    outputs = msgspec.structs.replace(OUTPUTS, archive_bucket="archive")
    return list(archive(Patient(Deployment(outputs), {"s3": s3}), lambda: now))


@pytest.mark.parametrize(
    ("hours_ago", "verdict"),
    [(None, Verdict.NOTE), (1.0, Verdict.FINE), (2.4, Verdict.FINE), (3.4, Verdict.WRONG)],
)
def test_an_archive_may_be_two_hours_behind(hours_ago: float | None, verdict: Verdict) -> None:
    assert verdicts(archived(hours_ago)) == [verdict]


def test_a_stack_without_an_archive_has_nothing_to_say_of_it() -> None:
    assert list(archive(patient())) == []


def alarm(state: str = "OK", value: str = "airium-websocket-lifecycle", **changes: Any) -> dict[str, Any]:
    usual = {"AlarmName": f"airium-websocket-{value}", "StateValue": state, "AlarmActions": ["arn"]}
    return {**usual, "Dimensions": [{"Name": "FunctionName", "Value": value}], **changes}


def rung(*found: dict[str, Any]) -> list[Finding]:
    return list(alarms(patient(cloudwatch=Service(describe_alarms={"MetricAlarms": list(found)}))))


def test_alarms_that_do_not_ring_are_fine() -> None:
    assert verdicts(rung(alarm(), alarm("INSUFFICIENT_DATA"))) == [Verdict.FINE]


def test_an_alarm_that_rings_is_wrong() -> None:
    [found] = rung(alarm("ALARM", StateReason="1 > 0"), alarm())

    assert (found.verdict, found.what) == (
        Verdict.WRONG,
        "airium-websocket-airium-websocket-lifecycle: 1 > 0",
    )


def test_what_to_do_about_an_alarm_is_what_it_says_itself() -> None:
    advice = "Read the log. More: docs/operations.md#a-function-fails"
    told, silent = rung(alarm("ALARM", AlarmDescription=advice), alarm("ALARM"))

    assert told.fix == advice
    assert silent.fix == '"Alarms" in docs/operations.md'


def test_the_alarms_of_another_stack_are_none() -> None:
    [found] = rung(alarm("ALARM", "airium-websocket-lifecycle-dev"))

    assert (found.verdict, found.what) == (Verdict.NOTE, "there are none: nobody is told of a failure")


def test_alarms_that_tell_nobody_are_noted() -> None:
    assert rung(alarm(AlarmActions=[]))[0].what == "they tell nobody"


def test_commands_that_may_not_be_run_are_named_with_what_they_lack() -> None:
    tables_ = Service(query={}, get_item={}, scan=denied("dynamodb:Scan"))

    found = list(permissions(patient(dynamodb=tables_, **{"lambda": Service(invoke={})})))

    assert [each.what for each in found if each.verdict is Verdict.NOTE] == [
        "you may not run verify: no dynamodb:Scan on arn:aws:x:q"
    ]
    assert [each.what for each in found if each.verdict is Verdict.FINE] == [
        "you may run audit, state, tail, timeline",
        "you may run metrics",
        "you may run connections",
    ]


@pytest.mark.parametrize(
    ("code", "verdict"),
    [("ForbiddenException", Verdict.FINE), ("", Verdict.WRONG)],
)
def test_a_gateway_is_fine_if_it_refuses_who_has_no_proof(code: str, verdict: Verdict) -> None:
    with functions() as gateway:
        gateway.answers = [(403 if code else 500, code)]
        outputs = msgspec.structs.replace(OUTPUTS, websocket_url=gateway.url.replace("http", "ws") + "/prod")

        found = next(iter(entry(Patient(Deployment(outputs)))))

    assert (found.check, found.verdict) == ("gateway", verdict)


def test_a_gateway_that_lets_anybody_in_is_wrong() -> None:
    with functions() as gateway:
        gateway.answers = [{}]
        outputs = msgspec.structs.replace(OUTPUTS, websocket_url=gateway.url.replace("http", "ws"))

        found = next(iter(entry(Patient(Deployment(outputs)))))

    assert found.what == "it lets somebody in whose token is none"


def test_a_gateway_that_is_not_there_is_wrong() -> None:
    outputs = msgspec.structs.replace(OUTPUTS, websocket_url="ws://127.0.0.1:9/prod")

    found = list(entry(Patient(Deployment(outputs))))

    assert found[0].what.startswith("it does not answer")
    assert found[1].what == "clients say who they are, and prove nothing"


def at(arrived: int, stage: Stage) -> EventLog:
    return EventLog(stage.client, stage.tables.events, now=lambda: arrived)


def now(stage: Stage) -> int:
    clock = ServiceClock()
    clock.hear(stage.client.list_tables())
    return clock.now()


def test_events_that_are_in_their_rows_are_fine(stage: Stage) -> None:
    opened = happened("c1", ConnectionOpened())
    at(now(stage) - 90_000, stage).append(opened)
    stage.project(opened)

    [found] = projected(Patient(stage.deployment))

    assert (found.verdict, found.what) == (Verdict.FINE, "the newest 1 events are projected")


def test_an_event_that_is_not_in_its_row_is_wrong_after_a_minute(stage: Stage) -> None:
    opened, text = happened("c1", ConnectionOpened()), happened("c1", TextMessageReceived("a"), 5_000)
    late = now(stage) - 90_000
    at(late, stage).append(opened)
    at(late, stage).append(text)
    stage.project(opened)

    [found] = projected(Patient(stage.deployment))

    assert found.verdict is Verdict.WRONG
    assert found.what.startswith("1 of the newest 2 events are not projected, one for 9")


def test_what_belongs_to_no_connection_has_no_row_to_be_in(stage: Stage) -> None:
    at(now(stage) - 90_000, stage).append(notified())

    [found] = projected(Patient(stage.deployment))

    assert (found.verdict, found.what) == (Verdict.FINE, "the newest 1 events are projected")


def test_an_event_that_has_only_arrived_may_be_under_way(stage: Stage) -> None:
    at(now(stage) - 5_000, stage).append(happened("c1", ConnectionOpened()))

    assert verdicts(list(projected(Patient(stage.deployment)))) == [Verdict.FINE]


@pytest.mark.parametrize(("hours", "verdict"), [(3.0, Verdict.FINE), (3.5, Verdict.WRONG)])
def test_a_connection_that_cannot_exist_any_more_is_wrong(
    stage: Stage, hours: float, verdict: Verdict
) -> None:
    expired = ConnectionOpened(token_expires_at=CONNECTED_AT // 1000 + 3_600)  # found earlier, by the minute
    stage.happen(happened("c1", expired))

    [found] = swept(Patient(stage.deployment), lambda: (CONNECTED_AT + hours * HOUR) / 1000)

    assert found.verdict is verdict


class Pauses(ServiceClock):
    """A service's clock that only the pauses between two looks move."""

    def __init__(self, happens: Callable[[int], object]) -> None:
        super().__init__()
        self.time = CONNECTED_AT
        self.taken: list[float] = []
        self._happens = happens

    def hear(self, answer: dict[str, Any]) -> None:
        pass

    def now(self) -> int:
        return self.time

    def __call__(self, seconds: float) -> None:
        self.taken.append(seconds)
        self._happens(self.time)
        self.time += round(seconds * 1_000)


def test_the_delay_of_the_index_is_measured_by_what_arrives(stage: Stage) -> None:
    def happens(now: int) -> None:
        at(now, stage).append(happened(f"at {now}", ConnectionOpened()))
        at(now - 60_000, stage).append(happened(f"before {now}", ConnectionOpened()))

    clock = Pauses(happens)

    [found] = delay(Patient(stage.deployment), 3, clock, clock)

    assert sum(clock.taken) == 3
    assert (found.verdict, found.what) == (
        Verdict.FINE,
        f"{len(clock.taken)} events were seen 0.5 s late at most",
    )


def test_what_is_seen_later_than_a_tail_looks_back_is_wrong(stage: Stage) -> None:
    clock = Pauses(lambda now: at(now, stage).append(happened("c1", ConnectionOpened())))

    [found] = delay(Patient(stage.deployment), 0, lambda _: clock(31), clock)

    assert (found.verdict, found.what) == (Verdict.WRONG, "an event was seen 31.0 s late")
    assert found.fix == "give `ops tail` an --overlap of more than 31 s"


def test_a_delay_of_nothing_is_not_measured(stage: Stage) -> None:
    [found] = delay(Patient(stage.deployment), 0)

    assert found.verdict is Verdict.NOTE
