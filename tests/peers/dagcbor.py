"""DAG-CBOR and CAR as a PDS writes them: decoded into what JSON says of the same data.

By ipld.io/specs/codecs/dag-cbor, ipld.io/specs/transport/car/carv1 and atproto.com/specs/data-model, read 2026-11-22.
"""

import base64
import struct
from collections.abc import Callable
from io import BytesIO
from typing import Any

CID_BYTES = 36
"""Version 1, codec, SHA-256 with its length, digest: all that atproto makes."""


def decode(stream: BytesIO) -> Any:
    """Read one item: links become `{"$link": …}`, bytes stay bytes."""
    first = _one(stream)
    major, small = first >> 5, first & 31
    if major == 7:
        return _simple(stream, small)
    number = small if small < 24 else int.from_bytes(stream.read(1 << small - 24))
    readers: dict[int, Callable[[], Any]] = {
        0: lambda: number,
        1: lambda: -1 - number,
        2: lambda: stream.read(number),
        3: lambda: stream.read(number).decode(),
        4: lambda: [decode(stream) for _ in range(number)],
        5: lambda: {decode(stream): decode(stream) for _ in range(number)},
        6: lambda: {"$link": cid(decode(stream)[1:])},  # the only tag is 42, a link: a byte 0 before the CID
    }
    return readers[major]()


def _simple(stream: BytesIO, small: int) -> Any:
    if small == 27:
        return struct.unpack(">d", stream.read(8))[0]
    return {20: False, 21: True, 22: None}[small]


def _one(stream: BytesIO) -> int:
    return stream.read(1)[0]


def cid(raw: bytes) -> str:
    """Write a CID in base32, as JSON does."""
    return "b" + base64.b32encode(raw).decode().lower().rstrip("=")


def blocks(car: bytes) -> dict[str, bytes]:
    """Return the blocks of a CAR by their CID."""
    stream = BytesIO(car)
    stream.read(_varint(stream))
    found = {}
    while stream.tell() < len(car):
        length = _varint(stream)
        name = cid(stream.read(CID_BYTES))
        found[name] = stream.read(length - CID_BYTES)
    return found


def _varint(stream: BytesIO) -> int:
    number = shift = 0
    while True:
        byte = _one(stream)
        number |= (byte & 127) << shift
        shift += 7
        if byte < 128:
            return number


def plain(thing: Any) -> Any:
    """Return what was decoded as JSON can say it: bytes become `{"$bytes": …}`."""
    if isinstance(thing, bytes):
        return {"$bytes": base64.b64encode(thing).decode().rstrip("=")}
    if isinstance(thing, list):
        return [plain(one) for one in thing]
    return {key: plain(value) for key, value in thing.items()} if isinstance(thing, dict) else thing
