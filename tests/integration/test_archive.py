"""An archive on the embedded AWS: filled by its function, asked through Athena, equal to the log."""

import gzip
import json
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any, Final

import pytest
from typer.testing import CliRunner

from functions.aws.attributes import Item, to_item
from functions.aws.log.arrivals import stamp
from functions.aws.log.event_log import EventLog
from functions.domain.archive.hours import HOUR, hour_of, key_of
from functions.domain.log.facts import ConnectionClosed, ConnectionOpened, Fact, TextMessageReceived
from local import embedded
from local.stackfile import PROJECT
from local.state import StateDir
from ops.__main__ import app
from ops.read_models.rebuild import MARGIN_SECONDS
from tests.integration.backend import Backend
from tests.integration.conftest import deployed
from tests.integration.gateway import now
from tests.stage import happened

ARCHIVED: Final = {
    f"{PROJECT}:archive": json.dumps({"enabled": "true"}),
    # a new archive looks for what the log has: the fewer days, the sooner
    f"{PROJECT}:log": json.dumps({"retentionDays": "15"}),
}
WORDS: Final = 'it\'s "quoted", \\ and ☃, and\na second line'


class Archived:
    """A backend whose log and archive hold the same events of the last hours."""

    def __init__(self, backend: Backend, outputs: Path, state: StateDir) -> None:
        self.backend = backend
        self.state = state
        self.outputs = outputs
        self.hour = hour_of(now()) - 4 * HOUR
        self.ran: dict[str, Any] = {}

    def append(self, fact: Fact, number: int, connection: str, **changes: Any) -> None:
        """Append an event that arrived minutes after the hour began."""
        at = self.hour + number * 60_000
        log = EventLog(
            self.backend.cloud.client("dynamodb"), self.backend.outputs.events_table, now=lambda: at
        )
        changes = {"expires_at": at // 1000 + 86_400, "connected_at": self.hour, "at": at, **changes}
        log.append(happened(connection, fact, number, **changes))

    def append_of_zoe(self) -> None:
        """Append what somebody did who is to be forgotten."""
        zoe = {"user_id": "zoe", "session_id": "talk-of-zoe"}
        self.append(ConnectionOpened("203.0.113.99", "browser of zoe"), 3, "c5", **zoe)
        self.append(TextMessageReceived("I am zoe"), 4, "c5", **zoe)

    def append_by_hand(self) -> None:
        """Put an item that is no event, as somebody may."""
        item: Item = to_item({"connection_id": "c9", "event_id": "00no id", "user_id": "alice"})
        item |= {"strange": {"L": [{"N": "1.5"}]}} | stamp("0" * 26, self.hour + 5)
        self.backend.cloud.client("dynamodb").put_item(TableName=self.backend.outputs.events_table, Item=item)

    def deploy(self, config: Mapping[str, str]) -> None:
        """Deploy the program once more."""
        process = self.state.running()
        assert process is not None
        embedded.deploy(self.state, process, restarted=False, config=config)

    def run(self) -> dict[str, Any]:
        """Run the archiver."""
        answer = self.backend.cloud.client("lambda").invoke(
            FunctionName=self.backend.outputs.everything["archiver_function"], Payload=b"{}"
        )
        done: dict[str, Any] = json.loads(answer["Payload"].read())
        assert "FunctionError" not in answer, done
        return done

    def object(self, key: str) -> bytes:
        bucket = self.backend.outputs.everything["archive_bucket"]
        body: bytes = self.backend.cloud.client("s3").get_object(Bucket=bucket, Key=key)["Body"].read()
        return body

    def audit(self, *arguments: str) -> tuple[list[dict[str, Any]], str]:
        """Return what an audit shows, and what it says beside that."""
        told = ("--json", "--text", "--yes", "--outputs", str(self.outputs))
        done = CliRunner().invoke(app, ["audit", *arguments, *told])
        assert done.exit_code == 0, done.output
        return [json.loads(line) for line in done.stdout.splitlines()], done.stderr

    def forget(self, user_id: str) -> tuple[dict[str, Any], str]:
        """Forget somebody, and return what was done, and what was said beside that."""
        told = ("--user", user_id, "--yes", "--json", "--outputs", str(self.outputs))
        done = CliRunner().invoke(app, ["forget", *told])
        assert done.exit_code == 0, done.output
        return json.loads(done.stdout), done.stderr

    def delete(self) -> None:
        """Delete what the log has."""
        client, table = self.backend.cloud.client("dynamodb"), self.backend.outputs.events_table
        for item in client.scan(TableName=table, ConsistentRead=True)["Items"]:
            key = {name: item[name] for name in ("connection_id", "event_id")}
            client.delete_item(TableName=table, Key=key)


@pytest.fixture(scope="module")
def archived(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Archived]:
    folder = tmp_path_factory.mktemp("archive")
    with deployed(folder, ARCHIVED) as backend:
        outputs = folder / "told.json"
        # nothing projects or archives beside a test, so an erasure waits for nothing
        quick = dict.fromkeys(("projector_timeout_seconds", "archiver_timeout_seconds"), -MARGIN_SECONDS)
        outputs.write_text(json.dumps({**backend.outputs.everything, **quick}))
        archived = Archived(backend, outputs, StateDir(folder))
        archived.append(ConnectionOpened("203.0.113.7", "curl"), 0, "c1", session_id="talk")
        archived.append(TextMessageReceived(WORDS), 1, "c1", session_id="talk")
        archived.append(ConnectionOpened(), 2, "c2", user_id="o'neill")
        archived.append(ConnectionClosed(1000), 61, "c1", session_id="talk")
        archived.append_of_zoe()
        archived.append(ConnectionOpened("203.0.113.100"), 5, "c6", user_id="yan")
        archived.append_by_hand()
        archived.ran = archived.run()
        yield archived


ASKED: Final = (
    ("--from", "6h"),
    ("--from", "6h", "--oldest-first"),
    ("--from", "6h", "--limit", "2"),
    ("--connection", "c1"),
    ("--connection", "c9"),
    ("--user", "zoe"),
    ("--user", "alice"),
    ("--session", "talk"),
    ("--from", "6h", "--type", "ConnectionOpened", "--type", "ConnectionClosed"),
)


def test_each_closed_hour_is_one_object(archived: Archived) -> None:
    assert archived.ran == {"hours": 2, "events": 8, "healed": 0, "surplus": 0, "behind": 0}
    lines = gzip.decompress(archived.object(key_of(archived.hour))).splitlines()
    assert [json.loads(line)["connection_id"] for line in lines] == ["c1", "c9", "c1", "c2", "c5", "c5", "c6"]


@pytest.mark.parametrize("asked", ASKED, ids=" ".join)
def test_with_the_archive_an_audit_shows_what_the_log_shows_and_nothing_twice(
    archived: Archived, asked: tuple[str, ...]
) -> None:
    of_log, _ = archived.audit(*asked)

    of_both, _ = archived.audit(*asked, "--archive")

    assert of_both == of_log != []


def test_the_cost_of_the_archive_is_told(archived: Archived) -> None:
    _, said = archived.audit("--from", "6h", "--archive", "--cost")

    assert "bytes of the archive read, $0.0000" in said


def test_what_the_log_has_forgotten_is_in_the_archive(archived: Archived) -> None:
    before = {asked: archived.audit(*asked)[0] for asked in ASKED}

    archived.delete()

    assert archived.audit("--from", "6h")[0] == []
    assert {asked: archived.audit(*asked, "--archive")[0] for asked in ASKED} == before


def test_who_is_forgotten_is_named_neither_in_the_log_nor_in_the_archive(archived: Archived) -> None:
    archived.append_of_zoe()
    before, _ = archived.audit("--from", "6h", "--archive")

    done, said = archived.forget("zoe")

    after, _ = archived.audit("--from", "6h", "--archive")
    assert {name: done[name] for name in ("connections", "events", "objects")} == {
        "connections": 1,
        "events": 2,
        "objects": 1,
    }
    assert "1 hours of the archive" in said
    assert "zoe" not in json.dumps(after) + gzip.decompress(archived.object(key_of(archived.hour))).decode()
    others = [each for each in before if each.get("userId") != "zoe"]
    assert [each for each in after if each in before] == others
    assert [each["type"] for each in after if each not in before] == [
        "PersonForgotten",
        "TextMessageReceived",
        "ConnectionOpened",
    ]


def test_who_is_named_in_the_archive_alone_is_forgotten_there(archived: Archived) -> None:
    done, _ = archived.forget("yan")

    assert (done["events"], done["objects"]) == (0, 1)
    assert archived.audit("--user", "yan", "--archive")[0] == []


def parts(state: StateDir) -> list[str]:
    """Return the resources of the archive alone: parts of an API have new ids with each deployment."""
    kinds = ("aws:s3/", "aws:glue/", "aws:athena/")
    return sorted(str(each) for each in state.deployed() if each.type.startswith(kinds))


def test_a_second_deployment_leaves_one_of_each_and_what_was_archived(archived: Archived) -> None:
    before = parts(archived.state)
    events = archived.object(key_of(archived.hour))

    archived.deploy(ARCHIVED)

    assert parts(archived.state) == before
    assert len(before) == 7
    assert archived.object(key_of(archived.hour)) == events
    assert archived.audit("--from", "6h", "--archive")[0] != []


def test_a_deployment_without_the_archive_takes_it_away_but_not_what_was_archived(archived: Archived) -> None:
    archived.deploy({})

    cloud = archived.backend.cloud
    groups = [each["Name"] for each in cloud.client("athena").list_work_groups()["WorkGroups"]]
    assert groups == ["primary"]
    assert cloud.client("glue").get_databases()["DatabaseList"] == []
    assert archived.object(key_of(archived.hour)) != b""
