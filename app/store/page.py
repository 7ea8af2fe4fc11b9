"""Pages of a list and the opaque cursors between them."""

import binascii
from base64 import urlsafe_b64decode, urlsafe_b64encode
from dataclasses import dataclass
from typing import Generic, TypeVar

import msgspec

from app.errors import WrongInput

T = TypeVar("T")
Position = tuple[float, str]
"""Where a page ended: what the list is sorted by, then what makes it unique."""

_position: msgspec.msgpack.Decoder[Position] = msgspec.msgpack.Decoder(Position)


@dataclass(frozen=True)
class Page(Generic[T]):
    """Some items of a list and the cursor to the next ones; `next` is None at the end."""

    items: list[T]
    next: str | None = None


def cursor_after(position: Position) -> str:
    """Return the cursor of what follows `position`."""
    return urlsafe_b64encode(msgspec.msgpack.encode(position)).decode().rstrip("=")


def position_of(cursor: str) -> Position:
    """Return the position a cursor stands for; raise `WrongInput` if it is none of ours."""
    try:
        return _position.decode(urlsafe_b64decode(cursor + "=" * (-len(cursor) % 4)))
    except (binascii.Error, msgspec.MsgspecError, ValueError):
        raise WrongInput("This cursor is not one of ours; ask again without it for the first page.") from None
