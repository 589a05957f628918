"""What something costs: lines of what is used, with the arithmetic beside each, and their sum."""

from typing import Final, NamedTuple

from ops.prices import Price

_MILLION: Final = 1_000_000
_SMALL: Final = 0.1
TIMES: Final = "\N{MULTIPLICATION SIGN}"


class Use(NamedTuple):
    """So much of something that has a price."""

    price: Price
    quantity: float

    @property
    def dollars(self) -> float:
        """What it costs."""
        return self.price.times(self.quantity)

    @property
    def arithmetic(self) -> str:
        """How that comes about, such as ``8,640`` times ``$1.00/M``."""
        per = "" if self.price.per == 1 else "/M"
        return f"{amount(self.quantity)} {TIMES} {rate(self.price.dollars)}{per}"


class Line(NamedTuple):
    """
    One line of a bill.

    Parameters
    ----------
    what
        What is used, and how the count comes about where that is not plain.
    uses
        What has a price in it.
    """

    what: str
    uses: tuple[Use, ...]

    @property
    def dollars(self) -> float:
        """What it costs."""
        return sum(use.dollars for use in self.uses)

    @property
    def arithmetic(self) -> str:
        """How that comes about."""
        return " + ".join(use.arithmetic for use in self.uses)


class Bill(NamedTuple):
    """
    What something costs.

    Parameters
    ----------
    title
        What it is the bill of.
    lines
        What it consists of.
    """

    title: str
    lines: tuple[Line, ...]

    @property
    def dollars(self) -> float:
        """The sum."""
        return sum(line.dollars for line in self.lines)


def line(what: str, *uses: tuple[Price, float]) -> Line:
    """Return a line of a bill, from each price and how often it is paid."""
    return Line(what, tuple(Use(price, quantity) for price, quantity in uses))


def rate(dollars: float) -> str:
    """Return a price as it is quoted: ``$1.00``, ``$0.625``, ``$13.33``."""
    return f"${dollars:.2f}" if round(dollars, 2) == dollars else f"${dollars:.4g}"


def money(dollars: float) -> str:
    """Return dollars as people read them: in cents, or as many figures as a small sum needs."""
    if dollars == 0 or dollars >= _SMALL:
        return f"${dollars:,.2f}"
    return f"${dollars:.3f}" if dollars >= _SMALL / 100 else f"${dollars:.6f}"


def amount(count: float) -> str:
    """Return a count as people read it: ``8,640``, ``2 M``, ``0.006``."""
    if count >= 1_000_000:
        return f"{count / 1_000_000:,.4g} M"
    return f"{count:,.0f}" if count >= 100 else f"{count:.3g}"
