"""The audit: what a system has, held against what it was told."""

from collections import Counter
from collections.abc import Mapping, Sequence
from contextlib import closing
from dataclasses import dataclass, field
from pathlib import Path

import anyio
from redis import Redis

from app.bus import keys
from app.bus.redis import RedisBus
from app.clock import SystemClock
from app.domain.identity import Identity
from app.domain.tally import SIGN, MinuteTally, TallyDelta, merge
from app.store.engine import open_store
from app.store.schema import mention
from tests.ledger import Ledger
from tests.torture.traces import GAPS, traces

LABELS = {sign: label for label, sign in SIGN.items()}


@dataclass(frozen=True)
class Count:
    """What must be there, or what is."""

    ids: int
    labels: Counter[str]
    """Counted (mention, brand) pairs by label, as the last texts say."""
    rows: int = 0
    pairs: int = 0
    bus: Counter[str] = field(default_factory=Counter)
    """The same, as the tallies on the bus say."""
    archive: Counter[str] = field(default_factory=Counter)
    """The same, as the minutes of the archive say."""
    hours: Counter[str] = field(default_factory=Counter)
    """The same, as its hours say."""
    log: Counter[str] = field(default_factory=Counter)
    """The same, as the log of the deltas sums up."""
    wrong: frozenset[str] = frozenset()
    """Keys whose stored text is not the last one."""
    lying: frozenset[str] = frozenset()
    """Traces of deleted and replaced texts that still lie somewhere."""
    dead: int = 0
    """Dead letters."""

    def loss(self) -> str:
        """Return in words what does not agree; empty when nothing was lost, doubled or kept too long."""
        said = []
        if self.rows != self.ids:
            said.append(f"{self.rows} rows for {self.ids} ids")
        if self.pairs != self.labels.total():
            said.append(f"{self.pairs} mentions of the brand, {self.labels.total()} by their texts")
        sums = {"bus": self.bus, "archive": self.archive, "archive by hours": self.hours, "log of deltas": self.log}
        said += [
            f"the {who} counts {what}, the texts {self.labels}" for who, what in sums.items() if what != self.labels
        ]
        if self.wrong:
            said.append(f"another text than the last one: {sorted(self.wrong)[:3]} of {len(self.wrong)}")
        if self.lying:
            said.append(f"not wiped: {sorted(self.lying)[:3]} of {len(self.lying)}")
        if self.dead:
            said.append(f"{self.dead} dead letters")
        return "; ".join(said)


@dataclass(frozen=True)
class Site:
    """Where a system keeps what it has."""

    data: Path
    bus: str
    """What REDIS_URL says, without a proxy in between."""
    partitions: int
    servers: Sequence[str]
    """Every Redis that holds a part of it."""
    database: str | None = None
    """What DATABASE_URL says."""

    @property
    def archive(self) -> str:
        """The address of its database."""
        return self.database or f"sqlite:///{self.data / 'emberwatch.sqlite'}"


class Audit:
    """Compares a site with a ledger; `loss` says what does not agree."""

    def __init__(self, site: Site, ledger: Ledger, labels: Counter[str], brand: str) -> None:
        self._site, self._brand = site, brand
        self._ids, self._labels = len(ledger.last), labels
        self._shown = {address: text for address, text in ledger.living.items() if brand in text}
        self.gone = ledger.gone
        """The traces that may lie nowhere."""
        self.loss = "not looked yet"
        self.residue = 0
        """Copies of what is gone that SQLite left in the gaps of its pages."""

    def rows(self) -> bool:
        """Look whether there are as many rows as ids; quicker than the whole audit."""
        with closing(open_store(self._site.archive, clock=SystemClock())) as store, store.reading() as tx:
            return tx.mentions.count() == self._ids

    def agrees(self) -> bool:
        """Look at everything once."""
        return not self.anew()

    def anew(self) -> str:
        """Look at everything once more and return what does not agree."""
        self.loss = self.count().loss()
        return self.loss

    def count(self) -> Count:
        """Count what there is."""
        brand = self._brand.lower()
        with closing(open_store(self._site.archive, clock=SystemClock())) as store, store.reading() as tx:
            rows, pairs = tx.mentions.count(), tx.mentions.count(brand)
            alive = (mention.c.brands != "[]", mention.c.deleted_at.is_(None))
            wanted = mention.select().with_only_columns(mention.c.key, mention.c.text).where(*alive)
            texts = {row.key: row.text for row in tx.mentions._connection.execute(wanted)}
            shown = self._by_key(Identity(store.secret()))
            log: TallyDelta = {}
            for entry in tx.tallies.log(0, 1e12):
                merge(log, entry.delta)
            minutes, hours = (_summed(tx.tallies.read(brand, 0, 1e11, step)) for step in (60, 3600))
        found = traces(self._site.servers, self._site.data, self._site.database)
        lying = [(trace, place) for trace in found.keys() & self.gone for place in found[trace]]
        self.residue = sum(place == GAPS for _, place in lying)
        return Count(
            ids=self._ids,
            labels=self._labels,
            rows=rows,
            pairs=pairs,
            bus=_labels(anyio.run(self._tallies), brand),
            archive=minutes,
            hours=hours,
            log=_labels(log, brand),
            wrong=frozenset(key for key, _ in shown.items() ^ texts.items()),
            lying=frozenset(f"{trace!r} in {place}" for trace, place in lying if place != GAPS),
            dead=self._dead(),
        )

    def _by_key(self, identity: Identity) -> dict[str, str]:
        """Return what has to be shown by the key of its mention."""
        channel = {True: "bluesky", False: "forum"}
        return {identity.key(channel["://" in place], place): text for place, text in self._shown.items()}

    async def _tallies(self) -> TallyDelta:
        bus = RedisBus(self._site.bus, partitions=self._site.partitions, lag_limit=10**6, clock=SystemClock())
        try:
            await bus.open()
            return (await bus.snapshot([self._brand.lower()], SystemClock().now() - 3600)).tally
        finally:
            await bus.close()

    def _dead(self) -> int:
        dead = 0
        for server in self._site.servers:
            with Redis.from_url(server, protocol=2) as client:
                for key in client.scan_iter(match=f"*:{keys.DEAD}", count=1_000):
                    dead += client.xlen(key)
        return dead


def _summed(found: Sequence[MinuteTally]) -> Counter[str]:
    """Return the labels that steps of the archive count."""
    return +Counter({label: sum(getattr(one, label) for one in found) for label in SIGN})


def _labels(tally: Mapping[str, Mapping[str, int]], brand: str) -> Counter[str]:
    """Return the labels that the minutes of a tally count."""
    counted: Counter[str] = Counter()
    for name, fields in tally.items():
        if name.startswith(f"{brand}:m:"):
            for place, number in fields.items():
                counted[LABELS.get(place.partition(":")[2], "")] += number
    del counted[""]
    return +counted
