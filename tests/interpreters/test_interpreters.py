"""Handlers that share nothing but the tables, and die at any moment, leave what one interpreter leaves."""

import json
from pathlib import Path
from typing import Any, get_args

import pytest

from functions.aws.attributes import Item
from tests.contract.contents import scan
from tests.contract.engines import MakeClient
from tests.interpreters.router import routed
from tests.interpreters.script import play
from tests.interpreters.worker import KilledAt
from tests.tables import Tables, create_tables

SEEDS = range(3)
INTERPRETERS = 4
KILLS = 12


class Left:
    """What a run of the script has left: its answers, the log and the claims."""

    def __init__(self, answers: list[dict[str, Any]], client: Any, tables: Tables) -> None:
        self.answers = [timeless(answer) for answer in answers]
        self.log = {
            (item["connection_id"]["S"], item["event_id"]["S"]): without_arrival(item)
            for item in scan(client, tables.events)
        }
        self.claims = {item["claim"]["S"]: item for item in scan(client, tables.claims)}

    @property
    def types(self) -> list[str]:
        return [item["type"]["S"] for item in self.log.values()]


def without_arrival(item: Item) -> Item:
    """Leave out when an event was appended, which differs from run to run."""
    return {name: value for name, value in item.items() if name not in {"arrived_at", "arrival_day"}}


def timeless(served: dict[str, Any]) -> dict[str, Any]:
    """Leave out when an answer was sent, the only thing in it that may differ."""
    answer = dict(served["answer"])
    if "body" in answer:
        answer["body"] = without_timestamp(answer["body"])
    posts = [[connection, without_timestamp(post)] for connection, post in served["posts"]]
    return {**served, "answer": answer, "posts": posts}


def without_timestamp(frame: str) -> Any:
    return {name: value for name, value in json.loads(frame).items() if name != "timestamp"}


@pytest.fixture(scope="module")
def alone(ministack: MakeClient, tmp_path_factory: pytest.TempPathFactory) -> Left:
    """What one interpreter leaves, of which nothing is killed."""
    client, log = ministack(), tmp_path_factory.mktemp("alone") / "log"
    tables = create_tables(client, "alone")
    with routed(client.meta.endpoint_url, tables, log, interpreters=1) as router:
        answers = play(router.serve)
    return Left(answers, client, tables)


def test_the_script_meets_every_kind_of_answer_and_event(alone: Left) -> None:
    bodies = [answer["answer"]["body"] for answer in alone.answers if "body" in answer["answer"]]
    posted = [post for answer in alone.answers for _, post in answer["posts"]]
    codes = {frame["data"]["code"] for frame in [*bodies, *posted] if frame["type"] == "error"}

    assert {frame["type"] for frame in bodies} == {"text_ack", "voice_starting", "error"}
    assert codes == {
        "conflict",
        "invalid_json",
        "invalid_message",
        "not_found",
        "rate_limited",
        "token_expired",
        "too_large",
        "unknown_type",
    }
    assert set(alone.types) == {
        "ActivityRecorded",
        "ConnectionClosed",
        "ConnectionLost",
        "ConnectionOpened",
        "MessageRejected",
        "TextMessageReceived",
        "VoiceSessionStarted",
    }
    assert [
        answer["answer"]["statusCode"] for answer in alone.answers if "statusCode" in answer["answer"]
    ].count(403) == 1


@pytest.mark.parametrize("seed", SEEDS)
def test_several_interpreters_of_which_some_die_leave_what_one_leaves(
    ministack: MakeClient, alone: Left, tmp_path: Path, seed: int
) -> None:
    client = ministack()
    tables = create_tables(client, f"seed-{seed}")

    with routed(
        client.meta.endpoint_url,
        tables,
        tmp_path / "log",
        interpreters=INTERPRETERS,
        seed=seed,
        kills=KILLS,
    ) as router:
        answers = play(router.serve)

    left = Left(answers, client, tables)
    assert left.answers == alone.answers
    assert left.log == alone.log
    assert left.claims == alone.claims
    assert len(router.served) == INTERPRETERS
    assert router.killed == dict.fromkeys(get_args(KilledAt), KILLS // 4)
