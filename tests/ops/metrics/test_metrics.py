"""The counters of a time, as a table with sparklines, as JSON and as a picture."""

import json
from pathlib import Path
from xml.etree import ElementTree as ET
from zoneinfo import ZoneInfo

import msgspec
import pytest
from typer.testing import CliRunner, Result

from functions.domain.log.facts import ConnectionClosed, ConnectionOpened, TextMessageReceived
from ops.__main__ import app
from ops.metrics.plot import plot
from ops.metrics.series import NAMES, Series, series
from ops.metrics.sparkline import sparkline
from tests.gateway_events import CONNECTED_AT
from tests.stage import Stage, happened

MINUTE = 60_000
DAY = 1440 * MINUTE
OPENED_AT = CONNECTED_AT - 3 * 365 * DAY - DAY
"""2023-11-23T05:12, which is past wherever the clock stands."""
WHEN = ("--from", "2023-11-23T05:10", "--to", "2023-11-23T05:14:59")


@pytest.fixture
def counted(stage: Stage) -> Stage:
    for connection, fact, after in (
        ("c1", ConnectionOpened(), 0),
        ("c1", TextMessageReceived("a"), 1_000),
        ("c1", TextMessageReceived("b"), 2 * MINUTE),
        ("c2", ConnectionOpened(), 0),
        ("c2", ConnectionClosed(1000), DAY),
    ):
        stage.happen(happened(connection, fact, connected_at=OPENED_AT, at=OPENED_AT + after))
    return stage


@pytest.fixture
def outputs(counted: Stage, tmp_path: Path) -> str:
    file = tmp_path / "outputs.json"
    file.write_bytes(msgspec.json.encode(counted.deployment.outputs))
    return str(file)


def run(*arguments: str) -> Result:
    return CliRunner().invoke(app, ("metrics", *arguments), env={"COLUMNS": "200"})


def test_every_minute_of_the_time_has_a_count(counted: Stage) -> None:
    found = series(counted.deployment, "minute", OPENED_AT - 2 * MINUTE, OPENED_AT + 2 * MINUTE)

    assert found.counts["texts"] == (0, 0, 1, 0, 1)
    assert found.counts["opened"] == (0, 0, 2, 0, 0)
    assert found.counts["closed"] == (0, 0, 0, 0, 0)
    assert found.starts[2] == OPENED_AT - OPENED_AT % MINUTE
    assert found.active == 1


def test_days_are_counted_by_themselves(counted: Stage) -> None:
    found = series(counted.deployment, "day", OPENED_AT, OPENED_AT + DAY)

    assert (found.counts["opened"], found.counts["closed"]) == ((2, 0), (0, 1))


def test_the_shards_of_a_counter_are_added_up(counted: Stage) -> None:
    item = next(item for item in counted.items(counted.tables.metrics) if "minute" in item["bucket"]["S"])
    shard = item["bucket"]["S"].rpartition("#")[0] + "#0"
    counted.client.put_item(
        TableName=counted.tables.metrics, Item={**item, "bucket": {"S": shard}, "count": {"N": "40"}}
    )
    name = item["metric"]["S"]

    found = series(counted.deployment, "minute", OPENED_AT - DAY, OPENED_AT + 2 * DAY)

    assert sum(found.counts[name]) == 40 + {"opened": 2, "texts": 2, "closed": 1}[name]


def test_only_the_generation_that_is_served_is_counted(counted: Stage) -> None:
    counted.begin_generation(2, serving=2)

    found = series(counted.deployment, "day", OPENED_AT, OPENED_AT)

    assert {sum(counts) for counts in found.counts.values()} == {0}


@pytest.mark.parametrize(
    ("counts", "width", "line"),
    [
        ((), 5, ""),
        ((0, 0), 5, "  "),
        ((0, 1, 8, 4), 5, " ▁█▄"),
        ((1, 1_000_000), 5, "▁█"),
        ((1, 1, 1, 1, 0), 2, "█▃"),
        ((0, 0, 0, 7, 7, 7), 2, " █"),
    ],
)
def test_a_sparkline_is_as_high_as_the_counts(counts: tuple[int, ...], width: int, line: str) -> None:
    assert sparkline(counts, width) == line


def test_the_command_shows_a_row_for_each_counter(outputs: str) -> None:
    said = run(*WHEN, "--tz", "Europe/Berlin", "--outputs", outputs).output

    for name in NAMES:
        assert name in said


def test_times_are_given_and_shown_in_the_zone(outputs: str) -> None:
    said = run(*WHEN, "--outputs", outputs).stdout

    assert "2023-11-23 05:10 to 2023-11-23 05:14" in said
    assert "1 connections are open now" in said


def test_json_is_a_line_for_each_bucket(outputs: str) -> None:
    lines = [json.loads(line) for line in run(*WHEN, "--json", "--outputs", outputs).stdout.splitlines()]

    assert [line["texts"] for line in lines] == [0, 0, 1, 0, 1]
    assert lines[2]["at"] == "2023-11-23T05:12:00.000Z"
    assert set(lines[0]) == {"at", *NAMES}


def test_a_picture_has_a_bar_for_each_count_that_is_not_0() -> None:
    found = Series(range(0, 3 * MINUTE, MINUTE), MINUTE, {"texts": (0, 3, 6), "lost": (0, 0, 0)}, 0)

    svg = ET.fromstring(plot(found, "a < b & c", ZoneInfo("UTC")))  # noqa: S314 - our own

    bars = [each.attrib for each in svg.iter() if each.tag.endswith("rect")]
    assert [float(bar["height"]) for bar in bars] == [22, 44]
    assert [text.text for text in svg.iter() if text.tag.endswith("title")] == ["a < b & c"]


def test_the_command_draws_into_a_file(outputs: str, tmp_path: Path) -> None:
    result = run(*WHEN, "--plot", str(tmp_path / "m.svg"), "--json", "--outputs", outputs)

    assert result.exit_code == 0
    assert (tmp_path / "m.svg").read_text(encoding="utf-8").startswith("<svg")


@pytest.mark.parametrize(
    ("arguments", "problem"),
    [
        (("--plot", "m.png"), "m.png does not end in .svg"),
        (("--plot", "/nowhere/m.svg"), "/nowhere/m.svg cannot be written"),
        (("--from", "10m", "--to", "20m"), "--from is later than --to"),
        (("--from", "2023-01-01", "--to", "2023-11-01"), "more than 100,000 minutes"),
        (("--from", "garbage"), "'garbage' is not a time"),
    ],
)
def test_what_cannot_be_done_is_one_line(outputs: str, arguments: tuple[str, ...], problem: str) -> None:
    result = run(*arguments, "--outputs", outputs)

    assert (result.exit_code, result.stdout) == (2, "")
    assert problem in result.stderr
