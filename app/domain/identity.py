"""Opaque names for mentions and authors."""

from base64 import b32encode
from hashlib import blake2b


class Identity:
    """Derives keys from a site secret, so that a key in a path gives away neither the native id nor the author."""

    def __init__(self, secret: bytes) -> None:
        self._secret = secret

    def key(self, channel: str, native_id: str) -> str:
        """Return the 24-character key (120 bits, lower-case base32) of a mention."""
        return self._digest(b"mention", channel, native_id)

    def author(self, channel: str, author_id: str) -> str:
        """Return the 24-character key of an author."""
        return self._digest(b"author", channel, author_id)

    def _digest(self, person: bytes, channel: str, native_id: str) -> str:
        text = f"{channel}\0{native_id}".encode()
        return b32encode(blake2b(text, digest_size=15, key=self._secret[:64], person=person).digest()).decode().lower()
