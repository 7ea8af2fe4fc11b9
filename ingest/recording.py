"""A recording: mentions as NDJSON lines, read with their numbers and played at a pace."""

from collections.abc import Iterable, Iterator

import msgspec
from msgspec.structs import replace

from app.clock import Clock
from app.domain.mention import Deletion, Mention
from app.domain.wire import read
from app.errors import MentionError

LONGEST_LINE = 4 * 2**20


class Line(msgspec.Struct, frozen=True):
    """One line that was not empty: an event, or the field and the reason why it is none."""

    number: int
    event: Mention | Deletion | None = None
    field: str = ""
    error: str = ""


def lines(source: Iterable[bytes], now: float, first: int = 1) -> Iterator[Line]:
    """Read lines, numbered from `first`; a bad one is returned with its reason, an empty one is left out."""
    for number, raw in enumerate(source, first):
        if not raw.strip():
            continue
        if len(raw) > LONGEST_LINE:
            yield Line(number, field="line", error=f"This line has {len(raw):,} bytes; {LONGEST_LINE:,} are allowed.")
            continue
        try:
            yield Line(number, read(raw.strip(), now))
        except MentionError as error:
            yield Line(number, field=error.field, error=str(error))


def instant(event: Mention | Deletion) -> float:
    """Return when an event happened: an edit at its edit, a deletion at its deletion."""
    if isinstance(event, Deletion):
        return event.deleted_at
    return event.published_at if event.edited_at is None else event.edited_at


def shifted(event: Mention | Deletion, seconds: float) -> Mention | Deletion:
    """Return an event as if everything had happened `seconds` later."""
    if isinstance(event, Deletion):
        return replace(event, deleted_at=event.deleted_at + seconds)
    edited_at = None if event.edited_at is None else event.edited_at + seconds
    return replace(
        event,
        published_at=event.published_at + seconds,
        edited_at=edited_at,
        revision=0 if edited_at is None else int(edited_at * 1_000_000),
    )


class Pace:
    """Says how long to wait so that events keep their distances, `speed` times as fast; None: no waiting at all."""

    def __init__(self, speed: float | None, clock: Clock) -> None:
        self._speed, self._clock = speed, clock
        self._started = clock.monotonic()
        self._first: float | None = None

    def wait(self, at: float) -> float:
        """Return the seconds until an event of the instant `at` is due; 0 if it is overdue."""
        if self._first is None:
            self._first, self._started = at, self._clock.monotonic()
        if self._speed is None:
            return 0.0
        due = self._started + (at - self._first) / self._speed
        return max(0.0, due - self._clock.monotonic())


def speed_of(text: str) -> float | None:
    """Read a speed: a number above 0, or "max" for None; raise `ValueError` with a sentence."""
    if text == "max":
        return None
    try:
        speed = float(text)
    except ValueError:
        speed = 0.0
    if not 0 < speed < float("inf"):
        raise ValueError(f'{text!r} is no speed; give a number above 0, such as 60, or "max"')
    return speed
