"""How writes go out: in order, a transaction at a time, and none that follows what was refused."""

from collections.abc import Callable, Iterator, Sequence

from functions.aws.read_models.transactions import Write
from functions.aws.read_models.writing import Written, write
from tests.stage import error

OVERTAKEN = error("TransactionCanceledException", reasons=["ConditionalCheckFailed"])
INVALID = error("ValidationException")


def version(connection: str, revision: int) -> Write:
    """Return the write of a row."""
    item = {"connectionId": {"S": connection}, "revision": {"N": str(revision)}}
    return Write(connection, {"Item": item}, {}, is_row=True)


def message(connection: str, number: int, size: int = 0) -> Write:
    key = {"conversation": {"S": f"connection#{connection}"}, "event_id": {"S": f"{number}"}}
    return Write(connection, {"Item": {**key, "text": {"S": "x" * size}}}, {})


class Transactions:
    """Notes what is transacted, as ``c1:1`` for the first version of a row and ``c1#1`` for a message."""

    def __init__(self, refuses: Callable[[list[str]], BaseException | None] = lambda _: None) -> None:
        self.done: list[list[str]] = []
        self._refuses = refuses

    def transact(self, part: Sequence[Write]) -> None:
        names = [_name(each) for each in part]
        problem = self._refuses(names)
        if problem:
            raise problem
        self.done.append(names)


def _name(each: Write) -> str:
    item = each.put["Item"]
    if each.is_row:
        return f"{each.connection_id}:{item['revision']['N']}"
    return f"{each.connection_id}#{item['event_id']['S']}"


def refusing(name: str, problem: BaseException) -> Callable[[list[str]], BaseException | None]:
    """Return what refuses each transaction with a certain write in it."""
    return lambda names: problem if name in names else None


def test_two_versions_of_a_row_are_in_two_transactions_in_their_order() -> None:
    transactions = Transactions()

    written = write(
        [message("c1", 1), version("c1", 1), version("c2", 1), version("c1", 2)], transactions.transact
    )

    assert written == Written(frozenset(), frozenset())
    assert transactions.done == [["c1#1", "c1:1", "c2:1"], ["c1:2"]]


def test_a_version_after_one_that_was_overtaken_is_not_written() -> None:
    transactions = Transactions(refusing("c1:4", OVERTAKEN))

    written = write([version("c1", 4), version("c1", 5), version("c2", 1)], transactions.transact)

    assert written == Written(frozenset({"c1"}), frozenset())
    assert transactions.done == [["c2:1"]]


def test_a_version_after_one_that_cannot_be_written_is_not_written() -> None:
    transactions = Transactions(refusing("c1:4", INVALID))

    written = write([version("c1", 4), version("c1", 5), version("c2", 1)], transactions.transact)

    assert written == Written(frozenset(), frozenset({"c1"}))
    assert transactions.done == [["c2:1"]]


def test_a_row_is_not_written_while_a_message_of_it_waits_for_another_attempt() -> None:
    transactions = Transactions(refusing("c1#1", OVERTAKEN))

    written = write(
        [message("c1", 1, 2_900_000), message("c1", 2, 200_000), version("c1", 1)], transactions.transact
    )

    assert written == Written(frozenset({"c1"}), frozenset())
    assert transactions.done == [["c1#2"]]


def test_a_row_is_written_where_only_a_message_of_it_cannot_be() -> None:
    transactions = Transactions(refusing("c1#1", INVALID))

    written = write([message("c1", 1), message("c1", 2), version("c1", 1)], transactions.transact)

    assert written == Written(frozenset(), frozenset({"c1"}))
    assert {name for names in transactions.done for name in names} == {"c1#2", "c1:1"}


def test_writes_are_taken_only_as_they_are_written() -> None:
    taken: list[int] = []
    ahead: list[int] = []
    transactions = Transactions()

    def writes() -> Iterator[Write]:
        for number in range(1_000):
            taken.append(number)
            yield message("c1", number)

    def transact(part: Sequence[Write]) -> None:
        transactions.transact(part)
        ahead.append(len(taken) - sum(map(len, transactions.done)))

    write(writes(), transact)

    assert len(transactions.done) == 10
    assert max(ahead) == 1


def test_two_writes_of_one_message_are_in_two_transactions() -> None:
    transactions = Transactions()

    write([message("c1", 1), message("c1", 2), message("c1", 1)], transactions.transact)

    assert transactions.done == [["c1#1", "c1#2"], ["c1#1"]]
