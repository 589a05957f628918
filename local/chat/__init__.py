"""A terminal chat, and the rules by which a client shows each message once, in order."""
