"""Show what happens in the embedded AWS while it is in the foreground."""

import time
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from botocore.exceptions import BotoCoreError, ClientError
from rich.console import Console
from rich.markup import escape

from local import emulator
from local.cloud import Cloud
from local.errors import LocalError
from local.state import StateDir
from local.up import Up

_POLL_SECONDS = 0.5
_TAIL_BYTES = 64 * 1024


def follow(state: StateDir, result: Up, console: Console) -> None:
    """Print events as they are appended and what the emulator complains of, until it ends.

    Raises
    ------
    LocalError
        If the emulator dies. If `make down` stops it, this returns.
    """
    cloud = Cloud(result.running.endpoint, result.outputs.region)
    events: _Events | None = None
    log = _Tail(state.log)
    while emulator.alive(result.running):
        for line in log.news():
            console.print(f"[yellow]{escape(line)}[/]")
        try:
            events = events or _Events(cloud, result.outputs.events_table)
            for line in events.news():
                console.print(escape(line))
        except (ClientError, BotoCoreError) as error:
            # Showing is a courtesy: it must not end what it shows.
            if emulator.alive(result.running):
                console.print(f"[dim]events cannot be read: {escape(str(error))}[/]")
        time.sleep(_POLL_SECONDS)
    if state.running() is None:
        console.print("It was stopped.")
        return
    state.stopped()
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
            lines += [_line(record) for record in answer["Records"] if record["eventName"] == "INSERT"]
        return lines


def _line(record: dict[str, Any]) -> str:
    image = record["dynamodb"]["NewImage"]

    def text(name: str) -> str:
        return str(next(iter(image.get(name, {"S": "?"}).values())))

    try:
        at = datetime.fromtimestamp(int(text("at")) / 1000, UTC).strftime("%H:%M:%S.%f")[:-3]
    except ValueError:
        at = "?"
    return f"{at}  {text('type'):<22} {text('user_id'):<16} {text('connection_id')}"
