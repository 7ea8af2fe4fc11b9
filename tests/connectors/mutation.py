"""Mutations of the wire: what a broken, hostile or newer server might send instead of a recorded piece."""

import json
import random
from collections.abc import Iterator, Sequence
from typing import Any

STRANGE: tuple[Any, ...] = (
    *(None, True, 0, -1, 10**400, 1e308, 2**53 + 1, "", " ", "\ud800", "\x00", "x" * 70_000, [], {}, [[]], {"": None}),
    *(
        "9999-99-99T99:99:99Z",
        "0001-01-01T00:00:00Z",
        "2026-11-21",
        "javascript:alert(1)",
        "at://",
        "\u202eevil",
        "1e999",
    ),
)
TOKENS = (
    b"{",
    b"}",
    b"[",
    b"]",
    b'"',
    b"<",
    b">",
    b"&#x0;",
    b"]]>",
    b"\xff\xfe",
    b"\r\n\r\n",
    b"NaN",
    b"null",
    b"\x1b[2J",
)


def mutations(pieces: Sequence[bytes], count: int, seed: int) -> Iterator[bytes]:
    """Yield `count` mutations of recorded pieces, the same for the same seed."""
    draw = random.Random(seed)
    for _ in range(count):
        piece = draw.choice(pieces)
        for _ in range(draw.choice((1, 1, 1, 2, 3, 8))):
            piece = draw.choice((_value, _value, _value, _flip, _cut, _twice, _token))(piece, draw)
        yield piece


def _value(piece: bytes, draw: random.Random) -> bytes:
    """Replace, rename or take away one value of a JSON document; of any other, some bytes."""
    try:
        data = json.loads(piece)
    except (ValueError, RecursionError):
        return _token(piece, draw)
    places = list(_places(data))
    if not places:
        return _flip(piece, draw)
    holder, key = draw.choice(places)
    match draw.randrange(4):
        case 0 if isinstance(holder, dict):
            holder[f"{key}_"] = holder.pop(key)
        case 1:
            del holder[key]
        case 2:
            other, place = draw.choice(places)
            holder[key] = json.loads(json.dumps(other[place], default=str)) if _has(other, place) else None
        case _:
            holder[key] = draw.choice(STRANGE)
    try:
        return json.dumps(data, ensure_ascii=draw.random() < 0.5).encode("utf-8", "surrogatepass")
    except (ValueError, RecursionError):
        return piece


def _has(holder: Any, key: Any) -> bool:
    return key in holder if isinstance(holder, dict) else 0 <= key < len(holder)


def _places(data: Any) -> Iterator[tuple[Any, Any]]:
    """Yield every place of a JSON document as (holder, key)."""
    waiting = [data]
    while waiting:
        holder = waiting.pop()
        keys = list(holder) if isinstance(holder, dict) else range(len(holder)) if isinstance(holder, list) else ()
        for key in keys:
            yield holder, key
            waiting.append(holder[key])


def _flip(piece: bytes, draw: random.Random) -> bytes:
    changed = bytearray(piece)
    for _ in range(draw.randint(1, 5)):
        if changed:
            changed[draw.randrange(len(changed))] = draw.randrange(256)
    return bytes(changed)


def _cut(piece: bytes, draw: random.Random) -> bytes:
    start, end = sorted((draw.randint(0, len(piece)), draw.randint(0, len(piece))))
    return piece[:start] if draw.random() < 0.5 else piece[:start] + piece[end:]


def _twice(piece: bytes, draw: random.Random) -> bytes:
    start, end = sorted((draw.randint(0, len(piece)), draw.randint(0, len(piece))))
    return piece[:end] + piece[start : min(end, start + 4096)] + piece[end:]


def _token(piece: bytes, draw: random.Random) -> bytes:
    at = draw.randint(0, len(piece))
    return piece[:at] + draw.choice(TOKENS) * draw.choice((1, 1, 1, 200)) + piece[at:]
