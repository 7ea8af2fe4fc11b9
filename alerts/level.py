"""The level of an incident, measured at each telling."""

from msgspec.structs import replace

from alerts.telling import Telling
from app.domain.incident import Incident
from app.domain.level import Level, level
from app.domain.strength import strength


async def strong(incident: Incident, telling: Telling) -> Incident:
    """Put in how strong it blows; it rises at once and falls slowly."""
    return replace(incident, level=level_of(incident, telling))


def level_of(incident: Incident, telling: Telling) -> Level:
    """Return the level of an incident by the tallies of its scope, and the one it had."""
    snapshot = telling.snapshot
    since = incident.since or telling.figures.since
    found = strength(snapshot.tally, telling.scope, telling.at, _usual(telling), since, snapshot.profiles)
    return level(found, incident.level.value if incident.level else 0)


def _usual(telling: Telling) -> float:
    """Return how many mentions a minute are usual, whatever the figures tell of."""
    for one in telling.decision.signals:
        if one.detector == "volume" and one.window:
            return one.expected / (one.window / 60)
    return telling.figures.expected
