"""Show what happens in the embedded AWS while it is in the foreground."""

import time
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from botocore.exceptions import BotoCoreError, ClientError

from local import emulator
from local.cloud import Cloud
from local.errors import LocalError
from local.interrupts import uninterrupted
from local.state import StateDir
from local.up import Up
from ops.terminal import Terminal

_POLL_SECONDS = 0.5
_EMULATORS_OWN = ("START RequestId", "END RequestId", "REPORT RequestId")
_TAIL_BYTES = 64 * 1024


def follow(state: StateDir, result: Up, console: Terminal) -> None:
    """Print events, what functions log and what the emulator complains of, until it ends.

    Raises
    ------
    LocalError
        If the emulator dies. If `make down` stops it, this returns.
    KeyboardInterrupt
        If a signal came to end it.
    """
    cloud = Cloud(result.running.endpoint, result.outputs.region)
    sources: list[_Events | _Functions] = []
    log = _Tail(state.log)
    # A signal that raises wherever it comes may be lost, e.g. in a weak reference's callback.
    with uninterrupted() as signals:
        while emulator.alive(result.running) and not signals:
            for line in log.news():
                console.print(line, style="yellow")
            try:
                sources = sources or [_Events(cloud, result.outputs.events_table), _Functions(cloud)]
                for line in (line for source in sources for line in source.news()):
                    console.print(line)
            except (ClientError, BotoCoreError) as error:
                # Showing is a courtesy: it must not end what it shows.
                if emulator.healthy(result.running):
                    console.print(f"the logs cannot be read: {error}", style="dim")
            time.sleep(_POLL_SECONDS)
    if signals:
        raise KeyboardInterrupt
    # Whoever stops it holds the lock until that is noted.
    with state.lock():
        running = state.running()
        stopped = running is None or running.pid != result.running.pid
    if stopped:
        console.print("It was stopped.")
        return
    raise LocalError(f"the emulator has died: {emulator.last_words(state.log) or 'without a word'}")


class _Functions:
    """What the functions log from now on, but for the emulator's own lines about each invocation.

    Those behind the WebSocket routes are not among them: the emulator throws their lines away.
    """

    def __init__(self, cloud: Cloud) -> None:
        self._logs = cloud.client("logs")
        self._groups = [group["logGroupName"] for group in self._logs.describe_log_groups()["logGroups"]]
        self._since = int(time.time() * 1000)

    def news(self) -> list[str]:
        since, self._since = self._since, int(time.time() * 1000)
        lines = []
        for group in self._groups:
            found = self._logs.filter_log_events(logGroupName=group, startTime=since, endTime=self._since - 1)
            name = group.rsplit("/", 1)[-1]
            lines += [
                f"{_clock(event['timestamp'])}  {name}: {line}"
                for event in found["events"]
                if not event["message"].startswith(_EMULATORS_OWN)
                for line in event["message"].splitlines()
            ]
        return lines


class _Tail:
    """The lines that a file grows by."""

    def __init__(self, path: Path) -> None:
        self._path = path
        self._position = path.stat().st_size if path.exists() else 0

    def news(self) -> list[str]:
        with self._path.open("rb") as file:
            file.seek(self._position)
            grown = file.read(_TAIL_BYTES)
        whole = grown.rfind(b"\n") + 1
        self._position += whole
        return grown[:whole].decode(errors="replace").splitlines()


class _Events:
    """The log's stream, read from now on."""

    def __init__(self, cloud: Cloud, table: str) -> None:
        self._streams = cloud.client("dynamodbstreams")
        arn = cloud.client("dynamodb").describe_table(TableName=table)["Table"]["LatestStreamArn"]
        shards = self._streams.describe_stream(StreamArn=arn)["StreamDescription"]["Shards"]
        self._iterators = [
            self._streams.get_shard_iterator(
                StreamArn=arn, ShardId=shard["ShardId"], ShardIteratorType="LATEST"
            )["ShardIterator"]
            for shard in shards
        ]

    def news(self) -> list[str]:
        lines = []
        for index, iterator in enumerate(self._iterators):
            answer = self._streams.get_records(ShardIterator=iterator)
            self._iterators[index] = answer["NextShardIterator"]
            lines += [event_line(record) for record in answer["Records"] if record["eventName"] == "INSERT"]
        return lines


def event_line(record: dict[str, Any]) -> str:
    """Return what is shown of an event, given its stream record."""
    image = record["dynamodb"]["NewImage"]

    def text(name: str) -> str:
        return str(next(iter(image.get(name, {"S": "?"}).values())))

    at = _clock(int(text("at"))) if text("at").isdigit() else "?"
    return f"{at}  {text('type'):<22} {text('user_id'):<16} {text('connection_id')}"


def _clock(milliseconds: int) -> str:
    return datetime.fromtimestamp(milliseconds / 1000, UTC).strftime("%H:%M:%S.%f")[:-3]
