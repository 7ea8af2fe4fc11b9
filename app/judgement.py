"""Use cases of judging a mention: say what it means, take that back, and have all counts follow.

What a person says is kept in the archive first, with its audit row, and is then delivered: the mention goes over the
bus once more, as its next version. Delivering compares what persons say with how the mention stands, so that doing it
again, or by two at once, changes nothing. See docs/adr/0014.
"""

from collections.abc import Mapping, Sequence
from hashlib import blake2b
from hmac import compare_digest
from typing import NamedTuple

import structlog
from anyio import to_thread
from msgspec.structs import replace

from app.bus.port import Bus
from app.clock import Clock
from app.domain.actor import Actor, authorise
from app.domain.analysis import AnalysedMention
from app.domain.audit import AuditEntry
from app.domain.brand import brands_of
from app.domain.correction import FIELDS, Chosen, Correction, Judgement, imposed, reverted
from app.errors import Gone, NotFound, Unavailable
from app.store.corrections import Said
from app.store.engine import Store
from app.store.mentions import Archived

VERB = "mention.correct"
PATIENCE = 1.0
"""Seconds somebody waits for another version of the mention that is still under way."""
LOOK = 0.05
"""Seconds between two looks at it."""
ROUND = 2.0
"""Seconds between two looks for what is not delivered yet."""

log = structlog.get_logger("judgement")


class Judged(NamedTuple):
    """A mention as it is understood now, and whether the bus has it, so that counts, walls and incidents follow."""

    analysed: AnalysedMention
    delivered: bool


class Due(NamedTuple):
    """What the bus has yet to hear: the correction, the mention it is made of, and the turns it holds by field."""

    correction: Correction
    stood: Archived
    turns: Mapping[str, int]


class Judgements:
    """Keeps what persons say of mentions, and delivers it once, whatever happens in between."""

    def __init__(self, store: Store, bus: Bus, clock: Clock) -> None:
        self._store, self._bus, self._clock = store, bus, clock

    async def judge(self, actor: Actor, key: str, said: Sequence[Said], ticket: str = "") -> Judged:
        """Keep what a person says of a mention, and deliver it if the bus answers; else that is done later.

        `ticket` is what a random sample gave out with the mention. Raises `NotAllowed`, `NotFound`, `Gone` or
        `StoreUnavailable`, and nothing is kept then.
        """
        authorise(actor, VERB)
        chosen: Chosen = "random" if compare_digest(ticket.encode(), self.ticket(key).encode()) else "person"
        stood = await to_thread.run_sync(self._keep, actor, key, said, chosen)
        try:
            delivered = await self.deliver(key)
        except Unavailable as away:
            log.warning("not delivered yet", reason=str(away))
            delivered = False
        return Judged(stood, delivered)

    def ticket(self, key: str) -> str:
        """Return the proof that a mention was drawn at random, which nobody can make for one they picked."""
        return blake2b(key.encode(), digest_size=12, key=self._store.secret(), person=b"sample").hexdigest()

    async def deliver(self, key: str, patience: float = PATIENCE) -> bool:
        """Send the mention as persons understand it, unless it stands like that; False if that has to be tried again.

        Raises `BusUnavailable` or `StoreUnavailable`.
        """
        until = self._clock.monotonic() + patience
        while True:
            due = await to_thread.run_sync(self._due, key)
            if due is None:
                return True
            stood = due.stood
            taken = await self._bus.correct(due.correction, stood.version)
            if taken in {"accepted", "deleted"}:
                await to_thread.run_sync(self._delivered, key, due.turns)
                return True
            if self._clock.monotonic() >= until:
                return False
            if taken == "unknown":
                await self._bus.remember(key, stood.version, stood.revision, stood.contribution)
            else:
                await self._clock.sleep(LOOK)

    async def run(self) -> None:
        """Deliver what is left, until cancelled: of a bus that was away, of a process that was killed."""
        while True:
            try:
                for key in await to_thread.run_sync(self._left):
                    await self._deliver_safely(key)
            except Unavailable as away:
                log.warning("waiting", reason=str(away))
            await self._clock.sleep(ROUND)

    async def _deliver_safely(self, key: str) -> None:
        """Deliver unless that fails for good: one broken row must not hold up the others, nor whoever runs this."""
        try:
            await self.deliver(key)
        except Unavailable:
            raise
        except Exception as error:  # noqa: BLE001 - whatever is wrong with one, the others go on
            log.error("cannot be delivered", key=key, error=type(error).__name__)  # noqa: TRY400 - it could quote people

    def _keep(self, actor: Actor, key: str, said: Sequence[Said], chosen: Chosen) -> AnalysedMention:
        now = self._clock.now()
        with self._store.transaction() as tx:
            tx.corrections.alone(key)
            stood = tx.mentions.get(key).analysed
            brands = brands_of(stood.mention.brands)
            for brand in brands:
                authorise(actor, VERB, brand)
            understood = replace(stood.analysis, corrected=())
            for one in said:
                before = tx.corrections.add(stood, one, actor, now, chosen)
                if one.value is None:
                    understood = reverted(understood, one.field, before)
                value = ", ".join(one.value) if isinstance(one.value, tuple) else one.value
                detail: dict[str, str | int | float | bool | None]
                detail = {"field": one.field, "value": value, "said": ", ".join(before), "chosen": chosen}
                scope = brands[0] if len(brands) == 1 else ""
                tx.audit.append(AuditEntry(now, actor.kind, actor.id, VERB, scope, key, detail))
            judgement, _ = tx.corrections.standing(key)
        return AnalysedMention(stood.mention, imposed(understood, judgement))

    def _due(self, key: str) -> Due | None:
        """Return what the bus has to hear of a mention; None if nothing (any more), and then note that."""
        with self._store.reading() as tx:
            judgement, turns = tx.corrections.standing(key)
            try:
                stood = tx.mentions.get(key)
            except (NotFound, Gone):
                stood = None
        correction = None if stood is None else _correction(stood.analysed, judgement, self._clock.now())
        if stood is None or correction is None:
            self._delivered(key, turns)
            return None
        return Due(correction, stood, turns)

    def _delivered(self, key: str, turns: Mapping[str, int]) -> None:
        with self._store.transaction() as tx:
            tx.corrections.delivered(key, turns)

    def _left(self) -> list[str]:
        with self._store.reading() as tx:
            return tx.corrections.undelivered()


def _correction(stood: AnalysedMention, judgement: Judgement, at: float) -> Correction | None:
    analysis = imposed(replace(stood.analysis, corrected=()), judgement)
    back = set(stood.analysis.corrected) - set(judgement.fields)
    if not back and analysis == stood.analysis:
        return None
    return Correction(stood.mention, analysis, at, tuple(field for field in FIELDS if field in back))
