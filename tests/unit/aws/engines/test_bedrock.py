"""Bedrock as an engine: what it is asked, what it says, and each way in which it fails."""

from collections.abc import Iterable, Iterator
from contextlib import closing
from threading import Event
from typing import Any

import pytest
from botocore.config import Config
from botocore.exceptions import NoCredentialsError

from functions.aws import clients
from functions.aws.engines.bedrock import Bedrock, Guardrail
from functions.domain.replies.pieces import Ended, Failed, Failure, Piece, StopReason, TextPiece, Usage
from functions.domain.replies.prompt import Prompt, Role, Turn
from tests.converse import MODEL, Answer, Converse, CutError, refusal, served
from tests.event_stream import delta, error, event, exception, stop, usage

pytestmark = pytest.mark.timeout(5, func_only=True)

HELLO = Prompt("hello", (Turn(Role.USER, "hello"),))
QUOTED = "my diagnosis"


@pytest.fixture(scope="module")
def converse() -> Iterator[Converse]:
    with served() as converse:
        yield converse


def reply(converse: Converse, answer: Answer) -> list[Piece]:
    return list(converse.answering(lambda _: answer).engine().reply(HELLO, 1))


def streamed(converse: Converse, *chunks: bytes) -> list[Piece]:
    return reply(converse, Answer(chunks))


def asked(converse: Converse, **options: Any) -> dict[str, Any]:
    list(converse.answering(lambda _: Answer([stop("end_turn")])).engine(**options).reply(HELLO, 1))
    (request,) = converse.requests
    return request


def test_the_model_is_asked_with_what_the_settings_say(converse: Converse) -> None:
    request = asked(converse, max_tokens=77, temperature=0.5, guardrail=Guardrail("gr123", "7"))

    assert request == {
        "path": "/model/amazon.nova-lite-v1%3A0/converse-stream",
        "messages": [{"role": "user", "content": [{"text": "hello"}]}],
        "inferenceConfig": {"maxTokens": 77, "temperature": 0.5},
        "guardrailConfig": {
            "guardrailIdentifier": "gr123",
            "guardrailVersion": "7",
            "streamProcessingMode": "sync",
        },
    }


def test_what_the_settings_leave_out_is_left_to_the_model(converse: Converse) -> None:
    request = asked(converse, max_tokens=77)

    assert request["inferenceConfig"] == {"maxTokens": 77}
    assert {"system", "guardrailConfig"}.isdisjoint(request)


def test_a_model_is_told_the_system_prompt_apart_from_the_conversation(converse: Converse) -> None:
    engine = converse.answering(lambda _: Answer([stop("end_turn")])).engine()

    list(engine.reply(Prompt("hello", HELLO.turns, "Be kind."), 1))

    assert converse.requests[0]["system"] == [{"text": "Be kind."}]


def test_a_temperature_of_zero_is_one(converse: Converse) -> None:
    assert asked(converse, temperature=0.0)["inferenceConfig"]["temperature"] == 0


def test_a_model_by_its_arn_is_asked_for_by_its_arn(converse: Converse) -> None:
    arn = "arn:aws:bedrock:us-east-1:123456789012:inference-profile/us.amazon.nova-lite-v1:0"

    assert (
        asked(converse, model=arn)["path"]
        == f"/model/{arn.replace(':', '%3A').replace('/', '%2F')}/converse-stream"
    )


def test_events_that_say_nothing_are_passed_over(converse: Converse) -> None:
    reasoning = {"contentBlockIndex": 0, "delta": {"reasoningContent": {"text": "hm"}}}

    said = streamed(
        converse,
        event("messageStart", {"role": "assistant"}),
        event("contentBlockDelta", reasoning),
        event("somethingNew", {"text": "of a later release"}),
        delta(""),
        delta("Hel"),
        event("contentBlockStop", {"contentBlockIndex": 0}),
        delta("lo"),
        stop("end_turn"),
        usage(3, 2),
    )

    assert said == [TextPiece("Hel"), TextPiece("lo"), Ended(StopReason.END_TURN, Usage(3, 2))]


def test_events_are_told_apart_wherever_the_network_cuts_them(converse: Converse) -> None:
    whole = delta("Hel") + delta("lo \N{GRINNING FACE}") + stop("end_turn") + usage(3, 2)

    said = streamed(converse, *(whole[at : at + 7] for at in range(0, len(whole), 7)))

    assert said == [
        TextPiece("Hel"),
        TextPiece("lo \N{GRINNING FACE}"),
        Ended(StopReason.END_TURN, Usage(3, 2)),
    ]


@pytest.mark.parametrize(
    ("reason", "ours"),
    [
        ("end_turn", "end_turn"),
        ("stop_sequence", "end_turn"),
        ("something_new", "end_turn"),
        ("max_tokens", "max_tokens"),
        ("model_context_window_exceeded", "max_tokens"),
        ("guardrail_intervened", "guardrail"),
        ("content_filtered", "refused"),
        ("refusal", "refused"),
    ],
)
def test_a_stop_reason_is_told_in_our_words(converse: Converse, reason: str, ours: str) -> None:
    assert streamed(converse, delta("Hi"), stop(reason), usage(1, 1))[-1] == Ended(
        StopReason(ours), Usage(1, 1)
    )


@pytest.mark.parametrize("reason", ["malformed_model_output", "malformed_tool_use", "tool_use"])
def test_what_is_no_text_is_malformed(converse: Converse, reason: str) -> None:
    assert streamed(converse, delta("Hi"), stop(reason), usage(1, 1))[-1] == Failed(Failure.MALFORMED, reason)


@pytest.mark.parametrize(
    "metadata",
    [
        [],
        [usage(-1, 2)],
        [usage(1, 2**53 + 1)],
        [usage("1", 2)],
        [usage(None, 2)],
        [event("metadata", {"metrics": {"latencyMs": 1}})],
        [exception("internalServerException", "no")],
        [b"\0" * 64],
    ],
)
def test_a_reply_is_whole_once_the_model_has_stopped_even_where_its_usage_is_lost(
    converse: Converse,
    metadata: list[bytes],
) -> None:
    assert streamed(converse, delta("Hi"), stop("end_turn"), *metadata) == [
        TextPiece("Hi"),
        Ended(StopReason.END_TURN),
    ]


@pytest.mark.parametrize(
    ("status", "code", "failure"),
    [
        (429, "ThrottlingException", Failure.THROTTLED),
        (429, "TooManyRequestsException", Failure.THROTTLED),
        (400, "ServiceQuotaExceededException", Failure.THROTTLED),
        (429, "ModelNotReadyException", Failure.UNAVAILABLE),
        (424, "ModelErrorException", Failure.UNAVAILABLE),
        (500, "InternalServerException", Failure.UNAVAILABLE),
        (503, "ServiceUnavailableException", Failure.UNAVAILABLE),
        (408, "ModelTimeoutException", Failure.TIMED_OUT),
        (424, "ModelStreamErrorException", Failure.INTERRUPTED),
        (400, "ValidationException", Failure.REJECTED),
        (502, "SomethingNew", Failure.UNAVAILABLE),
        (429, "SomethingNew", Failure.THROTTLED),
        (408, "SomethingNew", Failure.TIMED_OUT),
        (418, "SomethingNew", Failure.REJECTED),
    ],
)
def test_an_error_in_the_place_of_a_reply_is_a_failure(
    converse: Converse, status: int, code: str, failure: Failure
) -> None:
    assert reply(converse, refusal(status, code)) == [Failed(failure, code)]


@pytest.mark.parametrize(
    ("status", "code"),
    [
        (403, "AccessDeniedException"),
        (404, "ResourceNotFoundException"),
        (403, "UnrecognizedClientException"),
        (401, "SomethingNew"),
    ],
)
def test_what_is_not_set_up_is_said_in_bedrocks_words(converse: Converse, status: int, code: str) -> None:
    said = reply(
        converse, refusal(status, code, "You don't have access to the model with the specified model ID.")
    )

    assert said == [
        Failed(
            Failure.MISCONFIGURED,
            f"{code}: You don't have access to the model with the specified model ID.",
        )
    ]


@pytest.mark.parametrize(
    "message",
    [
        "Input is too long for requested model.",
        "The model returned the following errors: Input is too long for requested model.",
        "The model returned the following errors: prompt is too long: 903884 tokens > 200000 maximum",
        "input length and `max_tokens` exceed context limit: 199759 + 8192 > 200000",
        "too many total text bytes: 30000000 > 25000000",
        "This model's maximum context length is 202752 tokens. However, you requested 65536 output tokens",
    ],
)
def test_a_prompt_that_is_too_long_is_told_by_what_bedrock_says(converse: Converse, message: str) -> None:
    assert reply(converse, refusal(400, "ValidationException", message)) == [
        Failed(Failure.TOO_LONG, "ValidationException")
    ]


@pytest.mark.parametrize(
    ("kind", "failure"),
    [
        ("throttlingException", Failure.THROTTLED),
        ("modelStreamErrorException", Failure.INTERRUPTED),
        ("internalServerException", Failure.UNAVAILABLE),
        ("serviceUnavailableException", Failure.UNAVAILABLE),
        ("validationException", Failure.REJECTED),
    ],
)
def test_an_exception_in_the_middle_of_a_stream_is_a_failure(
    converse: Converse, kind: str, failure: Failure
) -> None:
    assert streamed(converse, delta("Hel"), exception(kind, "no")) == [
        TextPiece("Hel"),
        Failed(failure, kind),
    ]


@pytest.mark.parametrize(
    ("unknown", "problem"),
    [(error("SomethingNew", "no"), "SomethingNew"), (exception("somethingNewException", "no"), "unknown")],
)
def test_what_a_later_release_says_in_the_middle_of_a_stream_interrupts_the_reply(
    converse: Converse, unknown: bytes, problem: str
) -> None:
    said = streamed(converse, delta("Hel"), unknown)

    assert said == [TextPiece("Hel"), Failed(Failure.INTERRUPTED, problem)]


@pytest.mark.parametrize("answer", [[], [delta("Hel")], [event("messageStart", {"role": "assistant"})]])
def test_a_stream_that_ends_before_the_reply_was_interrupted(converse: Converse, answer: list[bytes]) -> None:
    assert streamed(converse, *answer)[-1] == Failed(Failure.INTERRUPTED, "the stream ended before the reply")


def cut_after(chunks: Iterable[bytes]) -> Iterator[bytes]:
    yield from chunks
    raise CutError


@pytest.mark.parametrize("torn", [b"", delta("lo")[:20]])
def test_a_connection_that_breaks_in_the_middle_interrupts_the_reply(converse: Converse, torn: bytes) -> None:
    *_, last = said = reply(converse, Answer(cut_after([delta("Hel"), *filter(None, [torn])])))

    assert said[0] == TextPiece("Hel")
    assert isinstance(last, Failed)
    assert last.failure is Failure.INTERRUPTED


@pytest.mark.parametrize(
    "broken",
    [
        b"\0" * 64,
        delta("Hel")[:-1] + b"?",
        b"<html>" * 20,
        event("contentBlockDelta", b"{"),
        event("contentBlockDelta", b"\xff"),
    ],
)
def test_what_is_no_event_interrupts_the_reply(converse: Converse, broken: bytes) -> None:
    said = streamed(converse, broken)

    assert [type(each) for each in said] == [Failed]
    assert isinstance(said[0], Failed)
    assert said[0].failure is Failure.INTERRUPTED


QUICK = clients.ONCE.merge(Config(read_timeout=0.2))


def test_a_model_that_falls_silent_is_not_waited_for(converse: Converse) -> None:
    release = Event()

    def silent() -> Iterator[bytes]:
        yield delta("Hel")
        release.wait(4)

    said = list(converse.answering(lambda _: Answer(silent())).engine(QUICK).reply(HELLO, 1))
    release.set()

    assert said[-1] == Failed(Failure.TIMED_OUT, "ReadTimeoutError")


def test_a_model_that_does_not_begin_is_not_waited_for(converse: Converse) -> None:
    release = Event()

    def answer(_: dict[str, Any]) -> Answer:
        release.wait(4)
        return Answer([])

    said = list(converse.answering(answer).engine(QUICK).reply(HELLO, 1))
    release.set()

    assert said == [Failed(Failure.TIMED_OUT, "ReadTimeoutError")]


def test_a_service_that_is_not_there_is_unavailable() -> None:
    client = clients.bedrock(endpoint_url="http://127.0.0.1:9", region_name="us-east-1")

    said = list(Bedrock(client, model=MODEL, max_tokens=9).reply(HELLO, 1))

    assert said == [Failed(Failure.UNAVAILABLE, "EndpointConnectionError")]


class Keyless:
    def converse_stream(self, **_: Any) -> Any:
        raise NoCredentialsError


def test_a_function_without_a_key_is_not_set_up() -> None:
    said = list(Bedrock(Keyless(), model=MODEL, max_tokens=9).reply(HELLO, 1))

    assert said == [Failed(Failure.MISCONFIGURED, "NoCredentialsError")]


@pytest.mark.parametrize(
    "answer",
    [
        refusal(400, "ValidationException", f"Malformed input: {QUOTED}"),
        refusal(500, "InternalServerException", QUOTED),
        Answer([delta(QUOTED), exception("validationException", QUOTED)]),
        Answer([delta(QUOTED), error("SomethingNew", QUOTED)]),
        Answer([delta(QUOTED)]),
    ],
)
def test_no_problem_holds_what_was_asked_or_answered(converse: Converse, answer: Answer) -> None:
    last = reply(converse, answer)[-1]

    assert isinstance(last, Failed)
    assert QUOTED not in last.problem


def test_a_failed_request_is_not_sent_again(converse: Converse) -> None:
    reply(converse, refusal(503, "ServiceUnavailableException"))

    assert len(converse.requests) == 1


def test_who_has_heard_enough_gives_the_connection_up(converse: Converse) -> None:
    def endless() -> Iterator[bytes]:
        while True:
            yield delta("and so on ")

    engine = converse.answering(lambda _: Answer(endless())).engine()

    with closing(engine.reply(HELLO, 1)) as pieces:
        assert next(pieces) == TextPiece("and so on ")

    assert converse.given_up.wait(4)
