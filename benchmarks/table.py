"""One figure as a benchmark gives it."""

from dataclasses import dataclass


@dataclass(frozen=True)
class Figure:
    """What was measured, and what it must be; ``holds`` is None where there is nothing to hold it to."""

    what: str
    measured: str
    target: str = ""
    holds: bool | None = None


def at_most(what: str, measured: float, limit: float, form: str = "{:g}") -> Figure:
    """Return a figure that must not be above a limit."""
    return Figure(what, form.format(measured), f"≤ {limit:g}", measured <= limit)


def at_least(what: str, measured: float, limit: float, form: str = "{:,.0f}") -> Figure:
    """Return a figure that must not be below a limit."""
    return Figure(what, form.format(measured), f"≥ {limit:,}", measured >= limit)
