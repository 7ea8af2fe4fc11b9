"""The past a source brings along: minutes known only as counts, stored once."""

from app.domain.actor import authorise, system
from app.domain.audit import AuditEntry
from app.service import Context
from ingest.connector import History

ACTOR = system("ingest")


def seed(context: Context, source: str, history: History) -> None:
    """Store the past minutes of a brand with one audit row; nothing happens the second time."""
    authorise(ACTOR, "tally.seed", history.brand)
    now = context.clock.now()
    with context.store.transaction() as tx:
        if tx.tallies.seed(history.brand, source, history.minutes, now):
            tx.audit.append(
                AuditEntry(
                    at=now,
                    actor_kind=ACTOR.kind,
                    actor=ACTOR.id,
                    verb="tally.seed",
                    scope=history.brand,
                    subject=source,
                    detail={"minutes": len(history.minutes)},
                )
            )
