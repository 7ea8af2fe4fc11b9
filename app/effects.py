"""Use case of effects: what came after each statement of ours on an incident, against what was expected before it."""

from collections.abc import Sequence
from itertools import zip_longest

from app.domain.brand import scope
from app.domain.effect import LONG, Effect, effect
from app.domain.events import IncidentEvent
from app.domain.incident import Incident
from app.store.engine import Transaction

LATE = 120.0
"""Seconds the archive may be behind: what is newer is not compared."""
MINUTE = 60


def said_at(event: IncidentEvent) -> float:
    """Return when a statement was public: it may have been marked later."""
    at = event.detail.get("at")
    return float(at) if isinstance(at, int | float) else event.at


def statements(events: Sequence[IncidentEvent]) -> list[IncidentEvent]:
    """Return what we said in public, in the order in which it was said."""
    return sorted((event for event in events if event.kind == "statement"), key=said_at)


def effects(tx: Transaction, incident: Incident, events: Sequence[IncidentEvent], now: float) -> tuple[Effect, ...]:
    """Return the effect of each statement on an incident, in the order in which they were said; `events` are its log.

    Once it is over, what came within two hours after is compared, too.
    """
    at = [said_at(event) for event in statements(events)]
    if not at:
        return ()
    forecasts = [kept.forecast for kept in tx.forecasts.of(incident.id)]
    end = now if incident.alive else min(now, (incident.resolved_at or incident.updated_at) + LONG)
    until = (end - LATE) // MINUTE * MINUTE
    what = scope(incident.brand, incident.topic) if incident.topic else incident.brand
    found = tx.tallies.read(what, at[0] // MINUTE * MINUTE, until, MINUTE)
    said = {int(minute.start): minute.count for minute in found}
    return tuple(effect(one, forecasts, said, until, after) for one, after in zip_longest(at, at[1:]))
