"""The level of an incident, measured at each telling."""

from msgspec.structs import replace

from alerts.explanation.telling import Telling
from app.bus.port import Snapshot
from app.domain.incident import Incident
from app.domain.level import Level, level
from app.domain.strength import strength
from app.domain.usual import Usual


async def strong(incident: Incident, telling: Telling) -> Incident:
    """Put in how strong it blows; it rises at once and falls slowly."""
    return replace(incident, level=level_of(incident, telling))


def level_of(incident: Incident, telling: Telling) -> Level:
    """Return the level of an incident by the tallies of its scope, and the one it had."""
    begun = incident if incident.since else replace(incident, since=telling.figures.since)
    return measured(begun, telling.snapshot, telling.scope, telling.at, _usual(telling))


def measured(incident: Incident, snapshot: Snapshot, scope: str, at: float, expected: float) -> Level:
    """Return the level of an incident at an instant; `expected` mentions a minute are usual then."""
    found = strength(snapshot.tally, scope, at, expected, incident.since, snapshot.profiles)
    return level(found, incident.level.value if incident.level else 0)


def other_level(incident: Incident, snapshot: Snapshot, usual: Usual, at: float) -> bool:
    """Tell whether an incident has another level by now than it was told with."""
    expected = next((one.expected for one in usual.minutes if one.start <= at < one.start + 60), 0.0)
    before = incident.level.value if incident.level else 0
    return measured(incident, snapshot, usual.brand, at, expected).value != before


def _usual(telling: Telling) -> float:
    """Return how many mentions a minute are usual, whatever the figures tell of."""
    for one in telling.decision.signals:
        if one.detector == "volume" and one.window:
            return one.expected / (one.window / 60)
    return telling.figures.expected
