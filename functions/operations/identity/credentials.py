"""What a client proves itself with: a token in a header, or a one-time ticket in the URL."""

from functions.aws.identity.tickets import Tickets
from functions.aws.identity.tokens import Tokens
from functions.domain.identity.denials import Denial
from functions.domain.identity.identity import Identity, Unidentified
from functions.operations.identity.authorizing import Handshake


def identify(handshake: Handshake, tokens: Tokens, tickets: Tickets, now: int) -> Identity:
    """Return who a client is, by ``Authorization: Bearer <token>`` or by ``?ticket=``.

    Raises
    ------
    Unidentified
        If it proves nothing, or comes with both: which of them it means is not for us to guess.
    Unavailable
        If a ticket cannot be redeemed in time.
    """
    authorization = handshake.headers.get("authorization")
    ticket = handshake.query.get("ticket")
    if authorization is not None and ticket is not None:
        raise Unidentified(Denial.TOKEN_AND_TICKET)
    if authorization is not None:
        return tokens.identify(token_of(authorization), now)
    if ticket is not None:
        return tickets.redeem(ticket, now)
    raise Unidentified(Denial.NO_CREDENTIALS)


def token_of(authorization: str) -> str:
    """Return the token of ``Bearer <token>``.

    ``Bearer`` may be left out, as for a ticket: an HTTP API's JWT authorizer takes a token by itself too.

    Raises
    ------
    Unidentified
        If it is something else.
    """
    scheme, blank, token = authorization.partition(" ")
    if not blank:
        return authorization
    if scheme.lower() != "bearer":
        raise Unidentified(Denial.NOT_BEARER)
    return token.strip(" ")  # no other blank is one in HTTP
