"""Who answers a text, as DynamoDB itself decides it."""

from concurrent.futures import ThreadPoolExecutor
from typing import Any

import pytest

from functions.aws.replies.leases import Leases
from functions.domain.replies.leasing import MOST_ATTEMPTS, Held, Spent, Standing, Taken
from tests.tables import Tables

MESSAGE = "01M83D32832WF9CT2310DBNHY1"
NOW = 1_795_410_720_123


@pytest.fixture
def leases(client: Any, tables: Tables) -> Leases:
    return Leases(client, tables.claims)


def test_who_comes_first_answers(leases: Leases) -> None:
    assert leases.take(MESSAGE, "one", NOW, NOW + 1_000) == Taken(1)
    assert leases.take(MESSAGE, "two", NOW, NOW + 1_000) == Held()
    assert leases.standing(MESSAGE) == Standing("one", 1, NOW + 1_000)


def test_of_rivals_one_answers(leases: Leases) -> None:
    def take(number: int) -> Taken | Held | Spent:
        return leases.take(MESSAGE, f"rival {number}", NOW, NOW + 1_000)

    with ThreadPoolExecutor(8) as pool:
        found = list(pool.map(take, range(8)))

    assert sorted(map(str, found)) == sorted(map(str, [Taken(1), *[Held()] * 7]))


def test_who_holds_it_takes_it_again(leases: Leases) -> None:
    leases.take(MESSAGE, "one", NOW, NOW + 1_000)

    assert leases.take(MESSAGE, "one", NOW, NOW + 2_000) == Taken(2)
    assert leases.standing(MESSAGE) == Standing("one", 2, NOW + 2_000)


def test_what_has_run_out_is_anybodys(leases: Leases) -> None:
    leases.take(MESSAGE, "one", NOW, NOW + 1_000)

    assert leases.take(MESSAGE, "two", NOW + 999, NOW + 2_000) == Held()
    assert leases.take(MESSAGE, "two", NOW + 1_000, NOW + 2_000) == Taken(2)


def test_a_text_is_tried_so_often_and_no_more(leases: Leases) -> None:
    taken = [leases.take(MESSAGE, "one", NOW, NOW + 1_000) for _ in range(MOST_ATTEMPTS + 1)]

    assert taken == [*map(Taken, range(1, MOST_ATTEMPTS + 1)), Held()]
    assert leases.take(MESSAGE, "one", NOW + 1_000, NOW + 2_000) == Spent()
    assert leases.take(MESSAGE, "two", NOW, NOW + 1_000) == Held()
    assert leases.take(MESSAGE, "two", NOW + 1_000, NOW + 2_000) == Spent()


def test_the_number_of_an_outcome_is_kept_beside_it(leases: Leases) -> None:
    assert leases.kept(MESSAGE) is None
    leases.take(MESSAGE, "one", NOW, NOW + 1_000)
    assert leases.kept(MESSAGE) is None

    leases.keep(MESSAGE, 7)

    assert leases.kept(MESSAGE) == 7
    assert leases.take(MESSAGE, "one", NOW, NOW + 1_000) == Taken(2)
    assert leases.kept(MESSAGE) == 7


def test_nothing_is_kept_of_what_nobody_began(client: Any, leases: Leases, tables: Tables) -> None:
    leases.keep(MESSAGE, 7)

    assert leases.kept(MESSAGE) is None
    assert leases.standing(MESSAGE) is None
    assert client.scan(TableName=tables.claims, ConsistentRead=True)["Items"] == []


def test_a_claim_outlasts_every_repetition(client: Any, leases: Leases, tables: Tables) -> None:
    leases.take(MESSAGE, "one", NOW, NOW + 1_000)

    [item] = client.scan(TableName=tables.claims, ConsistentRead=True)["Items"]
    assert int(item["expires_at"]["N"]) == NOW // 1000 + 25 * 3_600
