"""Show what happens in the embedded AWS while it is in the foreground."""

import time
from pathlib import Path
from typing import Any

from botocore.exceptions import BotoCoreError, ClientError

from local import emulator
from local.cloud import Cloud
from local.errors import LocalError
from local.function_logs import FunctionLogs, clock, now, shown
from local.interrupts import uninterrupted
from local.state import StateDir
from local.up import Up
from ops.terminal import Terminal

_POLL_SECONDS = 0.5
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
    logs = FunctionLogs(cloud.client("logs"), now, since=now())
    events: _Events | None = None
    log = _Tail(state.log)
    # A signal that raises wherever it comes may be lost, e.g. in a weak reference's callback.
    with uninterrupted() as signals:
        while emulator.alive(result.running) and not signals:
            for line in log.news():
                console.print(line, style="yellow")
            try:
                events = events or _Events(cloud, result.outputs.events_table)
                for text in events.news():
                    console.print(text)
                for text in shown(logs.news()):
                    console.print(text, style="dim")
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


class _Tail:
    """The lines that a file grows by."""

    def __init__(self, path: Path) -> None:
        self._path = path
        self._position = path.stat().st_size if path.exists() else 0

    def news(self) -> list[str]:
        with self._path.open("rb") as file:
            file.seek(self._position)
            grown = file.read(_TAIL_BYTES)
        end = grown.rfind(b"\n") + 1
        self._position += end
        return grown[:end].decode(errors="replace").splitlines()


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

    at = clock(int(text("at"))) if text("at").isdigit() else "?"
    return f"{at}  {text('type'):<22} {text('user_id'):<16} {text('connection_id')}"
