"""What a stack costs for changes that are told as they happen, by the million."""

from cost import assumed
from cost.bills import Bill, line
from cost.stack import Stack
from cost.work import MILLION, invoked
from ops import prices


def changes() -> Bill:
    """Return what it costs to tell a million changes, each alone, to a screen of its user and an operator."""
    return Bill(
        "a million changes, told to one screen and one operator",
        (
            line("published: the user's, the operators', the counters", (prices.CHANNEL_EVENTS, 3 * MILLION)),
            line("delivered: to each of them", (prices.CHANNEL_EVENTS, 3 * MILLION)),
        ),
    )


def readers(stack: Stack) -> Bill:
    """Return what a million readers cost that connect, and stay for an hour each."""
    asked = 2 * MILLION
    return Bill(
        "a million readers, for an hour each",
        (
            line("connect, subscribe", (prices.CHANNEL_EVENTS, asked)),
            line("connected for an hour", (prices.CHANNEL_MINUTES, 60 * MILLION)),
            invoked("live-authorizer", stack, asked, assumed.APPEND_SECONDS),
        ),
    )
