"""The bytes of a feed: unpacked, and no more of them than may take our time."""

import re
import zlib
from itertools import islice

INFLATED = 8 * 2**20
"""Bytes of a feed that a server sends packed without saying so."""

TAGS = 20_000
"""Tags of a feed that are read: the parser needs 0.1 ms for each, and a feed that is made to hold us up shall not hold
up more than a few seconds, nor the end of the process."""

_BOUNDS = ((re.compile(rb"<"), TAGS), (re.compile(rb"&"), 200_000), (re.compile(rb"="), 200_000))
"""Of a document that many tags, references to characters, and attributes."""


def unpacked(body: bytes) -> bytes:
    """Return what was packed without a word in the headers; anything else as it is."""
    if not body.startswith(b"\x1f\x8b"):
        return body
    try:
        return zlib.decompressobj(31).decompress(body, INFLATED)
    except zlib.error:
        return body


def bounded(body: bytes) -> bytes:
    """Return the beginning of a document, as far as it is read; all of it but for enormous ones."""
    for mark, most in _BOUNDS:
        if body.count(mark.pattern) > most:
            body = body[: next(islice(mark.finditer(body), most, None)).start()]
    return body
