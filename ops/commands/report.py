"""What the commands say of what they did, for a `Terminal`."""

from collections.abc import Iterator

from rich.console import RenderableType
from rich.table import Table

from ops.failures.deliveries import Redelivered
from ops.failures.redrive import Outcome, Redriven
from ops.feeds.comparing import ComparedFeeds
from ops.read_models.findings import Verified
from ops.read_models.rebuild import Rebuilt


def of_rebuild(rebuilt: Rebuilt) -> str:
    """Return what a rebuild did."""
    word = "went on with" if rebuilt.resumed else "began"
    return (
        f"{word} generation {rebuilt.generation}: {rebuilt.connections} connections refolded, "
        f"{rebuilt.deleted} rows deleted that the log does not name; it is being served"
    )


def of_verify(verified: Verified) -> Iterator[RenderableType]:
    """Yield what was compared, and a table of the differences."""
    yield (
        f"{verified.connections} connections, {verified.messages} messages and {verified.counters} counters "
        f"compared: {len(verified.differences) + verified.more or 'no'} differences"
    )
    if verified.differences:
        table = Table("what", "the log says", "the read model says")
        for difference in verified.differences:
            table.add_row(difference.what, difference.log, difference.read_model)
        yield table
    if verified.more:
        yield f"and {verified.more} more"


def of_feeds(compared: ComparedFeeds) -> Iterator[RenderableType]:
    """Yield how many numbers were compared with the log, and a table of the differences."""
    count = len(compared.differences) + compared.more
    yield f"{compared.numbers} numbers of feeds compared: {count or 'no'} differences"
    if compared.differences:
        table = Table("what", "the log has", "the feed has")
        for difference in compared.differences:
            table.add_row(difference.what, difference.log, difference.read_model)
        yield table
    if compared.more:
        yield f"and {compared.more} more"


def of_redrive(redriven: Redriven, *, dry_run: bool) -> Iterator[RenderableType]:
    """Yield what became of the messages; of a dry run, a table of them."""
    outcomes, left = redriven.outcomes, redriven.left
    would, done = ("would be ", "") if dry_run else ("", " and deleted")
    yield (
        f"{len(outcomes)} messages: {len(outcomes) - len(left)} {would}redriven{done}, "
        f"with {redriven.connections} connections; {len(left)} {would}left in the queue"
    )
    if redriven.hidden:
        yield f"about {redriven.hidden} more are in the hands of another run, or come back within 15 minutes"
    if dry_run and outcomes:
        table = Table("message", "arrived", "records", "leads to", "problem")
        for outcome in outcomes:
            table.add_row(*_cells(outcome))
        yield table


def left_in_queue(redriven: Redriven) -> Iterator[str]:
    """Yield a line for each message that stays: it is what an operator searches for."""
    for outcome in redriven.left:
        yield f"left: {outcome.message} {outcome.problem}"


def of_deliveries(redelivered: Redelivered, *, dry_run: bool) -> Iterator[str]:
    """Yield what became of the jobs that the delivery queue had put aside, if there were any."""
    jobs, left = redelivered.jobs, len(redelivered.left)
    if jobs or left:
        would = "would be " if dry_run else ""
        recipients = f"with {redelivered.recipients} recipients"
        yield f"{jobs} jobs {would}put back into the delivery queue, {recipients}; {left} {would}left aside"


def left_aside(redelivered: Redelivered) -> Iterator[str]:
    """Yield a line for each message that stays aside, as `left_in_queue`."""
    for message, problem in redelivered.left.items():
        yield f"left: {message} {problem}"


def _cells(outcome: Outcome) -> tuple[str, ...]:
    batch = outcome.batch
    if batch is None:
        return (outcome.message, "", "", "", outcome.problem or "")
    return (
        outcome.message,
        f"{batch.approximate_arrival_of_first_record:%Y-%m-%d %H:%M:%S}",
        str(batch.batch_size),
        f"{len(outcome.connections)} connections{'' if outcome.exact else ', by arrival'}",
        outcome.problem or "",
    )
