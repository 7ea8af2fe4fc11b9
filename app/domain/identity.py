"""Opaque names for mentions and authors, and the partition each belongs to."""

from base64 import b32encode
from hashlib import blake2b
from zlib import crc32


class Identity:
    """Derives keys from a site secret, so that a key in a path gives away neither the native id nor the author."""

    def __init__(self, secret: bytes, partitions: int = 1) -> None:
        self._secret = secret
        self.partitions = partitions

    def key(self, channel: str, native_id: str) -> str:
        """Return the 24-character key (120 bits, lower-case base32) of a mention."""
        return self._digest(b"mention", channel, native_id)

    def author(self, channel: str, author_id: str) -> str:
        """Return the 24-character key of an author."""
        return self._digest(b"author", channel, author_id)

    def partition(self, key: str) -> int:
        """Return the partition a mention key belongs to, 0 up to `partitions`."""
        return crc32(key.encode()) % self.partitions

    def _digest(self, person: bytes, channel: str, native_id: str) -> str:
        text = f"{channel}\0{native_id}".encode()
        return b32encode(blake2b(text, digest_size=15, key=self._secret[:64], person=person).digest()).decode().lower()
