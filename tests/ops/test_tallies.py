"""The sums by which verify remembers rows, and the compact counters: what they tell, and what they forget."""

from functions.aws.attributes import Item, to_item
from functions.aws.read_models.counter_items import CounterKey
from ops.commands.report import of_verify
from ops.read_models.counts import BothCounts, Counts
from ops.read_models.differences import Difference
from ops.read_models.findings import MOST_KEPT, Findings, Verified
from ops.read_models.tallies import Tally

MINUTE = CounterKey(3, "opened", "minute", 1_795_410_720_000, 90)
DAY = CounterKey(3, "opened", "day", 1_795_392_000_000, 90)


def row(connection: str, expires_at: int = 100) -> Item:
    return to_item({"connectionId": connection, "expires_at": expires_at})


def tally() -> Tally:
    return Tally(lambda expires_at: expires_at > 50)


def explained(tally: Tally, *connections: str) -> None:
    for connection in connections:
        tally.explain(connection, tally.sum_of(row(connection), connection))


def met(tally: Tally, *connections: str) -> None:
    for connection in connections:
        tally.meet(connection, tally.sum_of(row(connection), connection))


def test_a_tally_agrees_if_what_is_met_is_what_was_explained_in_any_order() -> None:
    sums = tally()
    explained(sums, "c1", "c2", "c3")

    met(sums, "c3", "c1", "c2")

    assert sums.agrees()


def test_a_tally_tells_where_more_or_less_is_met() -> None:
    sums = tally()
    explained(sums, "c1", "c2")

    met(sums, "c1", "c3")

    assert not sums.agrees()
    assert [sums.agrees_of(connection) for connection in ("c1", "c2", "c3")] == [True, False, False]


def test_two_rows_of_one_connection_do_not_stand_for_each_other() -> None:
    sums = tally()
    sums.explain("c1", sums.sum_of(row("c1"), "talk", "one"))

    sums.meet("c1", sums.sum_of(row("c1"), "talk", "two"))

    assert not sums.agrees()


def test_what_is_not_there_not_settled_or_never_expires_has_no_sum() -> None:
    sums = tally()

    assert [sums.sum_of(item, "c1") for item in (None, row("c1", 50), {"connectionId": {"S": "c1"}})] == [
        0
    ] * 3
    assert sums.sum_of(row("c1", 51), "c1") > 0


def test_counts_are_those_that_are_not_zero() -> None:
    counts = Counts(3)
    counts.move(MINUTE, 2)
    counts.move(DAY, 5)
    counts.move(DAY, -5)

    assert dict(counts.items()) == {MINUTE: 2}
    assert [counts[key] for key in (MINUTE, DAY, MINUTE._replace(at=0))] == [2, 0, 0]


def test_counters_of_what_is_kept_for_other_days_are_others() -> None:
    counts = Counts(3)
    shorter = MINUTE._replace(days=15)

    counts.add({MINUTE: 1, shorter: 2})

    assert dict(counts.items()) == {MINUTE: 1, shorter: 2}
    assert counts[shorter] == 2


def test_counters_that_one_side_alone_has_are_compared() -> None:
    both = BothCounts(Counts(3), Counts(3))
    both.log.move(MINUTE, 1)
    both.table.move(DAY, 1)

    assert {key: both.of(key) for key in both.moved()} == {MINUTE: (1, 0), DAY: (0, 1)}
    assert all(map(both.differ, both.moved()))


def test_of_very_many_differences_the_first_are_kept_and_the_others_counted() -> None:
    findings = Findings()

    for number in range(MOST_KEPT + 7):
        findings.add(Difference(f"connection c{number}", "a row", "nothing"))

    assert len(findings.first) == MOST_KEPT
    assert findings.first[0].what == "connection c0"
    assert findings.more == 7


def test_what_is_not_listed_is_counted_in_the_report() -> None:
    listed = Difference("connection c0", "a row", "nothing")

    first, _, last = of_verify(Verified(5, 0, 0, (listed,), more=4))

    assert str(first).endswith("compared: 5 differences")
    assert last == "and 4 more"
