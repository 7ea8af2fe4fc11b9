"""Use cases of an incident: open, update, resolve. One transaction, one audit row, one event each."""

import asyncio
from collections.abc import Callable

import msgspec

from app.bus.port import Bus
from app.domain.actor import Actor, authorise
from app.domain.audit import AuditEntry
from app.domain.incident import Incident
from app.errors import Conflict
from app.store.engine import Store, Transaction

ALIVE = ("firing", "acknowledged", "owned")
SEVERITIES = ("note", "warning", "crisis")


async def open_incident(store: Store, bus: Bus, actor: Actor, incident: Incident, at: float) -> Incident:
    """Open an incident; raise `Conflict` if its brand has one that is not resolved."""

    def save(tx: Transaction) -> Incident:
        if incident.state != "firing":
            raise Conflict(f"An incident begins firing, not {incident.state}.")
        tx.incidents.alone(incident.brand)
        if any(other.brand == incident.brand for other in tx.incidents.open()):
            raise Conflict(f"{incident.brand} has an open incident already; update that one.")
        return msgspec.structs.replace(incident, opened_at=at, updated_at=at)

    return await _write(store, bus, actor, "incident.open", incident, at, save)


async def update_incident(store: Store, bus: Bus, actor: Actor, incident: Incident, at: float) -> Incident:
    """Bring signals, terms, authors, peak and reason up to date; severity and peak never fall, the state stays.

    Without new authors those stored stay, not those the caller remembers: a name may have been wiped meanwhile.

    Raises `NotFound` if there is no such incident, `Conflict` if it is resolved.
    """

    def save(tx: Transaction) -> Incident:
        kept = _alive(tx.incidents.get(incident.id))
        return msgspec.structs.replace(
            incident,
            brand=kept.brand,
            authors=incident.authors or kept.authors,
            opened_at=kept.opened_at,
            state=kept.state,
            severity=max(kept.severity, incident.severity, key=SEVERITIES.index),
            peak=max(kept.peak, incident.peak),
            updated_at=at,
            resolved_at=None,
        )

    return await _write(store, bus, actor, "incident.update", incident, at, save)


async def resolve_incident(store: Store, bus: Bus, actor: Actor, incident: Incident, at: float) -> Incident:
    """Resolve an incident; raise `NotFound` if there is none, `Conflict` if it is resolved already."""

    def save(tx: Transaction) -> Incident:
        kept = _alive(tx.incidents.get(incident.id))
        return msgspec.structs.replace(kept, state="resolved", resolved_at=at, updated_at=at)

    return await _write(store, bus, actor, "incident.resolve", incident, at, save)


def _alive(incident: Incident) -> Incident:
    if incident.state not in ALIVE:
        raise Conflict(f"The incident {incident.id} is {incident.state}; a new storm opens a new one.")
    return incident


async def _write(
    store: Store,
    bus: Bus,
    actor: Actor,
    verb: str,
    incident: Incident,
    at: float,
    save: Callable[[Transaction], Incident],
) -> Incident:
    authorise(actor, verb, incident.brand)

    def transact() -> Incident:
        with store.transaction() as tx:
            saved = save(tx)
            tx.incidents.save(saved)
            tx.audit.append(
                AuditEntry(
                    at=at,
                    actor_kind=actor.kind,
                    actor=actor.id,
                    verb=verb,
                    scope=saved.brand,
                    subject=saved.id,
                    detail={"severity": saved.severity, "peak": saved.peak, "state": saved.state},
                )
            )
        return saved

    saved = await asyncio.to_thread(transact)
    await bus.show_incident(saved)
    return saved
