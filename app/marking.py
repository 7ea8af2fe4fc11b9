"""The mark of a drill: a file in a data folder by which everybody who opens the folder knows that nothing is real."""

import os
from pathlib import Path

import msgspec

from app.domain.drill import Mark
from app.errors import WrongInput

FILE = "drill.json"
FOLDER = "drills"


def put_mark(data: Path, mark: Mark) -> None:
    """Make a folder the space of a drill, before anything else is in it; for good."""
    data.mkdir(parents=True, mode=0o700)
    (data / FILE).write_bytes(msgspec.json.encode(mark))


def space_of(data: Path, drill_id: str) -> Path:
    """Return where the space of a drill lies, in the data folder of the real installation."""
    return data / FOLDER / drill_id


def mark_of(data: Path) -> Mark | None:
    """Return the mark of a data folder, None for a real one; raise `WrongInput` for a mark that cannot be read."""
    try:
        return msgspec.json.decode((data / FILE).read_bytes(), type=Mark)
    except FileNotFoundError:
        return None
    except (OSError, msgspec.DecodeError):
        raise WrongInput(
            f"{data / FILE} marks a drill and cannot be read; nothing is started on this folder."
        ) from None


def elsewhere(data: Path, variable: str) -> str | None:
    """Return what a variable of the environment names instead of what lies in a data folder, if anything.

    Raises `WrongInput` in the space of a drill: it has a Redis and an archive of its own and must reach no other.
    """
    named = os.environ.get(variable) or None
    if named is not None and mark_of(data) is not None:
        raise WrongInput(
            f"{data} is the space of a drill, and {variable} names something outside of it; "
            f"a drill never touches real data. Unset {variable}."
        )
    return named
