"""Silences: begun on an incident or freely, ended early or by their time; incidents follow in the same transaction."""

import asyncio
from collections.abc import Callable
from uuid import uuid4

from msgspec.structs import replace

from app.bus.port import Bus
from app.clock import Clock
from app.crisis.writing import By, Change, Deed, Detail, keep, show, under_silence, write
from app.domain.actor import Actor, authorise
from app.domain.audit import AuditEntry
from app.domain.incident import Incident, Severity
from app.domain.silence import Silence, checked
from app.errors import Conflict, WrongInput
from app.store.engine import Store, Transaction

AGAIN = 60.0
"""Seconds by which two ends may differ for the second silence to be a double click."""


class Silencing:
    """Begins and ends silences; they survive a resolve, and what is silent is kept and listed all the same.

    All raise `NotAllowed`, `NotFound`, `WrongInput` with what to do, `Conflict` or `StoreUnavailable`; nothing is kept
    then.
    """

    def __init__(self, store: Store, bus: Bus, clock: Clock) -> None:
        self._store, self._bus, self._clock = store, bus, clock

    async def on(
        self, by: By, incident_id: str, reason: str, until: float, severity: Severity | None = None
    ) -> tuple[Incident, Silence]:
        """Silence what an incident is about, up to its present severity: a graver one breaks through."""

        def change(tx: Transaction, at: float) -> tuple[Silence, bool]:
            kept = tx.incidents.held(incident_id)
            asked = _asked(by, kept.brand, reason, at, until, severity or kept.severity)
            asked = replace(asked, topic=kept.topic, incident=kept.id)
            if not checked(asked).covers(kept):
                raise WrongInput(f"This would not silence {kept.id}, a {kept.severity}; drills cannot be silenced.")
            return _begun(tx, asked, at)

        silence = await self._write(by, "silence.begin", change)

        def read() -> Incident:
            with self._store.reading() as tx:
                return tx.incidents.get(incident_id)

        return await asyncio.to_thread(read), silence

    async def begin(
        self,
        by: By,
        brand: str,
        reason: str,
        until: float,
        *,
        topic: str | None = None,
        detector: str | None = None,
        rule: str | None = None,
        severity: Severity = "warning",
    ) -> Silence:
        """Silence a brand, one of its topics, or one detector or rule, up to a severity."""

        def change(tx: Transaction, at: float) -> tuple[Silence, bool]:
            tx.incidents.alone(brand)
            asked = _asked(by, brand, reason, at, until, severity)
            return _begun(tx, replace(checked(asked), topic=topic, detector=detector, rule=rule), at)

        return await self._write(by, "silence.begin", change)

    async def end(self, by: By, silence_id: str) -> Silence:
        """End a silence now; incidents it covered are told from here on. One that is over already is `Conflict`."""

        def change(tx: Transaction, at: float) -> tuple[Silence, bool]:
            tx.incidents.alone(tx.silences.get(silence_id).brand)
            kept = tx.silences.get(silence_id)
            if kept.ended_by == by.who:
                return kept, False
            if not kept.active(at):
                raise Conflict(f"The silence {kept.id} is over already{_ended(kept)}.")
            over = replace(kept, until=at, ended_by=by.who)
            tx.silences.save(over)
            return over, True

        return await self._write(by, "silence.end", change)

    async def _write(self, by: By, verb: str, change: Callable[[Transaction, float], tuple[Silence, bool]]) -> Silence:
        """Authorise, change, and bring the brand's incidents under what is silent now; one audit row."""
        deed = Deed(by, verb, self._clock.now())
        authorise(by.actor, verb)

        def transact() -> tuple[Silence, list[Incident]]:
            with self._store.transaction() as tx:
                if by.person is not None:
                    tx.people.get(by.person)
                silence, changed = change(tx, deed.at)
                authorise(by.actor, verb, silence.brand)
                if not changed:
                    return silence, []
                tx.audit.append(_entry(deed, silence))
                return silence, _settle(tx, deed, silence.brand)

        silence, shown = await asyncio.to_thread(transact)
        await show(self._bus, shown)
        return silence


async def lapse(store: Store, bus: Bus, actor: Actor, incident: Incident, at: float) -> Incident:
    """Have an incident heard again whose silence ended by its time; one that is still silent stays as it is."""

    def change(tx: Transaction) -> Change | Incident:
        kept = tx.incidents.held(incident.id)
        return kept if under_silence(tx, kept, at) == kept else Change(kept, (), {"silence": kept.silence})

    return (await write(store, bus, Deed(By(actor), "silence.lapse", at), change)).incident


def _settle(tx: Transaction, deed: Deed, brand: str) -> list[Incident]:
    """Bring open incidents of a brand under what is silent now; return those that changed."""
    alive = tx.incidents.open(brand)
    return [keep(tx, deed, Change(one)).incident for one in alive if under_silence(tx, one, deed.at) != one]


def _asked(by: By, brand: str, reason: str, at: float, until: float, severity: Severity) -> Silence:
    return Silence(uuid4().hex[:12], brand, by.who, reason.strip(), at, until, severity=severity)


def _begun(tx: Transaction, asked: Silence, at: float) -> tuple[Silence, bool]:
    """Keep a silence, unless its owner asked for just that a moment ago; return it and whether it is new."""
    for there in tx.silences.active(at, asked.brand):
        alike = replace(asked, id=there.id, created_at=there.created_at, until=there.until)
        if alike == there and abs(there.until - asked.until) <= AGAIN:
            return there, False
    tx.silences.save(asked)
    return asked, True


def _ended(kept: Silence) -> str:
    return f"; {kept.ended_by} ended it" if kept.ended_by else ""


def _entry(deed: Deed, silence: Silence) -> AuditEntry:
    detail: Detail = {
        "until": silence.until,
        "severity": silence.severity,
        "topic": silence.topic,
        "detector": silence.detector,
        "rule": silence.rule,
        "incident": silence.incident,
        "person": deed.by.person,
    }
    actor = deed.by.actor
    told: Detail = {name: value for name, value in detail.items() if value is not None}
    return AuditEntry(deed.at, actor.kind, actor.id, deed.verb, silence.brand, silence.id, told)
