"""Failures to redrive: what the projector could not read, as the stand-in for the mapping gives it up.

The stream and the queue are the embedded AWS's own, so sequence numbers, iterators and receipts are real.
"""

import json
from dataclasses import dataclass
from typing import Any, Final

import msgspec

from functions.aws.attributes import Item
from functions.aws.log.arrivals import stamp
from functions.aws.log.event_items import encode
from functions.domain.log.events import Event
from functions.domain.log.facts import ConnectionOpened, TextMessageReceived
from ops.deployment import Deployment
from ops.failures.redrive import Redriven, redrive
from ops.read_models.verify import verify
from tests import consistency
from tests.ops.wrongs import clock
from tests.stage import NOW, Requests, Stage, error, happened, raising
from tests.standin.mapping import Mapping, Settings
from tests.standin.records import Record, Shard

SOON_SECONDS: Final = 20
"""After the tests' own time, when all that is discarded arrived in the stream."""

GOOD = [happened(f"good{number}", ConnectionOpened()) for number in range(3)]
ONE = happened("c1", ConnectionOpened())
OTHER = happened("c2", TextMessageReceived("hello"), 1_000)
MONSTER = happened("c9" + "x" * 1_500, TextMessageReceived("x" * 407_100))
"""It fits in the log, but not in the chat storage, where the connection's id is the conversation's, too."""


def without_user(event: Event) -> Item:
    """Return an item that lacks what every event has."""
    item = encode(event) | stamp(event.event_id, NOW)
    del item["user_id"]
    return item


@dataclass(frozen=True)
class Failures:
    """A stage whose projector gives up into a queue."""

    stage: Stage
    deployment: Deployment

    # --- What goes wrong, and is mended ------------------------------------------------------
    def put(self, *items: Item) -> None:
        """Write items into the log as they are."""
        for item in items:
            self.stage.client.put_item(TableName=self.stage.tables.events, Item=item)

    def poison(self, *events: Event) -> None:
        """Write what is not yet an event, between the appends of others."""
        self.put(*map(without_user, events))

    def mend(self, *events: Event) -> None:
        """Make events of what was none: nothing is inserted, so nothing is delivered."""
        self.put(*(encode(event) | stamp(event.event_id, NOW) for event in events))

    def discard(self, *, batch_size: int = 100, arrived: float = NOW / 1000 + SOON_SECONDS) -> int:
        """Deliver the whole stream, and return how many messages the mapping put into the queue."""
        sent: list[dict[str, Any]] = []
        shard, records = self.stream(int(arrived))
        settings = Settings(batch_size=batch_size, maximum_retry_attempts=0)
        deliver = lambda event: self.stage.deliver(event["Records"])  # noqa: E731 - it has no other name
        Mapping(deliver, sent.append, settings).drain([Shard(shard, records)])
        for each in sent:
            self.send(json.dumps(each))
        return len(sent)

    def stream(self, arrived: int) -> tuple[str, tuple[Record, ...]]:
        """Return the shard of the log's stream and its records, as Lambda hands them on."""
        streams = self.deployment.streams
        arn = self.stage.client.describe_table(TableName=self.stage.tables.events)["Table"]["LatestStreamArn"]
        [shard] = streams.describe_stream(StreamArn=arn)["StreamDescription"]["Shards"]
        iterator = streams.get_shard_iterator(
            StreamArn=arn, ShardId=shard["ShardId"], ShardIteratorType="TRIM_HORIZON"
        )["ShardIterator"]
        records = streams.get_records(ShardIterator=iterator)["Records"]
        for record in records:
            record["eventSourceARN"] = arn
            record["dynamodb"]["ApproximateCreationDateTime"] = arrived
        return shard["ShardId"], tuple(records)

    # --- The queue ---------------------------------------------------------------------------
    @property
    def queue(self) -> str:
        """The queue's URL."""
        return self.deployment.outputs.projector_failure_queue

    def send(self, body: str) -> None:
        """Put a message into the queue."""
        self.deployment.queues.send_message(QueueUrl=self.queue, MessageBody=body)

    def bodies(self) -> list[str]:
        """Return the messages that anybody would receive, and leave them there."""
        received: list[str] = []
        while answer := self._receive(30).get("Messages"):
            received += [each["Body"] for each in answer]
            for each in answer:
                self.deployment.queues.delete_message(
                    QueueUrl=self.queue, ReceiptHandle=each["ReceiptHandle"]
                )
        for body in received:
            self.send(body)
        return received

    def hide_one(self) -> None:
        """Receive a message, as another run does."""
        self._receive(600, most=1)

    def _receive(self, seconds: int, most: int = 10) -> Any:
        return self.deployment.queues.receive_message(
            QueueUrl=self.queue, VisibilityTimeout=seconds, MaxNumberOfMessages=most
        )

    # --- What is asked -----------------------------------------------------------------------
    def redrive(self, *, dry_run: bool = False, accept_by_time: bool = True) -> Redriven:
        """Redrive at the tests' own time."""
        return redrive(self.deployment, dry_run=dry_run, accept_by_time=accept_by_time, now=clock)

    def problems(self) -> list[str]:
        """Redrive, and return why messages stay."""
        return [outcome.problem or "" for outcome in self.redrive().left]

    def differences(self) -> tuple[object, ...]:
        """Return how the read models differ from the log."""
        return verify(self.deployment, at_rest=True, now=clock).differences

    def projected(self) -> set[str]:
        """Return the connections that have a row."""
        return {item["connectionId"]["S"] for item in self.stage.items(self.stage.tables.connections)}


def failures_of(stage: Stage, queue: str) -> Failures:
    """Return a stage with a queue of its own."""
    plain = stage.deployment
    url = plain.queues.create_queue(QueueName=queue)["QueueUrl"]
    deployment = Deployment(msgspec.structs.replace(plain.outputs, projector_failure_queue=url))
    consistency.demanded(deployment.client)
    return Failures(stage, deployment)


def discard(failures: Failures, *poison: Event, **options: Any) -> None:
    """Give up poison in the midst of what is good."""
    failures.stage.append(*GOOD[:2])
    failures.poison(*poison)
    failures.stage.append(*GOOD[2:])
    assert failures.discard(**options) == len(poison)
    assert failures.projected() == {event.connection_id for event in GOOD}


def trim(streams: Requests, code: str = "TrimmedDataAccessException") -> None:
    """Let the stream have no more of what is asked for next."""
    streams.at_next("GetShardIterator", raising(error(code, "GetShardIterator")))
