"""Writing down what happened to an incident: authorise, one transaction, one audit row, its events, then the walls."""

import asyncio
from collections.abc import Callable
from typing import NamedTuple

import structlog
from msgspec.structs import replace

from app.bus.port import Bus
from app.domain.actor import Actor, authorise
from app.domain.audit import AuditEntry
from app.domain.events import EventKind, IncidentEvent
from app.domain.incident import Incident
from app.domain.silence import silenced
from app.errors import Unavailable
from app.store.engine import Store, Transaction

Detail = dict[str, str | int | float | bool | None]

log = structlog.get_logger("crisis")


class By(NamedTuple):
    """Who does it: an actor, and the person they named as the one who acts."""

    actor: Actor
    person: str | None = None

    @property
    def who(self) -> str:
        """Return who it was: the id of the person, else of the actor."""
        return self.person or self.actor.id


class Deed(NamedTuple):
    """What is done, by whom, and when."""

    by: By
    verb: str
    at: float


class Change(NamedTuple):
    """What becomes of an incident: as it is from now on, what its log says, and what the audit row says beside."""

    incident: Incident
    events: tuple[tuple[EventKind, Detail], ...] = ()
    detail: Detail = {}  # noqa: RUF012 - nobody writes into it
    others: tuple["Change", ...] = ()
    """What becomes of others with it, without an audit row of their own."""


class Done(NamedTuple):
    """The incident as it is kept now, and the events that were written, none where nothing changed."""

    incident: Incident
    events: tuple[IncidentEvent, ...]


async def write(store: Store, bus: Bus, deed: Deed, change: Callable[[Transaction], Change | Incident]) -> Done:
    """Do what `change` says in one transaction, then show it on walls; an incident returned as it is changes nothing.

    `change` has to hold the incident (`tx.incidents.held`). A bus that is away undoes nothing: walls catch up within a
    minute. Raises `NotAllowed`, `NotFound`, `Conflict`, `WrongInput` or `StoreUnavailable`, and nothing is kept then.
    """
    authorise(deed.by.actor, deed.verb)

    def transact() -> tuple[list[Incident], Done]:
        with store.transaction() as tx:
            if deed.by.person is not None:
                tx.people.get(deed.by.person)
            found = change(tx)
            if isinstance(found, Incident):
                authorise(deed.by.actor, deed.verb, found.brand)
                return [found], Done(found, ())
            authorise(deed.by.actor, deed.verb, found.incident.brand)
            kept, *others = [keep(tx, deed, one) for one in (found, *found.others)]
            tx.audit.append(entry(deed, kept.incident, found.detail))
            return [kept.incident, *(one.incident for one in others)], kept

    shown, done = await asyncio.to_thread(transact)
    await show(bus, shown)
    return done


def keep(tx: Transaction, deed: Deed, change: Change) -> Done:
    """Keep one change with its events; what it is silenced by is looked up anew."""
    before = change.incident
    kept = under_silence(tx, before, deed.at)
    tx.incidents.save(kept)
    events = change.events
    if "opened" not in [kind for kind, _ in events]:
        events += _silence_changed(tx, before, kept)
    return Done(kept, tuple(tx.events.append(_event(deed, kept, kind, detail)) for kind, detail in events))


def under_silence(tx: Transaction, incident: Incident, at: float) -> Incident:
    """Return an incident with the silence it is under now; a resolved one stays as it is.

    Detectors judge seconds behind the clock: what was known later already counts.
    """
    if not incident.alive:
        return incident
    now = max(at, incident.updated_at)
    silence = silenced(tx.silences.active(now, incident.brand), incident, now)
    under = (silence.id, silence.until) if silence else (None, None)
    if under == (incident.silence, incident.silent_until):
        return incident
    return replace(incident, silence=under[0], silent_until=under[1], updated_at=now)


def _silence_changed(tx: Transaction, before: Incident, kept: Incident) -> tuple[tuple[EventKind, Detail], ...]:
    if before.silence == kept.silence:
        return ()
    if kept.silence is None:
        return (("unsilenced", {"silence": before.silence}),)
    silence = tx.silences.get(kept.silence)
    told: Detail = {"silence": silence.id, "until": silence.until, "owner": silence.owner, "reason": silence.reason}
    return (("silenced", told),)


def _event(deed: Deed, incident: Incident, kind: EventKind, detail: Detail) -> IncidentEvent:
    return IncidentEvent(
        incident.id,
        incident.brand,
        deed.at,
        kind,
        deed.by.actor.kind,
        deed.by.who,
        incident.severity,
        incident.level.value if incident.level else 0,
        detail,
    )


def entry(deed: Deed, incident: Incident, detail: Detail) -> AuditEntry:
    """Return the audit row of what was done to an incident."""
    named: Detail = {"person": deed.by.person} if deed.by.person else {}
    figures: Detail = {"severity": incident.severity, "peak": incident.peak, "state": incident.state}
    actor = deed.by.actor
    return AuditEntry(
        at=deed.at,
        actor_kind=actor.kind,
        actor=actor.id,
        verb=deed.verb,
        scope=incident.brand,
        subject=incident.id,
        detail={**figures, **named, **detail},
    )


async def show(bus: Bus, incidents: list[Incident]) -> None:
    """Show incidents on walls; if the bus is away, the alerts service does that within a minute after it is back."""
    try:
        for incident in incidents:
            await bus.show_incident(incident)
    except Unavailable as away:
        log.warning("walls hear of it later", incidents=[one.id for one in incidents], reason=str(away))
