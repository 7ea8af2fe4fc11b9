"""What was seen of a list that is read again and again: a few bytes an item, so that a cursor can hold it."""

import base64
import binascii
from collections import OrderedDict
from hashlib import blake2b
from typing import Literal

NAME, SAID = 8, 4
"""Bytes kept of an item's id, and of what it said."""

Novelty = Literal["new", "changed", ""]


class Seen:
    """Remembers up to `limit` items; the one that was looked at longest ago is forgotten first.

    Two different items fall together once in 2**64, a change goes unnoticed once in 2**32.
    """

    def __init__(self, packed: str = "", limit: int = 500) -> None:
        self._limit = limit
        self._items: OrderedDict[bytes, bytes] = OrderedDict()
        try:
            whole = base64.b64decode(packed, validate=True)
        except (binascii.Error, ValueError):  # another release wrote it: everything is new, and known by its id
            whole = b""
        for start in range(0, len(whole) - NAME - SAID + 1, NAME + SAID):
            self._items[whole[start : start + NAME]] = whole[start + NAME : start + NAME + SAID]

    def __len__(self) -> int:
        return len(self._items)

    def __contains__(self, name: str) -> bool:
        return _digest(name, NAME) in self._items

    def look(self, name: str, said: str) -> Novelty:
        """Tell whether an item is new or says something else than before, and remember it."""
        key, now = _digest(name, NAME), _digest(said, SAID)
        before = self._items.pop(key, None)
        self._items[key] = now
        if len(self._items) > self._limit:
            self._items.popitem(last=False)
        if before is None:
            return "new"
        return "" if before == now else "changed"

    @property
    def packed(self) -> str:
        """Everything remembered, 16 letters an item."""
        return base64.b64encode(b"".join(key + said for key, said in self._items.items())).decode()


def _digest(text: str, size: int) -> bytes:
    return blake2b(text.encode("utf-8", "surrogatepass"), digest_size=size).digest()
