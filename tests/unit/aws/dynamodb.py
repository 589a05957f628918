"""A DynamoDB client that does as it is told, and the errors of the real one."""

from typing import Any

from botocore.exceptions import ClientError

from functions.aws.log.arrivals import stamp
from functions.aws.log.event_items import encode
from functions.aws.log.event_log import EventLog
from functions.domain.log.claims import Release, Take
from functions.domain.log.events import event
from functions.domain.log.facts import TextMessageReceived
from tests.fakes import Waiting
from tests.gateway_events import cause

ARRIVED_AT = 1_795_410_725_187
TEXT = event(cause(), TextMessageReceived("hello"))
PUT = {
    "TableName": "events",
    "Item": encode(TEXT) | stamp(TEXT.event_id, ARRIVED_AT),
    "ConditionExpression": "attribute_not_exists(event_id)",
}
TAKE = Take("reply#s-1#m-1", "mine", 100, 200, overrides_below="k")
RELEASE = Release("voice#1", "mine")
NOTHING = {"Code": "None"}
CONFLICT = {"Code": "TransactionConflict"}


class Client:
    """A DynamoDB client that records calls and answers what it was told, one after the other."""

    def __init__(self, *answers: dict[str, Any] | BaseException) -> None:
        self.calls: list[tuple[str, dict[str, Any]]] = []
        self._answers = list(answers)

    def put_item(self, **arguments: Any) -> dict[str, Any]:
        return self._answer("put_item", arguments)

    def transact_write_items(self, **arguments: Any) -> dict[str, Any]:
        return self._answer("transact_write_items", arguments)

    def query(self, **arguments: Any) -> dict[str, Any]:
        return self._answer("query", arguments)

    def _answer(self, operation: str, arguments: dict[str, Any]) -> dict[str, Any]:
        self.calls.append((operation, arguments))
        answer = self._answers.pop(0) if self._answers else {}
        if isinstance(answer, BaseException):
            raise answer
        return answer


def failure(code: str, status: int = 400) -> ClientError:
    return ClientError(
        {"Error": {"Code": code, "Message": "secret"}, "ResponseMetadata": {"HTTPStatusCode": status}},  # type: ignore[typeddict-item]  # the rest of the metadata is never read
        "PutItem",
    )


def cancelled(*reasons: dict[str, Any]) -> ClientError:
    response: Any = {
        "Error": {"Code": "TransactionCanceledException", "Message": "secret"},
        "CancellationReasons": list(reasons),
    }
    return ClientError(response, "TransactWriteItems")


def failed(held: str | None = None) -> dict[str, Any]:
    """Return the reason of an action whose condition failed on an item with a value."""
    return {"Code": "ConditionalCheckFailed"} | ({"Item": {"value": {"S": held}}} if held else {})


def log(client: Client, waiting: Waiting | None = None) -> EventLog:
    patience = (waiting or Waiting()).patience
    return EventLog(client, "events", "claims", lambda: ARRIVED_AT, patience=patience)
