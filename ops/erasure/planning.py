"""What there is of a person to forget, and whether anything is in the way: nothing is changed here."""

from typing import Final

import msgspec

from ops.deployment import Deployment
from ops.erasure.archive import Archive
from ops.erasure.person import Person, survey
from ops.erasure.problems import CannotForgetError
from ops.erasure.register import Register
from ops.read_models.control import ControlItem

_MOST_TOLD: Final = 10


class Plan(msgspec.Struct, frozen=True):
    """What a run would do.

    Attributes
    ----------
    person
        What the tables have of the person.
    hours
        The hours of the archive that name them, epoch milliseconds.
    pseudonym
        What an erasure that was begun and not finished calls them.
    """

    person: Person
    hours: frozenset[int]
    pseudonym: str | None

    @property
    def is_empty(self) -> bool:
        """Whether there is nothing to do."""
        return not (self.person.named or self.person.rows or self.hours or self.pseudonym)


def plan(deployment: Deployment, archive: Archive | None, user_id: str, now: int) -> Plan:
    """Return what there is to do about a person, at a time in epoch milliseconds.

    Raises
    ------
    CannotForgetError
        If a rebuild is under way, or something cannot be redacted.
    ArchiveError
        If the archive does not answer.
    """
    metrics = deployment.outputs.metrics_table
    if ControlItem(deployment.client, metrics).read().rebuilding:
        raise CannotForgetError("a rebuild was begun: finish it by `ops rebuild` first")
    begun = Register(deployment.client, metrics).unfinished(user_id)
    pseudonym = None if begun is None else begun.pseudonym
    person = survey(deployment, user_id, now, pseudonym)
    refuse(person.problems)
    if archive is None:
        return Plan(person, frozenset(), pseudonym)
    hours = archive.hours(user_id, now)
    refuse(tuple(problem for hour in sorted(hours) for problem in archive.problems(user_id, hour)))
    return Plan(person, hours, pseudonym)


def refuse(problems: tuple[str, ...]) -> None:
    """Raise `CannotForgetError` if there are problems, with the first of them."""
    if not problems:
        return
    told = "\n".join(problems[:_MOST_TOLD])
    fix = "use the release that has written them, or repair or delete them by hand"
    raise CannotForgetError(f"{len(problems)} items cannot be redacted: {fix}.\n{told}")
