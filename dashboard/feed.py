"""The one subscription of this process: live deltas into the state, and the boards once a second."""

from collections.abc import Collection, Mapping

import anyio
import msgspec
import structlog

from app.bus.port import Bus
from app.clock import Clock
from app.config import Config
from app.domain.brand import Brand
from app.domain.fault import Fault
from app.domain.usual import Usual
from app.errors import Unavailable
from app.leading import Influencer
from app.topics import Found
from dashboard.brief import Brief
from dashboard.state import KEEP_BACK, State
from dashboard.surroundings import Surroundings
from dashboard.urgency import Urgency

BOARDS = 1.0
"""Seconds between two looks at sources, incidents and what is usual."""

COUNTING = "analysis"
"""The group of workers that count mentions."""

BANDS = 100
"""Bands of what is usual that are read at once: they change once a minute, and thousands of them are megabytes."""

AGAIN = 0.5
"""Seconds before a failed snapshot is tried again."""

log = structlog.get_logger(__name__)


def bound(config: Config) -> dict[str, str]:
    """Return the sources that are asked for one brand only, and for which."""
    return {source.id: source.brand for source in config.sources if source.brand is not None}


class Feed:
    """Keeps `state` and `around` true; `changed` fires on every delta and board."""

    def __init__(
        self,
        bus: Bus,
        brands: tuple[Brand, ...],
        clock: Clock,
        asked: Mapping[str, str] | None = None,
        faults: Mapping[str, Fault] | None = None,
        drill: str | None = None,
    ) -> None:
        self._bus = bus
        self._brands = brands
        self._clock = clock
        self._faults = {} if faults is None else faults
        self.state = State(brand.id for brand in brands)
        self.around = Surroundings(brands=brands, bound=dict(asked or {}), drill=drill)
        self.changed = anyio.Event()
        self.loaded = anyio.Event()
        """Set once the first snapshot is in."""
        self._turn = 0
        """Whose bands are read next."""
        self._new: set[str] = set()
        """Brands of which nothing is known yet."""

    def adopt(self, config: Config) -> None:
        """Follow what is watched in another configuration; the past of a new brand is read with the next delta."""
        self._brands = config.watched.brands
        self._new |= self.state.follow(brand.id for brand in self._brands)
        self.around = msgspec.structs.replace(self.around, brands=self._brands, bound=bound(config))

    def tell_topics(self, topics: dict[str, Found]) -> None:
        """Show what stands out of the brands."""
        if topics or self.around.topics:
            self.around = msgspec.structs.replace(self.around, topics=topics)
            self._tell()

    def tell_leaders(self, leaders: dict[str, tuple[Influencer, ...]]) -> None:
        """Show who moves the brands."""
        if leaders != self.around.leaders:
            self.around = msgspec.structs.replace(self.around, leaders=leaders)
            self._tell()

    def tell_drills(self, drills: dict[str, str]) -> None:
        """Have screens of walls go to a drill, or come back."""
        if drills != self.around.drills:
            self.around = msgspec.structs.replace(self.around, drills=drills)
            self._tell()

    def tell_briefs(self, briefs: dict[str, Brief]) -> None:
        """Show what is known of incidents."""
        if briefs != self.around.briefs:
            self.around = msgspec.structs.replace(self.around, briefs=briefs)
            self._tell()

    def _drop(self, gone: Collection[str]) -> None:
        """Show nobody whose mention was deleted; who said more comes again with the next look."""
        known = self.around.leaders
        if any(one.example in gone for found in known.values() for one in found):
            left = {brand: tuple(one for one in found if one.example not in gone) for brand, found in known.items()}
            self.around = msgspec.structs.replace(self.around, leaders=left)

    def _forget(self, keys: set[str]) -> None:
        """Show no example that was deleted or changed."""
        known = self.around.topics
        if any(keys & found.examples.keys() for found in known.values()):
            topics = {brand: found.without(keys) for brand, found in known.items()}
            self.around = msgspec.structs.replace(self.around, topics=topics)
        if self.around.briefs:
            briefs = {name: brief.without(keys) for name, brief in self.around.briefs.items()}
            self.around = msgspec.structs.replace(self.around, briefs=briefs)

    def tell_urgency(self, urgency: Urgency) -> None:
        """Show how urgent cards are."""
        self.around = msgspec.structs.replace(self.around, urgency=urgency)
        self._tell()

    async def run(self) -> None:
        """Follow the bus until cancelled; outages of Redis are waited out."""
        async with anyio.create_task_group() as tasks:
            tasks.start_soon(self._follow)
            tasks.start_soon(self._watch)

    async def _follow(self) -> None:
        async for delta in self._bus.deltas():
            if delta is None or not self.state.apply(delta, self._clock.now()):
                await self._reread()
            elif self._new:
                await self._read_new()
            if delta is not None and delta.gone:
                self._drop(delta.gone)
            if delta is not None and (self.around.topics or self.around.briefs):
                self._forget({*delta.gone, *(one.mention.key for one in delta.newest)})
            self._tell()

    async def _read_new(self) -> None:
        """Read the past of brands that are new; what cannot be read now is asked for after the next delta."""
        new = self._new & self.state.brands.keys()
        now = self._clock.now()
        try:
            snapshot = await self._bus.snapshot(sorted(new), now - KEEP_BACK)
        except Unavailable as reason:
            log.warning("wall.snapshot_failed", reason=str(reason))
            return
        self.state.join(snapshot, now)
        self._new -= new | (self._new - self.state.brands.keys())

    async def _reread(self) -> None:
        """Read the state again; a delta that arrives meanwhile waits in the subscription."""
        while True:
            now = self._clock.now()
            self._new = set()
            try:
                snapshot = await self._bus.snapshot([brand.id for brand in self._brands], now - KEEP_BACK)
            except Unavailable as reason:
                log.warning("wall.snapshot_failed", reason=str(reason))
                await anyio.sleep(AGAIN)
                continue
            self.state.load(snapshot, now)
            self.loaded.set()
            return

    async def _watch(self) -> None:
        while True:
            await self.look()
            await self._clock.sleep(BOARDS)

    async def look(self) -> None:
        """Read the boards once; what cannot be read stays as it was, and the times tell how old it is."""
        now = self._clock.now()
        try:
            boards = {
                "sources": tuple(await self._bus.sources()),
                "incidents": tuple(await self._bus.incidents()),
                "alarms": tuple(await self._bus.alarms()),
                "usual": await self._usual(),
                "waiting": (await self._bus.lag()).get(COUNTING, 0),
            }
        except Unavailable:
            boards = {}
        self.around = msgspec.structs.replace(
            self.around,
            **boards,
            faults=tuple(self._faults.values()),
            watermark=self.state.watermark,
            server_time=now,
        )
        self.state.settle(max(now, self.state.watermark))
        self._tell()

    async def _usual(self) -> dict[str, Usual]:
        """Return what is usual, the next brands' read anew; what is no longer told is known no longer."""
        names = [brand.id for brand in self._brands]
        self._turn = self._turn if self._turn < len(names) else 0
        asked = names[self._turn : self._turn + BANDS]
        self._turn += BANDS
        kept = {name: usual for name, usual in self.around.usual.items() if name in self.state.brands}
        told = await self._bus.usual(asked)
        return {name: usual for name, usual in kept.items() if name not in asked} | told

    def _tell(self) -> None:
        self.changed.set()
        self.changed = anyio.Event()
