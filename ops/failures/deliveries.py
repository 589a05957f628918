"""Puts jobs back that the delivery queue had put aside: who was busy too long, or whose worker failed."""

from collections.abc import Callable

import msgspec

from functions.domain.feeds.jobs import PoisonError, encode, parse
from ops.deployment import Deployment
from ops.failures.failure_queue import Delivery, FailureQueue

Report = Callable[[str, int], None]


class Redelivered(msgspec.Struct, frozen=True):
    """How many jobs were put back, for how many recipients, and why the others stay, by message."""

    jobs: int
    recipients: int
    left: dict[str, str]


def redrive_deliveries(
    deployment: Deployment, report: Report = lambda _what, _count: None, *, dry_run: bool = False
) -> Redelivered:
    """Put each job back into the queue that it came from, as if it had never been tried, and then delete it.

    What is put back and not deleted, since this was interrupted, is done twice: a feed's clients show each
    number once, a push may come twice. What is no job stays, and is named.

    Parameters
    ----------
    deployment
        The queues, if the stack has them.
    report
        Told of progress.
    dry_run
        Put nothing back; every message is back in the queue afterwards.
    """
    outputs = deployment.outputs
    if outputs.delivery_queue is None or outputs.delivery_failure_queue is None:
        return Redelivered(0, 0, {})
    aside = FailureQueue(deployment.queues, outputs.delivery_failure_queue)
    in_hand: dict[str, Delivery] = {}
    recipients: dict[str, int] = {}
    left: dict[str, str] = {}
    try:
        while new := [
            each for each in aside.receive() if each.id not in in_hand and each.id not in recipients
        ]:
            in_hand |= {each.id: each for each in new}
            for each in new:
                try:
                    job = parse(each.body)
                except PoisonError as poison:
                    left[each.id] = f"no job: {poison}"
                    continue
                recipients[each.id] = len(job.to)
                if not dry_run:
                    body = encode(msgspec.structs.replace(job, attempt=0))
                    deployment.queues.send_message(QueueUrl=outputs.delivery_queue, MessageBody=body)
                    aside.delete(each)
                    del in_hand[each.id]
            report("jobs", len(new))
    finally:
        aside.give_back(in_hand.values())
    return Redelivered(len(recipients), sum(recipients.values()), left)
