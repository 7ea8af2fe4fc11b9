"""What a database means when it does not do what it is asked: which kind of trouble, and what to do about it."""

from typing import Any

from sqlalchemy.exc import DBAPIError
from sqlalchemy.exc import TimeoutError as PoolTimeout

from app.errors import Trouble

ADVICE: dict[Trouble, str] = {
    "disk": "Make room on its disk; everything goes on by itself then.",
    "readonly": "Make it writable again; everything goes on by itself then.",
    "password": "Put the right name and password into DATABASE_URL, or set them on the server.",
}
SQLITE: dict[str, Trouble] = {
    "SQLITE_FULL": "disk",
    "SQLITE_IOERR": "disk",
    "SQLITE_READONLY": "readonly",
    "SQLITE_BUSY": "busy",
    "SQLITE_LOCKED": "busy",
}
POSTGRES: dict[str, Trouble] = {"53100": "disk", "58030": "disk", "25006": "readonly", "28": "password", "40": "busy"}
"""How SQLSTATE begins → the kind of trouble."""


def kind_of(error: BaseException) -> Trouble:
    """Return which kind of trouble an error of a database is."""
    if isinstance(error, PoolTimeout):
        return "busy"
    raw: Any = error.orig if isinstance(error, DBAPIError) else error
    name = getattr(raw, "sqlite_errorname", None) or ""
    for sign, kind in SQLITE.items():
        if name.startswith(sign):
            return kind
    state = getattr(raw, "sqlstate", None) or ""
    for sign, kind in POSTGRES.items():
        if state.startswith(sign):
            return kind
    said = str(raw)
    if "authentication failed" in said or "no password supplied" in said:
        return "password"
    if "No space left on device" in said:
        return "disk"
    return "readonly" if "read-only transaction" in said else "away"
