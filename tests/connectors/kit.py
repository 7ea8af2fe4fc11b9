"""What each connector brings along to be tested by the suite of all: tests/connectors/<name>.py holds its `KIT`."""

from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import Any, NamedTuple

from app.domain.mention import SourceEvent

RECORDINGS = Path(__file__).parents[1] / "recordings"


class Read(NamedTuple):
    """What a parser made of one recorded piece of the wire."""

    events: Sequence[SourceEvent]
    unreadable: int = 0


class Kit(NamedTuple):
    """How to try a connector without its channel."""

    connector: str
    recordings: tuple[Path, ...]
    """Files of tests/recordings/<connector>; a README.md there says of each whether it is `real` or `made`."""
    read: Callable[[bytes], Read]
    """Parses one file of the wire and never raises; anything may come in."""
    promises: tuple[Mapping[str, Any], ...]
    """What docs/channels/<connector>.md promises of the recordings, as mentions (or deletions) in the public form; only
    what stands in a promise is compared."""
    options: Mapping[str, Any] = {}
    """Options with which it would run, but for its credentials."""
    credentials: tuple[str, ...] = ()
    """The options without which it refuses to start."""
    pieces: Callable[[bytes], Sequence[bytes]] | None = None
    """Parts a recording into what `read` takes, if that is not the whole file (frames, lines, bodies)."""


def recordings(connector: str) -> tuple[Path, ...]:
    """Return the recordings of a connector, but for their README."""
    return tuple(sorted(path for path in (RECORDINGS / connector).iterdir() if path.name != "README.md"))
