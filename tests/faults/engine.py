"""DynamoDB in this process, below a real botocore client, whose requests meet faults.

It is the embedded AWS's own DynamoDB without its server: 20 times faster than moto where transactions and
scans are concerned, and held to the stores' contract like the others.
"""

import json
import threading
from collections.abc import Callable, Iterator
from typing import Any, Final

from botocore import UNSIGNED
from botocore.awsrequest import AWSPreparedRequest, AWSResponse, HeadersDict
from botocore.config import Config
from botocore.exceptions import ReadTimeoutError
from ministack.services import dynamodb  # type: ignore[import-untyped]  # it has no stubs

from functions.aws import clients
from tests import consistency
from tests.faults.kinds import Fault

_NOWHERE: Final = "http://127.0.0.1:9"
_ATTEMPTS: Final = 3
_LEAN: Final = Config(signature_version=UNSIGNED, parameter_validation=False, user_agent="faults")
"""Half of what botocore does for a request is of no use here."""
_AGAIN: Final = frozenset({"ThrottlingException", "InternalServerError"})

Meddle = Callable[[str], tuple[Fault | None, int]]
"""Takes an operation; says what its next attempts meet, and how many of them."""


class CrashError(BaseException):
    """The function dies here: no code of it may go on, so it is no `Exception`."""


def client(
    meddle: Meddle | None = None,
    pause: Callable[[], None] = lambda: None,
    refuses: Callable[[bytes], bool] = lambda _body: False,
) -> Any:
    """Return a client of the DynamoDB in this process.

    Parameters
    ----------
    meddle
        Asked before each call.
    pause
        Called before each further attempt of a call, which botocore makes by itself.
    refuses
        Tells of a request's body whether it is not valid, now or ever.
    """
    made = clients.dynamodb(
        clients.CONFIG.merge(_LEAN),
        endpoint_url=_NOWHERE,
        region_name="us-east-1",
        aws_access_key_id="test",
        aws_secret_access_key="test",
    )
    line = _Line(meddle, pause, refuses)
    made.meta.events.register("before-call.dynamodb", line.begin)
    made.meta.events.register("before-send.dynamodb", line.send)
    made.meta.events.register_first("needs-retry.dynamodb", _at_once)
    return consistency.demanded(made)


def forget() -> None:
    """Drop all tables."""
    dynamodb.reset()


def written(table: str) -> list[dict[str, Any]]:
    """Return the stream records of a table from its beginning."""
    return list(dynamodb.stream_live_records(table))


class _Line(threading.local):
    """Between a client and the engine; a call is one thread's."""

    def __init__(
        self, meddle: Meddle | None, pause: Callable[[], None], refuses: Callable[[bytes], bool]
    ) -> None:
        self._meddle = meddle
        self._pause = pause
        self._refuses = refuses
        self._fault: Fault | None = None
        self._times = 0
        self._attempt = 0

    def begin(self, model: Any, context: dict[str, Any], **_: Any) -> None:
        self._attempt = 0
        context.setdefault("retries", {})["invocation-id"] = (
            "1"  # a header; drawing it costs a quarter of all
        )
        if self._meddle:
            self._fault, self._times = self._meddle(model.name)

    def send(self, request: AWSPreparedRequest, **_: Any) -> AWSResponse:
        self._attempt += 1
        if self._attempt > 1:
            self._pause()
        body = _text(request.body)
        if self._refuses(body):
            return _failure(request, 400, "ValidationException")
        if self._fault is None or self._attempt > self._times:
            return _carry_out(request, body)
        return _meet(self._fault, request, body, self._times)


def _meet(fault: Fault, request: AWSPreparedRequest, body: bytes, times: int) -> AWSResponse:
    match fault:
        case Fault.CRASH_BEFORE:
            raise CrashError
        case Fault.CRASH_AFTER:
            _carry_out(request, body)
            raise CrashError
        case Fault.LATE:
            raise ReadTimeoutError(endpoint_url=_NOWHERE)
        case Fault.ANSWER_LOST:
            _carry_out(request, body)
            raise ReadTimeoutError(endpoint_url=_NOWHERE)
        case Fault.THROTTLED:
            return _failure(request, 400, "ThrottlingException")
        case Fault.BROKEN:
            return _failure(request, 500, "InternalServerError")
        case Fault.BROKEN_AFTER:
            _carry_out(request, body)
            return _failure(request, 500, "InternalServerError")
        case Fault.CONFLICT:
            actions = len(json.loads(body)["TransactItems"])
            reasons = [{"Code": "TransactionConflict"}, *[{"Code": "None"}] * (actions - 1)]
            return _failure(request, 400, "TransactionCanceledException", CancellationReasons=reasons)
        case Fault.UNPROCESSED:
            return _in_part(request, json.loads(body), first=times == 1)
        case _:
            msg = f"{fault} is none of a request's"
            raise ValueError(msg)


def _in_part(request: AWSPreparedRequest, wanted: dict[str, Any], *, first: bool) -> AWSResponse:
    """Do one half of what is asked for, the first or the second, and give the other back."""
    if "BatchWriteItem" in _text(request.headers["X-Amz-Target"]).decode():
        return _written_in_part(request, wanted, first=first)
    keys = [(table, key) for table, asked in wanted["RequestItems"].items() for key in asked["Keys"]]
    now, later = keys[: len(keys) // 2], keys[len(keys) // 2 :]
    if not first:
        now, later = later, now

    def request_of(some: list[tuple[str, Any]]) -> dict[str, Any]:
        return {
            table: {**asked, "Keys": [key for name, key in some if name == table]}
            for table, asked in wanted["RequestItems"].items()
            if any(name == table for name, _ in some)
        }

    answer: dict[str, Any] = {"Responses": {}}
    if now:
        done = _carry_out(request, json.dumps({**wanted, "RequestItems": request_of(now)}).encode())
        answer = json.loads(done.content)
    answer["UnprocessedKeys"] = request_of(later)
    return _response(request, 200, {}, json.dumps(answer).encode())


def _written_in_part(request: AWSPreparedRequest, wanted: dict[str, Any], *, first: bool) -> AWSResponse:
    now, later = {}, {}
    for table, writes in wanted["RequestItems"].items():
        half = len(writes) // 2
        now[table], later[table] = (writes[:half], writes[half:]) if first else (writes[half:], writes[:half])
    if any(now.values()):
        _carry_out(request, json.dumps({**wanted, "RequestItems": now}).encode())
    left = {table: writes for table, writes in later.items() if writes}
    return _response(request, 200, {}, json.dumps({"UnprocessedItems": left}).encode())


def _carry_out(request: AWSPreparedRequest, body: bytes) -> AWSResponse:
    headers = {"x-amz-target": _text(request.headers["X-Amz-Target"]).decode()}
    coroutine = dynamodb.handle_request("POST", "/", headers, body, {})
    try:
        coroutine.send(None)
    except StopIteration as done:
        status, answered, content = done.value
        return _response(request, status, answered, _text(content))
    msg = "the engine waits for something"
    raise RuntimeError(msg)


def _failure(request: AWSPreparedRequest, status: int, code: str, **members: Any) -> AWSResponse:
    content = json.dumps({"__type": code, "message": "on purpose", **members}).encode()
    return _response(request, status, {"x-amzn-errortype": code}, content)


class _Raw:
    def __init__(self, content: bytes) -> None:
        self._content = content

    def stream(self, *_: Any, **__: Any) -> Iterator[bytes]:
        yield self._content


def _response(
    request: AWSPreparedRequest, status: int, headers: dict[str, str], content: bytes
) -> AWSResponse:
    return AWSResponse(request.url, status, HeadersDict(headers), _Raw(content))  # type: ignore[arg-type]


def _text(value: Any) -> bytes:
    return value.encode() if isinstance(value, str) else bytes(value)


def _at_once(attempts: int, response: Any, caught_exception: BaseException | None, **_: Any) -> float | None:
    """Say that a passing fault is tried again, as botocore's own mode does, but without its pause."""
    if attempts >= _ATTEMPTS:
        return None
    if caught_exception is not None:
        return 0.0
    return 0.0 if response[1].get("Error", {}).get("Code") in _AGAIN else None
