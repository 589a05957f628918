"""One alarm: what it watches, and what to do first when it rings."""

from dataclasses import dataclass

from infra.signals.metric_filters import Lines
from infra.signals.watches import Share, Total, Watch, Without

RUNBOOK = "docs/operations.md"


@dataclass(frozen=True, slots=True)
class Alarm:
    """
    An alarm.

    Parameters
    ----------
    what
        Its name without the stack's.
    watch
        What it watches.
    first
        What to do first, for somebody who was asleep a minute ago.
    section
        Where the runbook says more: the anchor of a heading.
    counts
        The lines that have to be counted for it.
    """

    what: str
    watch: Watch | Without | Share | Total
    first: str
    section: str
    counts: tuple[Lines, ...] = ()

    @property
    def description(self) -> str:
        """What whoever is woken reads."""
        return f"{self.first} More: {RUNBOOK}#{self.section}"
