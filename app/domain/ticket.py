"""Tickets: a link in a message that lets its reader acknowledge one incident, for a while, without signing in."""

import base64
import binascii
import hashlib
import hmac

import msgspec

from app.errors import NotAllowed

LASTS = 3 * 86_400.0
"""Seconds a ticket is good for."""
SIGNED = 16
"""Bytes of the signature."""
STALE = "This link is not good (any more); open the incident itself, or wait for the next message."


class Ticket(msgspec.Struct, frozen=True, array_like=True):
    """Who may acknowledge what, and until when."""

    incident: str
    person: str
    until: float


_decoder = msgspec.msgpack.Decoder(Ticket)


def issued(secret: bytes, ticket: Ticket) -> str:
    """Return a ticket as a word for an address: whoever has it may do what it says, nobody can make one."""
    body = msgspec.msgpack.encode(ticket)
    return base64.urlsafe_b64encode(_signature(secret, body) + body).decode().rstrip("=")


def read(secret: bytes, word: str, at: float) -> Ticket:
    """Return the ticket behind a word; raise `NotAllowed` if it is none of ours, or was good only until earlier."""
    try:
        raw = base64.b64decode((word + "=" * (-len(word) % 4)).encode(), b"-_", validate=True)
        good = hmac.compare_digest(raw[:SIGNED], _signature(secret, raw[SIGNED:]))
        ticket = _decoder.decode(raw[SIGNED:]) if good else None
    except (binascii.Error, ValueError, msgspec.MsgspecError):
        ticket = None
    if ticket is None or at >= ticket.until:
        raise NotAllowed(STALE)
    return ticket


def _signature(secret: bytes, body: bytes) -> bytes:
    key = hmac.new(secret, b"acknowledgement", hashlib.sha256).digest()
    return hmac.new(key, body, hashlib.sha256).digest()[:SIGNED]
