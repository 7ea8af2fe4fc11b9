"""Scoring: what alarms met, and which known crises they found."""

from collections.abc import Callable, Iterable, Sequence

from app.domain.backtest import Crisis, Meaning, Raised
from app.domain.episode import Episode
from app.domain.incident import Incident

EARLY = 3600.0
"""Seconds before the onset of an incident at which an alarm still belongs to it."""
AFTER = 6 * 3600.0
"""Seconds an incident is taken to last that has no end."""
ORDER: tuple[Meaning, ...] = ("real", "unjudged", "noise")


def scored(
    episodes: Sequence[Episode], incidents: Iterable[Incident], start: float, end: float, hushed: Callable[[int], bool]
) -> tuple[tuple[Raised, ...], tuple[Crisis, ...]]:
    """Return what each alarm met, and of each known crisis of [start, end) which alarm found it first.

    `hushed` tells whether a minute lies in quiet hours; an alarm that lies wholly in them finds nothing.
    """
    known = [one for one in incidents if onset(one) < end and _until(one) >= start and one.drill is None]
    raised = tuple(_met(one, known, hushed) for one in episodes)
    crises = []
    for one in known:
        if one.verdict == "real" and start <= onset(one):
            alarm = next((at.start for at in raised if not at.quiet and _meets(at.start, at.end, one)), None)
            crises.append(Crisis(one.id, onset(one), _until(one), alarm))
    return raised, tuple(sorted(crises, key=lambda one: one.since))


def onset(incident: Incident) -> float:
    """Return when an incident began by our reckoning."""
    return incident.since or incident.opened_at


def _met(one: Episode, known: Sequence[Incident], hushed: Callable[[int], bool]) -> Raised:
    met = [(_meaning(incident), incident.id) for incident in known if _meets(one.start, one.end, incident)]
    quiet = hushed(one.start) and hushed(one.end) and one.end - one.start < AFTER
    if not met:
        return Raised(one.start, one.end, "none", quiet=quiet)
    meaning, incident = min(met, key=lambda pair: ORDER.index(pair[0]))
    return Raised(one.start, one.end, meaning, incident, quiet=quiet)


def _meaning(incident: Incident) -> Meaning:
    return incident.verdict or "unjudged"


def _meets(start: float, end: float, incident: Incident) -> bool:
    return start <= _until(incident) and end >= onset(incident) - EARLY


def _until(incident: Incident) -> float:
    if incident.resolved_at is not None:
        return incident.resolved_at
    return max(incident.updated_at, onset(incident) + AFTER)
