"""How much of an incident is copies, and whether one hand is behind some of them."""

from collections.abc import Iterable

from anyio import to_thread

from alerts.explanation.evidence import buckets
from app.bus.port import Snapshot
from app.domain.brand import Brand
from app.domain.burst import WINDOW, Burst
from app.domain.incident import Resonance
from app.domain.tally import SPAN, TallyDelta, by_whom
from app.domain.voices import heard
from app.service import Context

BURSTS = 5
"""Bursts an incident keeps, the strongest."""


async def resonance_of(
    context: Context, snapshot: Snapshot, brand: Brand, since: float, before: Resonance | None
) -> Resonance | None:
    """Return the resonance of an incident, with what the archive says of who spoke since its onset."""

    def read() -> Resonance | None:
        with context.store.reading() as tx:
            found = tx.choruses.read(brand.id, since - WINDOW, context.clock.now() + 1).choruses
        return resonance(snapshot, brand, since, [chorus.burst for chorus in found], before)

    return await to_thread.run_sync(read)


def resonance(
    snapshot: Snapshot, brand: Brand, since: float, bursts: Iterable[Burst], before: Resonance | None = None
) -> Resonance | None:
    """Return how many voices are behind the posts since the onset, and the bursts among them that are marked.

    Those marked `before` stay, for what was looked at then may be looked at no longer. None if no text could be told.
    """
    found = heard(by_whom(_since(snapshot.tally, brand.id, "v", since)))
    if not found.told:
        return before
    marked = [burst for burst in bursts if burst.marked]
    kept = [
        burst
        for burst in (before.bursts if before else ())
        if all(abs(burst.started_at - other.started_at) > WINDOW for other in marked)
    ]
    strongest = sorted([*marked, *kept], key=lambda burst: (-burst.score, burst.started_at))
    return Resonance(
        posts=found.posts,
        voices=found.voices,
        authors=sum(bool(who) for who in by_whom(_since(snapshot.tally, brand.id, "a", since))),
        reposts=found.reposts / found.posts,
        copies=found.repeated,
        bursts=tuple(strongest[:BURSTS]),
    )


def _since(tally: TallyDelta, brand: str, grain: str, since: float) -> list[dict[str, int]]:
    onset = int(since) // SPAN[grain] * SPAN[grain]
    return [fields for start, fields in buckets(tally, brand, grain) if start >= onset]
