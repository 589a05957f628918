"""One-time tickets: a browser cannot send a header with its handshake, and a token has no place in a URL."""

import re
import secrets
from typing import Any, Final

import msgspec

from functions.aws.attributes import to_item
from functions.aws.faults import unavailable
from functions.domain.identity.denials import Denial
from functions.domain.identity.identity import Identity, Unidentified, has_expired
from functions.domain.log.claims import ticket_key
from functions.names import TTL_ATTRIBUTE

TICKET_SECONDS: Final = 30
_BYTES: Final = 32
_FORM: Final = re.compile(r"[A-Za-z0-9_-]{43}")


class Tickets:
    """The tickets among the claims: each a row under its hash, which whoever takes it deletes.

    Parameters
    ----------
    client
        A DynamoDB client.
    table
        The name of the claims table.
    """

    def __init__(self, client: Any, table: str) -> None:
        self._client = client
        self._table = table

    def issue(self, identity: Identity, now: int) -> str:
        """Return a new ticket for a user, good once and for 30 s.

        Parameters
        ----------
        identity
            Whom it lets in, and until when.
        now
            Epoch milliseconds.

        Raises
        ------
        Unavailable
            If it cannot be kept in time.
        """
        ticket = secrets.token_urlsafe(_BYTES)
        item = {
            "claim": ticket_key(ticket),
            "value": msgspec.json.encode(identity).decode(),
            TTL_ATTRIBUTE: now // 1000 + TICKET_SECONDS,
        }
        with unavailable():
            self._client.put_item(TableName=self._table, Item=to_item(item))
        return ticket

    def redeem(self, ticket: str, now: int) -> Identity:
        """Return whom a ticket lets in, and delete it: of two clients that come with one ticket, one gets in.

        A ticket whose deletion was not answered is gone: its bearer asks for another.

        Raises
        ------
        Unidentified
            If it is not a ticket, was used, or has expired.
        Unavailable
            If that cannot be found out in time.
        """
        if not _FORM.fullmatch(ticket):
            raise Unidentified(Denial.MALFORMED_TICKET)
        with unavailable():
            answer = self._client.delete_item(
                TableName=self._table, Key=to_item({"claim": ticket_key(ticket)}), ReturnValues="ALL_OLD"
            )
        row = answer.get("Attributes")
        if not row:
            raise Unidentified(Denial.UNKNOWN_TICKET)
        identity = msgspec.json.decode(row["value"]["S"], type=Identity)
        if int(row[TTL_ATTRIBUTE]["N"]) <= now // 1000:  # the deletion of expired rows lags
            raise Unidentified(Denial.TICKET_EXPIRED, user_id=identity.user_id)
        if has_expired(identity.expires_at, now=now):
            raise Unidentified(Denial.TICKET_OUTLIVED_TOKEN, user_id=identity.user_id)
        return identity
