"""Signs: words that stand in one text only, so that whoever looks knows which text a trace belongs to."""

import re
from hashlib import blake2b

TRACE = re.compile(rb"[0-9a-f]{10}qqx")
"""The end of a sign: all that is left of it in an index that stores words without the beginning they share."""


def sign(about: object) -> str:
    """Return the word for a text, named by anything printable: lower case, one word to every index."""
    return f"qx{blake2b(str(about).encode(), digest_size=7).hexdigest()}qqx"
