"""What detectors and rules do with an incident: open it, join it, bring it up to date, and let it end."""

from collections.abc import Iterable, Sequence

from msgspec.structs import replace

from app.bus.port import Bus
from app.crisis.writing import By, Change, Deed, Detail, write
from app.domain.actor import Actor
from app.domain.events import EventKind
from app.domain.incident import SEVERITIES, Incident, Severity, Signal, raisers, rules_of
from app.errors import Conflict
from app.store.engine import Store, Transaction

TWICE = 2.0
"""Multiple of the peak it was last told with at which an incident is told anew."""
LEAP = 2
"""Levels it has to rise from where it was last told, to be told anew of a level it has been at before …"""
PAUSE = 3600.0
"""… and seconds since it was last told as opened or escalated: what comes and goes within them is one storm."""


async def open_incident(store: Store, bus: Bus, actor: Actor, incident: Incident, at: float) -> Incident:
    """Open an incident of a brand or of one of its topics; that of a brand takes those of its topics in.

    If a person has one of these in hand and it was no less severe, the new one is in the same hands. Raises `Conflict`
    if there is one already that is not resolved, or one of the whole brand that this has to join.
    """

    def change(tx: Transaction) -> Change:
        if incident.state != "firing":
            raise Conflict(f"An incident begins firing, not {incident.state}.")
        tx.incidents.alone(incident.brand)
        alive = [one for one in tx.incidents.open(incident.brand) if one.drill == incident.drill]
        for one in alive:
            if one.topic == incident.topic:
                raise Conflict(f"{one.scope} has an open incident already, {one.id}; update that one.")
            if one.topic is None:
                raise Conflict(f"{one.brand} has an open incident as a whole, {one.id}; join that one.")
        taken = alive if incident.topic is None else []
        rules = _united(incident.rules, rules_of(incident.signals))
        opened = _taking_in(replace(incident, opened_at=at, updated_at=at, rules=rules), taken)
        level = _level(opened)
        opened = replace(opened, told_at=at, told_peak=opened.peak, told_level=level, highest_level=level)
        detail: Detail = {"peak": opened.peak, "folded": ", ".join(one.id for one in taken) or None}
        return Change(opened, (("opened", detail),), {}, tuple(_folded(one, opened, actor, at) for one in taken))

    return (await write(store, bus, Deed(By(actor), "incident.open", at), change)).incident


async def join_incident(
    store: Store,
    bus: Bus,
    actor: Actor,
    incident_id: str,
    signals: Sequence[Signal],
    at: float,
    rules: Sequence[str] = (),
    severity: Severity = "note",
) -> Incident:
    """Fold what else raises into an incident: another topic, detector or rule; what is in it already changes nothing.

    Raises `NotFound` if there is no such incident, `Conflict` if it is resolved.
    """

    def change(tx: Transaction) -> Change | Incident:
        kept = alive(tx.incidents.held(incident_id))
        known = {_source(signal) for signal in kept.signals}
        new = [signal for signal in signals if _source(signal) not in known]
        if not new and set(rules) <= set(kept.rules) and not _graver(severity, kept.severity):
            return kept
        joined = replace(
            kept,
            signals=(*kept.signals, *new),
            rules=_united(kept.rules, rules, rules_of(new)),
            severity=max(kept.severity, severity, key=SEVERITIES.index),
            updated_at=max(at, kept.updated_at),
        )
        return _told(kept, joined)

    return (await write(store, bus, Deed(By(actor), "incident.join", at), change)).incident


async def update_incident(store: Store, bus: Bus, actor: Actor, incident: Incident, at: float) -> Incident:
    """Bring what is told of an incident up to date; severity and peak never fall, what persons did stays.

    Its log says when something else joined, when it escalated (graver, a higher level, twice the mentions) and when it
    calmed down. What is not known this time stays as it is stored, not as the caller remembers it: a name may have been
    wiped meanwhile. Raises `NotFound` if there is no such incident, `Conflict` if it is resolved.
    """

    def change(tx: Transaction) -> Change:
        kept = alive(tx.incidents.held(incident.id))
        signals = {_source(signal): signal for signal in (*kept.signals, *incident.signals)}
        brought = replace(
            kept,
            signals=tuple(signals.values()),
            rules=_united(kept.rules, incident.rules, rules_of(incident.signals)),
            terms=incident.terms,
            authors=incident.authors or kept.authors,
            reason=incident.reason,
            resonance=incident.resonance or kept.resonance,
            since=incident.since,
            demo=incident.demo,
            level=incident.level or kept.level,
            explanation=incident.explanation or kept.explanation,
            forecast=incident.forecast or kept.forecast,
            severity=max(kept.severity, incident.severity, key=SEVERITIES.index),
            peak=max(kept.peak, incident.peak),
            updated_at=max(at, kept.updated_at),
        )
        return _told(kept, brought)

    return (await write(store, bus, Deed(By(actor), "incident.update", at), change)).incident


async def resolve_incident(
    store: Store, bus: Bus, actor: Actor, incident: Incident, at: float, reason: str = "calm"
) -> Incident:
    """Resolve an incident that is over; raise `NotFound` if there is none, `Conflict` if it is resolved already."""

    def change(tx: Transaction) -> Change:
        kept = alive(tx.incidents.held(incident.id))
        over = replace(kept, state="resolved", resolved_at=at, resolved_by=actor.id, updated_at=at)
        return Change(over, (("resolved", {"reason": reason}),), {"reason": reason})

    return (await write(store, bus, Deed(By(actor), "incident.resolve", at), change)).incident


def alive(incident: Incident) -> Incident:
    """Return an incident that is not resolved; raise `Conflict` for one that is."""
    if not incident.alive:
        raise Conflict(f"The incident {incident.id} is {incident.state}; a new storm opens a new one.")
    return incident


def _taking_in(incident: Incident, taken: Sequence[Incident]) -> Incident:
    """Return the incident of a brand with what raised those of its topics, and in the hands they are in."""
    if not taken:
        return incident
    signals = {_source(signal): signal for one in (*taken, incident) for signal in one.signals}
    gravest = max((incident.severity, *(one.severity for one in taken)), key=SEVERITIES.index)
    held = [one for one in taken if one.state != "firing" and not _graver(incident.severity, one.severity)]
    opened = replace(
        incident,
        signals=tuple(signals.values()),
        rules=_united(incident.rules, *(one.rules for one in taken)),
        severity=gravest,
    )
    if not held:
        return opened
    hands = max(held, key=lambda one: (one.owner is not None, one.opened_at))
    return replace(
        opened,
        state=hands.state,
        owner=hands.owner,
        acknowledged_at=hands.acknowledged_at,
        acknowledged_by=hands.acknowledged_by,
        seen_at=opened.opened_at,
    )


def _folded(incident: Incident, into: Incident, actor: Actor, at: float) -> Change:
    over = replace(incident, state="resolved", resolved_at=at, resolved_by=actor.id, updated_at=at, folded_into=into.id)
    return Change(over, (("resolved", {"reason": "folded", "into": into.id}),))


def _told(kept: Incident, now: Incident) -> Change:
    """Return the change from what was kept, with the events that tell what really changed."""
    events: list[tuple[EventKind, Detail]] = []
    new = raisers(now) - raisers(kept)
    topics = {signal.brand for signal in now.signals} - {signal.brand for signal in kept.signals}
    if new or topics:
        events.append(("joined", _joined(new, topics)))
    before, level = kept.told_level, _level(now)
    because = _because(kept, now)
    if because:
        figures: Detail = {"severity": now.severity, "level": level, "peak": now.peak}
        was: Detail = {"was_severity": kept.severity, "was_level": before, "was_peak": kept.told_peak}
        events.append(("escalated", {"because": because, **figures, **was}))
        highest = max(level, kept.highest_level)
        now = replace(now, told_at=now.updated_at, told_peak=now.peak, told_level=level, highest_level=highest)
    elif now.level is not None and level < before:
        events.append(("calmer", {"level": level, "was_level": before}))
        now = replace(now, told_level=level)
    return Change(now, tuple(events))


def _because(kept: Incident, now: Incident) -> str:
    """Return why an incident has escalated since it was last told, "" if it has not."""
    found = []
    if _graver(now.severity, kept.severity):
        found.append("severity")
    leapt = _level(now) >= kept.told_level + LEAP and now.updated_at - kept.told_at >= PAUSE
    if leapt or _level(now) > kept.highest_level:
        found.append("level")
    if kept.told_peak and now.peak >= TWICE * kept.told_peak:
        found.append("volume")
    return ", ".join(found)


def _joined(new: Iterable[tuple[str, str]], topics: Iterable[str]) -> Detail:
    kinds: dict[str, list[str]] = {"detector": [], "rule": []}
    for kind, name in new:
        kinds[kind].append(name)
    named = {"detectors": kinds["detector"], "rules": kinds["rule"], "scopes": list(topics)}
    return {name: ", ".join(sorted(found)) for name, found in named.items() if found}


def _source(signal: Signal) -> tuple[str, str]:
    return signal.brand, signal.detector


def _united(first: Sequence[str], *more: Sequence[str]) -> tuple[str, ...]:
    return tuple(dict.fromkeys([*first, *(rule for rules in more for rule in rules)]))


def _graver(one: Severity, other: Severity) -> bool:
    return SEVERITIES.index(one) > SEVERITIES.index(other)


def _level(incident: Incident) -> int:
    return incident.level.value if incident.level else 0
