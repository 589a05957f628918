"""What is asked of DynamoDB for claims with which nothing is appended."""

from typing import Any

import pytest

from functions.aws.log.claim_items import action
from functions.aws.log.claim_reads import Held
from functions.aws.log.event_log import ClaimRefusedError
from functions.aws.log.lone_claims import LoneClaims
from functions.domain.log.claims import Settle
from functions.domain.refusals import Unavailable
from tests.fakes import Waiting
from tests.unit.aws.dynamodb import CONFLICT, NOTHING, TAKE, Client, cancelled, failed, failure

SETTLE = Settle("seats#0", 1, 200)


class Reader(Client):
    def get_item(self, **arguments: Any) -> dict[str, Any]:
        return self._answer("get_item", arguments)


def claims(client: Client) -> LoneClaims:
    return LoneClaims(client, "claims", patience=Waiting().patience)


def test_claims_are_granted_together_and_once_for_a_token() -> None:
    client = Client()

    claims(client).grant((TAKE, SETTLE), "token")

    actions = [action(TAKE, "claims"), action(SETTLE, "claims")]
    asked = {"TransactItems": actions, "ClientRequestToken": "token"}
    assert client.calls == [("transact_write_items", asked)]


def test_a_refusal_tells_what_stands_against_it() -> None:
    client = Client(cancelled(failed("another's"), NOTHING))

    with pytest.raises(ClaimRefusedError) as refused:
        claims(client).grant((TAKE, SETTLE), "token")

    assert refused.value.standing == {TAKE.key: "another's"}


def test_what_others_are_in_the_way_of_is_asked_again_under_the_same_token() -> None:
    client = Client(cancelled(NOTHING, CONFLICT), {})

    claims(client).grant((TAKE, SETTLE), "token")

    assert client.calls[0] == client.calls[1]


def test_a_take_of_which_nothing_is_known_is_not_refused_yet() -> None:
    client = Client(cancelled(CONFLICT, failed()), {})

    claims(client).grant((TAKE, SETTLE), "token")

    assert len(client.calls) == 2


def test_what_lasts_is_unavailable() -> None:
    with pytest.raises(Unavailable):
        claims(Client(*[cancelled(NOTHING, CONFLICT)] * 100)).grant((TAKE, SETTLE), "token")
    with pytest.raises(Unavailable):
        claims(Client(failure("ThrottlingException"))).grant((TAKE,), "token")


def test_what_a_key_holds_is_read_consistently() -> None:
    client = Reader({"Item": {"claim": {"S": "k"}, "value": {"S": "v"}, "expires_at": {"N": "7"}}}, {})
    held = claims(client).held

    assert held("k") == Held("v", 7)
    assert held("k") is None
    asked = {"TableName": "claims", "Key": {"claim": {"S": "k"}}, "ConsistentRead": True}
    assert client.calls[0] == ("get_item", asked)


def test_a_count_holds_nothing() -> None:
    client = Reader({"Item": {"claim": {"S": "k"}, "count": {"N": "1"}, "expires_at": {"N": "7"}}})

    assert claims(client).held("k") is None
