"""Recount: minutes as they would be without some of what was said."""

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence

from msgspec.structs import fields, replace

from alerts.explanation.said import Spoken
from app.domain.tally import MinuteTally, contribution, summed

COUNTED = tuple(one.name for one in fields(MinuteTally) if one.type is int and one.name != "start")
"""What of a minute is a number that adds up."""

Minutes = Mapping[int, MinuteTally]
"""Start → minute."""


def scaled(minute: MinuteTally, share: float) -> MinuteTally:
    """Return a minute of which only a share was counted."""
    return replace(minute, **{name: round(share * getattr(minute, name)) for name in COUNTED})


def without(minutes: Minutes, said: Sequence[Spoken], out: Sequence[Spoken], onset: float) -> Minutes:
    """Return minutes without some of what was `said` since the onset.

    Of a minute that the archive knows in part, as large a part of the rest is left out; of one that it does not know,
    because it is behind or only the latest were looked at, as large a part as of all.
    """
    known, gone = _by_minute(said), _by_minute(out)
    share = len(out) / len(said) if said else 0.0
    changed = {}
    for start, minute in minutes.items():
        if start in known:
            changed[start] = _less(minute, counted(start, gone.get(start, ())), len(known[start]))
        elif start >= onset - 60:
            changed[start] = scaled(minute, 1.0 - share)
    return {**minutes, **changed}


def counted(start: int, some: Iterable[Spoken]) -> MinuteTally:
    """Return the minute that holds just these mentions."""
    parts = [contribution(one.analysed, one.author) for one in some]
    return summed(start, parts, len({part.author for part in parts}))


def _less(minute: MinuteTally, out: MinuteTally, known: int) -> MinuteTally:
    behind = max(minute.count / known, 1.0)
    left = {name: round(getattr(minute, name) - behind * getattr(out, name)) for name in COUNTED}
    return replace(minute, **{name: max(number, 0) for name, number in left.items()})


def _by_minute(some: Iterable[Spoken]) -> dict[int, list[Spoken]]:
    found: dict[int, list[Spoken]] = defaultdict(list)
    for one in some:
        found[int(one.at) // 60 * 60].append(one)
    return found
