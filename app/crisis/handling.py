"""What persons decide about an incident: seen, in hand, handed over, over, real or noise."""

from collections.abc import Callable

from msgspec.structs import replace

from app.bus.port import Bus
from app.clock import Clock
from app.crisis.writing import By, Change, Deed, Detail, write
from app.domain.incident import Incident, Verdict
from app.domain.instant import rfc3339
from app.errors import Conflict, WrongInput
from app.store.engine import Store, Transaction


class Handling:
    """Each verb once: saying again what is so already changes nothing and leaves nothing in the log.

    All raise `NotAllowed`, `NotFound` for an unknown incident or person, `Conflict` with what is so now, or
    `StoreUnavailable`; nothing is kept then.
    """

    def __init__(self, store: Store, bus: Bus, clock: Clock) -> None:
        self._store, self._bus, self._clock = store, bus, clock

    async def acknowledge(self, by: By, incident_id: str) -> Incident:
        """Say that somebody has seen it, so that nobody else is called; again, by anybody, when it has got worse."""

        def change(kept: Incident, at: float) -> Change | Incident:
            _open(kept)
            if kept.worse:
                return Change(_seen(kept, by, at), (("acknowledged", {"again": True}),))
            if by.who in {kept.acknowledged_by, kept.owner}:
                return kept
            if kept.state == "owned":
                raise Conflict(f"{kept.owner} has the incident {kept.id} in hand already.")
            if kept.state == "acknowledged":
                raise Conflict(f"{kept.acknowledged_by} has acknowledged the incident {kept.id}{_when(kept)} already.")
            return Change(_seen(replace(kept, state="acknowledged"), by, at), (("acknowledged", {}),))

        return await self._do(by, "incident.acknowledge", incident_id, change)

    async def own(self, by: By, incident_id: str) -> Incident:
        """Take it in hand; who does that has seen it."""

        def change(kept: Incident, at: float) -> Change | Incident:
            _open(kept)
            if kept.owner == by.who:
                return kept
            if kept.owner is not None:
                raise Conflict(f"{kept.owner} has the incident {kept.id} in hand already; have it handed over instead.")
            owned = _seen(replace(kept, state="owned", owner=by.who), by, at)
            return Change(owned, (("owned", {"owner": by.who}),), {"owner": by.who})

        return await self._do(by, "incident.own", incident_id, change)

    async def hand_over(self, by: By, incident_id: str, to: str, note: str = "") -> Incident:
        """Put it into the hands of another person, whoever had it before."""
        if not to.strip():
            raise WrongInput("A hand-over needs `to`, the id of a person; GET /api/v1/people lists them.")

        def hand(tx: Transaction) -> Change | Incident:
            kept = _open(tx.incidents.held(incident_id))
            tx.people.get(to)
            if kept.owner == to:
                return kept
            at = self._clock.now()
            hands: Detail = {"owner": to, "before": kept.owner}
            owned = _seen(replace(kept, state="owned", owner=to), by, at)
            return Change(owned, (("handed_over", {**hands, "note": note}),), hands)

        return await self._write(by, "incident.hand_over", hand)

    async def resolve(self, by: By, incident_id: str, reason: str = "", verdict: Verdict | None = None) -> Incident:
        """Say that it is over, why, and perhaps what it was."""
        return await self._end(by, "incident.resolve", incident_id, reason, verdict)

    async def false_alarm(self, by: By, incident_id: str, reason: str = "") -> Incident:
        """Say that it is over and was noise, in one; one that is resolved already is called noise."""

        def change(kept: Incident, at: float) -> Change | Incident:
            if not kept.alive:
                return _judged(kept, "noise", at)
            return _over(by, kept, reason, "noise", at)

        return await self._do(by, "incident.false_alarm", incident_id, change)

    async def judge(self, by: By, incident_id: str, verdict: Verdict) -> Incident:
        """Say whether it was real or noise, at any time and again: the budget of false alarms learns from it."""
        return await self._do(by, "incident.verdict", incident_id, lambda kept, at: _judged(kept, verdict, at))

    async def _end(self, by: By, verb: str, incident_id: str, reason: str, verdict: Verdict | None) -> Incident:
        def change(kept: Incident, at: float) -> Change | Incident:
            if kept.alive:
                return _over(by, kept, reason, verdict, at)
            if kept.resolved_by == by.who and verdict in {None, kept.verdict}:
                return kept
            when = f" at {rfc3339(kept.resolved_at)}" if kept.resolved_at else ""
            into = f" and went on as {kept.folded_into}" if kept.folded_into else ""
            raise Conflict(f"The incident {kept.id} was resolved{when} by {kept.resolved_by or 'somebody'}{into}.")

        return await self._do(by, verb, incident_id, change)

    async def _do(
        self, by: By, verb: str, incident_id: str, change: Callable[[Incident, float], Change | Incident]
    ) -> Incident:
        def held(tx: Transaction) -> Change | Incident:
            return change(tx.incidents.held(incident_id), self._clock.now())

        return await self._write(by, verb, held)

    async def _write(self, by: By, verb: str, change: Callable[[Transaction], Change | Incident]) -> Incident:
        return (await write(self._store, self._bus, Deed(by, verb, self._clock.now()), change)).incident


def _open(kept: Incident) -> Incident:
    if not kept.alive:
        into = (
            f" and went on as {kept.folded_into}; look there" if kept.folded_into else "; a new storm opens a new one"
        )
        raise Conflict(f"The incident {kept.id} is resolved{into}.")
    return kept


def _seen(kept: Incident, by: By, at: float) -> Incident:
    """Return an incident that somebody has seen; the first to do so stays named."""
    first = kept.acknowledged_at is None
    return replace(
        kept,
        acknowledged_at=at if first else kept.acknowledged_at,
        acknowledged_by=by.who if first else kept.acknowledged_by,
        seen_at=at,
        updated_at=at,
    )


def _over(by: By, kept: Incident, reason: str, verdict: Verdict | None, at: float) -> Change:
    over = replace(
        kept,
        state="resolved",
        resolved_at=at,
        resolved_by=by.who,
        updated_at=at,
        verdict=verdict or kept.verdict,
    )
    return Change(over, (("resolved", {"reason": reason, "verdict": over.verdict}),), {"verdict": over.verdict})


def _judged(kept: Incident, verdict: Verdict, at: float) -> Change | Incident:
    if kept.verdict == verdict:
        return kept
    detail: Detail = {"verdict": verdict, "before": kept.verdict}
    return Change(replace(kept, verdict=verdict, updated_at=at), (("verdict", detail),), detail)


def _when(kept: Incident) -> str:
    return f" at {rfc3339(kept.acknowledged_at)}" if kept.acknowledged_at else ""
