"""Writes what documents say of cost from the prices and the program: ``python -m docs.cost``.

What stands between two marks is written, all else is the document's own. A test fails when it is not what the
prices and the program say.
"""

import functools
import re
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from pathlib import Path
from typing import Final

from cost import assumed, hostility, live, standing, work
from cost.bills import Bill, Line, line, money, rate
from cost.replies import replies
from cost.speech import speech
from cost.stack import Stack, stack_of
from local.stackfile import PROJECT
from ops import prices

DOCUMENTS: Final = (
    Path(__file__).with_name("cost.md"),
    Path(__file__).with_name("security.md"),
    Path(__file__).parents[1] / "README.md",
)
_MARKED: Final = re.compile(r"<!-- (?P<name>[a-z-]+) -->\n.*?<!-- end -->", re.DOTALL)
_ALARMS: Final = {f"{PROJECT}:alarms": '{"enabled":"true"}'}
_ARCHIVE: Final = {f"{PROJECT}:archive": '{"enabled":"true"}'}
_QUEUE: Final = {f"{PROJECT}:delivery": '{"queue":"true"}'}
_LIVE: Final = {f"{PROJECT}:live": '{"enabled":"true"}'}
_SPEECH: Final = {
    f"{PROJECT}:voice": '{"enabled":"true","engine":"echo"}',
    f"{PROJECT}:endpoint": "http://127.0.0.1:4566",
}
"""With an engine for which every Python builds the layers: what a model takes, the arithmetic adds."""
_TRACED: Final = {f"{PROJECT}:tracing": '{"enabled":"true"}'}
_MILLION: Final = 1_000_000


def written(text: str) -> str:
    """Return a document with all that is written between its marks.

    Raises
    ------
    KeyError
        If a mark has a name that nobody knows.
    """
    known = parts()
    return _MARKED.sub(
        lambda found: f"<!-- {found['name']} -->\n\n{known[found['name']]}\n\n<!-- end -->", text
    )


@functools.cache
def parts() -> Mapping[str, str]:
    """Return what is written, by the name of its mark."""
    prod = stack_of("prod")
    archived = stack_of("prod", _ARCHIVE)
    alarmed = stack_of("prod", _ALARMS)
    return {
        "summary": _summary(prod, alarmed),
        "prices": _prices(),
        "assumed": _assumed(),
        "idle": _lines(standing.sweeper(prod)),
        "alarms": _alarms(alarmed, stack_of("local", _ALARMS)),
        "traces": _rows(_traces(stack_of("prod", _ARCHIVE | _TRACED)), "traces"),
        "texts-busy": _bill(work.texts(prod, busy=True)),
        "texts-alone": _bill(work.texts(prod, busy=False)),
        "speech": _bill(speech(stack_of("prod", _SPEECH))),
        "connections-alone": _bill(work.connections(prod, busy=False)),
        "connections-busy": _bill(work.connections(prod, busy=True)),
        "replies": _bill(replies(prod)),
        "tickets": _bill(work.tickets(prod)),
        "live-changes": _bill(live.changes()),
        "live-readers": _bill(live.readers(stack_of("prod", _LIVE))),
        "connected": _rows(_connected(prod), "an hour of a connection"),
        "archive-events": _rows(_archived(), "a million events"),
        "archive-idle": _lines(standing.archiver(archived)),
        "delivery-idle": _lines(standing.polls(stack_of("prod", _QUEUE))),
        "hostile": _hostile(prod),
    }


def _summary(prod: Stack, alarmed: Stack) -> str:
    archived = list(_archived())
    spoken = speech(stack_of("prod", _SPEECH))
    rows = {
        "idle, a month": f"{money(_sum(standing.sweeper(prod)))} (the sweeper's schedule, and what it reads)",
        "ten minutes of speech, of which the model's tokens": (
            f"{money(spoken.dollars)}, {money(spoken.lines[0].dollars)}"
        ),
        "a million texts, each acknowledged and told to one screen, under an `id`": _busy(work.texts, prod),
        "a million replies of 1,000 characters, of which the model's tokens": (
            f"${replies(prod).dollars:,.0f}, ${replies(prod).lines[0].dollars:,.0f}"
        ),
        "a million connections opened and closed": _busy(work.connections, prod),
        "a million tickets": money(work.tickets(prod).dollars),
        "a million changes, told to one screen and one operator (`live.enabled`)": money(
            live.changes().dollars
        ),
        "a million pings, answered": money(_sum(_pings(prod, _MILLION))),
        "a million connection minutes": money(prices.CONNECTION_MINUTES.times(_MILLION)),
        "a million events, archived (`archive.enabled`)": (
            f"{money(_sum(archived[:2]))}, and {money(archived[2].dollars)} a month"
        ),
        "alarms (`alarms.enabled`), a month": money(_sum(standing.by_the_month(alarmed))),
    }
    return _table(("what", "about"), rows.items())


def _busy(bill: Callable[..., Bill], stack: Stack) -> str:
    busy, alone = bill(stack, busy=True).dollars, bill(stack, busy=False).dollars
    return f"${busy:.0f} busy, ${alone:.0f} if each comes alone"


def _sum(lines: Iterable[Line]) -> float:
    return sum(each.dollars for each in lines)


def _prices() -> str:
    rows = [
        (f"[{each.of}]({each.source})", f"{rate(each.dollars)} {each.unit}", each.seen)
        for each in prices.PRICES
    ]
    return _table(("price", "", "seen"), rows)


def _assumed() -> str:
    told = {
        "an invocation that appends": f"{assumed.APPEND_SECONDS * 1000:.0f} ms",
        "one that appends nothing": f"{assumed.FRAME_SECONDS * 1000:.0f} ms",
        "one that delivers a text": f"{assumed.DELIVER_SECONDS * 1000:.0f} ms",
        "one that answers a text": f"{assumed.ANSWER_SECONDS:.0f} s",
        "deltas of a reply": f"{assumed.DELTAS}",
        "tokens that a model reads and writes for a reply": (
            f"{assumed.TOKENS_READ:,} and {assumed.TOKENS_WRITTEN}"
        ),
        "one that passes a frame of speech on": f"{assumed.PUBLISH_SECONDS * 1000:.0f} ms",
        "ten minutes of speech: the assistant speaks, turns of both, transcripts of each": (
            f"{assumed.ANSWERED_SECONDS} s, {assumed.TURNS}, {assumed.TRANSCRIPTS}"
        ),
        "tokens that a model hears and speaks in them": (
            f"{assumed.TOKENS_HEARD:,} and {assumed.TOKENS_SPOKEN:,}"
        ),
        "one of the projector": f"{assumed.PROJECT_SECONDS * 1000:.0f} ms",
        "one of the sweeper where nobody is connected": f"{assumed.SWEEP_SECONDS * 1000:.0f} ms",
        "one of the archiver where nothing has happened": f"{assumed.ARCHIVE_SECONDS * 1000:,.0f} ms",
        "polls of a queue in which nothing waits": f"{assumed.POLLS_A_MINUTE} a minute",
        "a log line": f"{assumed.LOG_LINE_GB * 1e9:.0f} bytes",
        "an event with a text of about 200 characters": f"{assumed.EVENT_GB * 1e9:.0f} bytes",
        "one with a reply of about 1,000": f"{assumed.REPLY_GB * 1e9:,.0f} bytes",
        "its message": f"{assumed.MESSAGE_GB * 1e9:.0f} bytes",
        "the row of a connection": f"{assumed.ROW_GB * 1e9:.0f} bytes",
    }
    return _table(("assumed, not measured on AWS", ""), told.items())


def _alarms(verified: Stack, unverified: Stack) -> str:
    hour = (prices.CUSTOM_METRICS, 1 / assumed.MONTH_HOURS)
    lines = [
        *standing.by_the_month(verified),
        *(_of_unverified(each) for each in standing.by_the_month(unverified)),
        line("one metric of the filters, for an hour in which it counts something", hour),
        *(_of_every_hour(each) for each in standing.filters(verified).lines),
    ]
    return _rows(lines, "a month")


def _of_every_hour(each: Line) -> Line:
    return each._replace(what=f"{each.what}, if each counts something in every hour")


def _of_unverified(each: Line) -> Line:
    return each._replace(what=f"without verified identity: {each.what}")


def _traces(traced: Stack) -> Iterator[Line]:
    for each in (*standing.sweeper(traced), *standing.archiver(traced)):
        if each.uses[0].price == prices.TRACES:
            yield each._replace(what=f"{each.what}, idle, a month")
    busy = (prices.TRACES, assumed.MONTH_SECONDS)
    yield line("one function that is busy in every second of a month", busy)
    yield line("besides, of a million invocations", (prices.TRACES, _MILLION * assumed.TRACED_SHARE))


def _connected(prod: Stack) -> Iterator[Line]:
    yield line("connection minutes", (prices.CONNECTION_MINUTES, 60))
    yield from _pings(prod, 12)


def _pings(stack: Stack, count: float) -> Iterator[Line]:
    yield line("a ping and its pong every 5 minutes", (prices.MESSAGES, 2 * count))
    yield from work.accessed(stack, count)


def _hostile(prod: Stack) -> str:
    user = hostility.User(prod)
    within = hostility.within_limits(user)
    rows = [*map(_most, within), _most(hostility.sum_of(within)), *map(_most, hostility.beyond(user))]
    head = ("what", "how many a minute", "tokens", "posts", "invocations", "write units")
    return _table(head, rows)


def _most(each: hostility.Most) -> tuple[str, ...]:
    return each.what, each.how_many, *(f"{number:,}" for number in each[2:])


def _archived() -> Iterator[Line]:
    units = 2 * _MILLION * assumed.ARCHIVED_EVENT_GB * 1e9 / 4096 / 2
    seconds = _MILLION * assumed.ARCHIVED_EVENT_SECONDS
    yield line("read twice, to be archived and to be counted", (prices.READ_UNITS, units))
    yield line("Lambda, a whole processor", (prices.GB_SECONDS, seconds * assumed.PROCESSOR_GB))
    gb = _MILLION * assumed.ARCHIVED_GB
    yield line("stored for a month", (prices.ARCHIVED, gb))
    yield line("a question that reads all of them", (prices.QUERIED, gb / 1024))
    yield line("a small question, for the least that is charged", (prices.QUERIED, 10 / 1024**2))


def _bill(bill: Bill) -> str:
    return _table(
        (bill.title, "", ""), [*map(_row, bill.lines), ("**sum**", "", f"**{money(bill.dollars)}**")]
    )


def _lines(lines: Iterable[Line]) -> str:
    return _bill(Bill("a month", tuple(lines)))


def _rows(lines: Iterable[Line], title: str) -> str:
    return _table((title, "", ""), map(_row, lines))


def _row(each: Line) -> tuple[str, str, str]:
    return each.what, each.arithmetic, money(each.dollars)


def _table(head: Sequence[str], rows: Iterable[Sequence[str]]) -> str:
    above, *below = ("| " + " | ".join(cells) + " |" for cells in (head, *rows))
    return "\n".join([above, "|---" * len(head) + "|", *below])


if __name__ == "__main__":
    for path in DOCUMENTS:
        path.write_text(written(path.read_text(encoding="utf-8")), encoding="utf-8")
