"""An order to the demo source: who may give it, who hears it, and its audit row."""

import asyncio
from collections.abc import Mapping

from app.domain.actor import LOOPBACK, authorise
from app.domain.audit import AuditEntry
from app.errors import SourceUnavailable
from app.service import Context

BRAND = "nordlicht"
"""The id of the fictional brand in config.yaml."""
TOPIC = "demo"
"""The topic of the bus on which the demo source listens."""
LONGEST_STORM = 240
"""Minutes."""


async def give(context: Context, order: Mapping[str, str]) -> None:
    """Send an order and write it down; raise `SourceUnavailable` if no demo source hears it."""
    verb = f"demo.{order['do']}"
    authorise(LOOPBACK, verb, BRAND)
    if not await context.bus.command(TOPIC, order):
        raise SourceUnavailable(
            "No demo source is listening. Start the system with `emberwatch up` (without --no-demo) and see that "
            "config.yaml has a source with `connector: demo`."
        )
    await asyncio.to_thread(_audit, context, verb, order)


def _audit(context: Context, verb: str, order: Mapping[str, str]) -> None:
    entry = AuditEntry(
        at=context.clock.now(),
        actor_kind=LOOPBACK.kind,
        actor=LOOPBACK.id,
        verb=verb,
        scope=BRAND,
        subject=TOPIC,
        detail=dict(order),
    )
    with context.store.transaction() as tx:
        tx.audit.append(entry)
