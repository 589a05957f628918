"""Deletes the feeds of a person: what was numbered for them, who listened, and how far they had read."""

from functions.aws.attributes import to_item
from functions.aws.feeds.erasing import delete_feed
from functions.domain.feeds.feeds import conversation_feed, user_feed
from functions.domain.log.claims import session_key
from ops.deployment import Deployment
from ops.erasure.person import Person


def delete(deployment: Deployment, person: Person) -> int:
    """Delete the feeds of a person, and return how many items they had.

    A session that is somebody else's by now keeps its feed.

    Raises
    ------
    Unavailable
        If the table cannot be read or written in time.
    """
    table = deployment.outputs.feeds_table
    if table is None:
        return 0
    feeds = [user_feed(person.user_id)]
    feeds += [conversation_feed(None, connection) for connection in person.connections]
    for session in sorted(person.sessions):
        if _owner(deployment, session) in (None, person.user_id):
            feeds += [conversation_feed(session, "")]
    return sum(delete_feed(deployment.client, table, feed) for feed in feeds)


def _owner(deployment: Deployment, session: str) -> str | None:
    claim = deployment.client.get_item(
        TableName=deployment.outputs.claims_table,
        Key=to_item({"claim": session_key(session)}),
        ConsistentRead=True,
    )
    value: str | None = claim.get("Item", {}).get("value", {}).get("S")
    return value
