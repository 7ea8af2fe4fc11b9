"""A process of its own that tells people, to be killed: `python -m tests.acceptance.teller ARCHIVE REDIS SECTION`."""

import asyncio
import sys
from pathlib import Path

from alerts.notification.dispatcher import Dispatcher
from app.bus.redis import RedisBus
from app.clock import SystemClock
from app.config import Config
from app.config.alerting import AlertsSection
from app.domain.brand import Brand
from app.domain.identity import Identity
from app.service import Context
from app.store.engine import open_store


async def tell(archive: str, redis: str, section: str) -> None:
    clock = SystemClock()
    store = open_store(archive, clock=clock)
    bus = RedisBus(redis, partitions=1, lag_limit=200_000, clock=clock)
    await bus.open()
    config = Config(
        brands=(Brand("nordlicht", "Nordlicht Strom", "nordlicht"),), alerts=AlertsSection.model_validate_json(section)
    )
    context = Context(config, Path(), clock, bus, store, Identity(store.secret()), worker="alerts-1")
    print("telling", flush=True)  # noqa: T201 - whoever started it waits for this
    await Dispatcher(context).run()


if __name__ == "__main__":
    asyncio.run(tell(*sys.argv[1:]))
