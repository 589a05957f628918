"""All targets, in the order of the table."""

from typing import Final

from tests.fuzz.targets import (
    authorizer,
    feed,
    lifecycle,
    manager,
    message,
    parser,
    projector,
    query_authorizer,
    sweeper,
    ticket,
)
from tests.fuzz.verdicts import Target

TARGETS: Final[dict[str, Target]] = {
    target.name: target
    for target in (
        parser.TARGET,
        message.TWO_WAY,
        message.ONE_WAY,
        feed.TARGET,
        lifecycle.TARGET,
        authorizer.TARGET,
        query_authorizer.TARGET,
        ticket.TARGET,
        manager.TARGET,
        sweeper.TARGET,
        projector.TARGET,
    )
}
