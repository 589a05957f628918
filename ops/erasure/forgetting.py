"""Forgets a person: in the log, in the read models, in the feeds, among the claims and in the archive.

It can be interrupted anywhere and run again. The log names the person until everything is done that is found
by what it says of them: events are rewritten last, and the messages, feeds and claims that they lead to go
before. The archive is asked for what names them. Until all is finished, the register knows what they are
called.
"""

import secrets
from collections.abc import Callable, Iterable
from typing import Final

import msgspec

from functions.domain.log.ids import ALPHABET
from functions.domain.log.redaction import LETTERS, pseudonym
from functions.domain.log.unconnected import is_connection
from ops.connections.manager import ConnectionManager
from ops.deployment import Deployment
from ops.erasure.archive import Archive
from ops.erasure.planning import Plan
from ops.erasure.problems import StuckError
from ops.erasure.register import Erasure, Register
from ops.erasure.tables import OWN_CLOCK, Clock, Tables
from ops.read_models.rebuild import MARGIN_SECONDS, Report

REASON: Final = "erasure"
"""Why a connection was ended, as the log says until it is redacted."""


class Forgotten(msgspec.Struct, frozen=True):
    """What a run did; ``opened_since`` are connections that were opened after it began, and left alone.

    So is what was sent to the person after it began: it is among them by its key, ``feed#…``.
    """

    connections: int
    events: int
    messages: int
    sessions: int
    objects: int
    opened_since: tuple[str, ...]


def forget(
    deployment: Deployment,
    manager: ConnectionManager,
    archive: Archive | None,
    plan: Plan,
    by: str,
    report: Report = lambda _what, _count: None,
    *,
    clock: Clock = OWN_CLOCK,
    draw: Callable[[str], str] = secrets.choice,
) -> Forgotten:
    """Do what was planned, and whatever came since.

    Parameters
    ----------
    deployment
        The tables.
    manager
        Ends the person's connections.
    archive
        The archive, where there is one.
    plan
        Whom to forget.
    by
        Who asks for it.
    report
        Told of progress.
    clock
        The time.
    draw
        Draws one of some letters.

    Raises
    ------
    CannotForgetError
        If something is in the way; run again, it goes on.
    RefusedError, FailedError, InterruptedPagesError
        If the manager does not end the connections; nothing else was changed.
    Unavailable
        If the tables or the archive do not answer in time.
    """
    register = Register(deployment.client, deployment.outputs.metrics_table)
    user_id = plan.person.user_id
    drawn = pseudonym("".join(draw(ALPHABET) for _ in range(LETTERS)))
    erasure = Erasure(plan.pseudonym or plan.person.pseudonym or drawn, clock.milliseconds, user_id)
    _disconnect(manager, user_id, by)
    register.begin(erasure)
    tables = Tables(deployment, user_id, erasure.pseudonym, by, report, clock=clock)
    known = frozenset(tables.survey().traces)
    tables.forget(known)
    objects = 0
    if archive is not None:
        objects = _rewrite(archive, user_id, plan.hours | tables.hours, tables)
        if archive.unsettled(frozenset(tables.hours), clock.milliseconds):
            # an archiver may have read events before they were rewritten, and write them after it
            clock.sleep(deployment.outputs.archiver_timeout_seconds + MARGIN_SECONDS)
            tables.forget(known)
            objects += _rewrite(archive, user_id, tables.hours, tables)
    tables.move_messages()
    last = tables.survey(known)
    named = {each for each, trace in last.traces.items() if trace.named}
    if named & known:
        raise StuckError("something came late: run it again")
    register.finish(erasure, clock.milliseconds)
    return Forgotten(
        connections=sum(map(is_connection, known)),
        events=tables.events,
        messages=tables.messages,
        sessions=tables.sessions,
        objects=objects,
        opened_since=tuple(sorted(named)),
    )


def _disconnect(manager: ConnectionManager, user_id: str, by: str) -> None:
    pages = manager.pages("disconnect_user", userId=user_id, by=by, reason=REASON)
    failed = sum(page["failed"] for page in pages)
    if failed:
        raise StuckError(f"{failed} connections were not closed, or are only being opened: run it again")


def _rewrite(archive: Archive, user_id: str, hours: Iterable[int], tables: Tables) -> int:
    return sum(archive.redact(user_id, hour, tables.called) for hour in sorted(hours))
