"""A rule of the user's: when to raise, for whom, how bad it is, who is told, and when it keeps quiet."""

import re
from datetime import UTC, datetime
from zoneinfo import ZoneInfo

import msgspec

from app.domain.brand import scope
from app.domain.incident import Severity

CLOCK = re.compile(r"([01]?\d|2[0-4]):([0-5]\d)")
PERIOD = re.compile(rf"({CLOCK.pattern})\s*[-\u2013]\s*({CLOCK.pattern})")
WHOLE = 24 * 60


class Rule(msgspec.Struct, frozen=True):
    """One rule as config.yaml or a screen states it."""

    id: str
    name: str
    when: str
    """The condition, in the language of docs/rules.md."""
    brands: tuple[str, ...] = ()
    """Ids of the brands it watches over; empty: all of ours."""
    topic: str | None = None
    """Id of a topic or campaign of theirs it is confined to; None: all that is said of a brand."""
    severity: Severity = "warning"
    tell: tuple[str, ...] = ()
    """Ids of the persons who are told; empty: those on duty, and then the chain."""
    quiet: str = ""
    """From when to when it raises nothing, as 22:00-06:00 in the time zone of the site; empty: it never keeps quiet."""
    shadow: bool = False
    """It is judged and recorded, and raises nothing."""
    paused: bool = False
    """It is not even judged."""

    def scopes(self, brands: tuple[str, ...]) -> tuple[str, ...]:
        """Return under which ids that what it watches is counted, of all brands of ours."""
        mine = tuple(one for one in brands if not self.brands or one in self.brands)
        return tuple(scope(one, self.topic) for one in mine) if self.topic else mine


def hours(written: str) -> tuple[int, int] | None:
    """Read quiet hours as minutes of the day; None if they cannot be read. 22:00-06:00 reaches over midnight."""
    found = PERIOD.fullmatch(written.strip())
    if found is None:
        return None
    first, last = (int(found[place]) * 60 + int(found[place + 1]) for place in (2, 5))
    return None if max(first, last) > WHOLE or first == last else (first, last)


def quiet_at(rule: Rule, at: float, zone: str) -> bool:
    """Tell whether an instant lies in a rule's quiet hours."""
    between = hours(rule.quiet) if rule.quiet else None
    if between is None:
        return False
    local = datetime.fromtimestamp(at, UTC).astimezone(ZoneInfo(zone))
    minute, (first, last) = local.hour * 60 + local.minute, between
    return first <= minute < last if first < last else minute >= first or minute < last
