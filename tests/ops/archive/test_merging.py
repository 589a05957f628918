"""The log and the archive make one answer in which nothing stands twice."""

from functions.aws.archive.archived_items import to_line, to_log_item
from functions.aws.attributes import Item
from functions.aws.log.arrivals import stamp
from functions.aws.log.event_items import encode
from functions.domain.log.facts import TextMessageReceived
from ops.archive.merging import merged
from ops.audit.selection import Selection
from tests.stage import happened

BY_TIME = Selection(0, 2**53)


def item(number: int, arrived_at: int | None = None, connection: str = "c1") -> Item:
    event = happened(connection, TextMessageReceived(str(number)), number)
    return encode(event) | stamp(event.event_id, number if arrived_at is None else arrived_at)


def archived(*items: Item) -> list[Item]:
    return [to_log_item(to_line(each)) for each in items]


def texts(items: list[Item]) -> list[str]:
    return [each["data"]["M"]["text"]["S"] for each in items]


def test_what_both_have_stands_once_and_is_the_logs() -> None:
    both = item(2)
    rewritten = {**both, "user_id": {"S": "~somebody"}}

    found = merged(archived(item(1), both), [rewritten, item(3)], BY_TIME)

    assert texts(found) == ["3", "2", "1"]
    assert found[1]["user_id"] == {"S": "~somebody"}


def test_by_time_the_order_is_that_of_arrival() -> None:
    late = item(1, arrived_at=9)

    oldest_first = Selection(0, 2**53, newest_first=False)
    assert texts(merged(archived(late), [item(2), item(3)], oldest_first)) == ["2", "3", "1"]


def test_of_a_connection_the_order_is_that_of_its_ids() -> None:
    late = item(1, arrived_at=9)

    of_connection = Selection(0, 2**53, connection_id="c1", newest_first=False)
    assert texts(merged(archived(late), [item(2), item(3)], of_connection)) == ["1", "2", "3"]


def test_an_item_without_a_stamp_has_a_place_among_the_events_of_its_connection() -> None:
    unstamped = {name: value for name, value in item(2).items() if not name.startswith("arriv")}

    of_connection = Selection(0, 2**53, connection_id="c1", newest_first=False)
    assert texts(merged(archived(item(1)), [unstamped, item(3)], of_connection)) == ["1", "2", "3"]
