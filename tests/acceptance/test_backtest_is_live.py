"""A backtest over a recorded time equals what the live service did in it: the same alarms at the same minutes."""

import msgspec
import pytest

from alerts.backtest.exact import exact
from alerts.backtest.progress import unwatched
from alerts.backtest.run import backtest
from alerts.backtest.swift import swift
from alerts.rules.watch import LATENESS
from app.domain.backtest import Job
from app.domain.mention import Deletion, Heartbeat, Mention
from app.domain.rule import Rule
from ingest.analysis import batches, reduced
from ingest.archive import ArchiveService
from tests.acceptance.world import World

pytestmark = [pytest.mark.anyio, pytest.mark.untraced]

RULES = (
    Rule("viel", "Viel", "mentions(5m) > 80", severity="crisis"),
    Rule("schlecht", "Schlecht", "negative_share(10m) > 35% AND mentions(10m) > 100 for 2m"),
    Rule("ueblich", "Über das Übliche", "negative(5m) > 3 * usual", shadow=True),
    Rule("risiko", "Risiko", "risk(volume) >= 4"),
    Rule("menschen", "Menschen", "authors(10m) > 90 OR reach(10m) > 6k", quiet="00:00-24:00"),
    Rule("klagen", "Klagen", "NOT mentions(3m) > 40", shadow=True),
)
HOUR = 3600
BUDGET = {"note": 30.0, "warning": 4.0, "crisis": 1.0}


class Recorded(World):
    """A world in which some are late, some change their words and some take them back; all of it is archived."""

    def begin(self, rules=RULES):
        self.config = self.config.model_copy(update={"rules": rules})
        service = self.service()
        self._archive = ArchiveService(service._context)
        self._said: list[Mention] = []
        return service

    def _mention(self, place, step=10, *, angry=False):
        mention = super()._mention(place, step, angry=angry)
        if self._chance.random() < 0.1:
            late = mention.published_at - self._chance.random() * 3000
            mention = msgspec.structs.replace(mention, published_at=late)
        self._said.append(mention)
        return mention

    async def change(self):
        """Edit one of the last mentions, and delete another, as often as chance has it."""
        if len(self._said) > 60 and self._chance.random() < 0.5:
            one, other = self._chance.sample(self._said[-400:], 2)
            now = self.clock.now()
            edited = msgspec.structs.replace(one, text=self._chance.choice(["abschlag verdoppelt", "danke service"]))
            await self.bus.publish([msgspec.structs.replace(edited, edited_at=now)])
            await self.bus.publish([Deletion(other.channel, other.id, now, key=other.key)])
            self._said.remove(other)

    async def beat(self, *, angry=False):
        await self.change()
        await self.bus.beat(self.clock.now())
        for batch in batches(await self.bus.read("analysis", "a", count=5000, block_ms=1)):
            keys = [entry.event.key for entry in batch if not isinstance(entry.event, Heartbeat)]
            known = await self.bus.contributions(keys)
            read = [(one, self._read(one.event, angry=angry)) for one in batch]
            settled, delta, profiles = reduced(read, known, self.identity)
            assert await self.bus.settle(0, "a", settled, delta, profiles, self.clock.now()) == []
        await self._archive.step()

    def _read(self, event, *, angry):
        return self._analysed(event, angry=angry) if isinstance(event, Mention) else event

    async def archived(self):
        while await self._archive.step():
            pass

    def lived(self, job):
        """Return by rule the episodes of the job's time that the service has noted."""
        with self.store.reading() as tx:
            noted = {rule.id: [one for record in tx.rules.of(rule.id) for one in record.episodes] for rule in RULES}
        return {name: [one for one in all_ if one.end > job.start] for name, all_ in noted.items()}


@pytest.fixture
async def recorded(tmp_path, redis_server):
    world = Recorded(tmp_path, redis_server.url)
    await world.bus._connection.client.flushall()
    await world.bus.open()
    yield world
    await world.bus.close()
    world.store.close()


async def lived_through(world, storms):
    """Live through calm and storms, each (seconds, pace, angry), and return the job that asks for that time."""
    world.seed(days=2)
    service = world.begin()
    await world.speak(240, 20)
    await world.archived()
    start = int(world.clock.now())
    await service.begin()
    for seconds, pace, angry in storms:
        await world.speak(seconds, pace, service, angry=angry)
    await world.archived()
    end = int(world.clock.now() - LATENESS) // 60 * 60
    return Job("nordlicht", start, end, "Europe/Berlin", BUDGET, RULES, exact=True)


def compare(world, job):
    with world.store.reading() as tx:
        found = exact(tx, job, unwatched)
        rough = swift(tx, job, unwatched)
    lived = world.lived(job)
    assert found == lived
    assert all(lived[name] for name in ("viel", "schlecht", "ueblich", "klagen")), "else there was nothing to compare"
    assert rough != lived, "sums know what came later: this day tells the two ways apart"


async def test_the_log_replayed_raises_what_the_live_service_raised(recorded):
    job = await lived_through(recorded, [(300, 20, False), (300, 60, True), (360, 8, False)])
    compare(recorded, job)
    opened, _ = await recorded.incidents()
    assert opened
    assert {"viel", "schlecht"} <= {rule for one in opened for rule in one.rules}
    assert not {"ueblich", "klagen", "menschen"} & {rule for one in opened for rule in one.rules}
    told = backtest(recorded.store, job)
    assert [trial.way for trial in told.trials] == ["log"] * len(RULES)


DAY = [
    (6 * HOUR, 3, False),
    (3 * HOUR, 20, False),
    (900, 70, True),
    (7 * HOUR + 900, 15, False),
    (1800, 60, True),
    (7 * HOUR, 8, False),
]
"""A night, a morning, a storm, an afternoon, a storm in the evening, and the rest of the day."""


@pytest.mark.long
async def test_so_it_is_for_a_whole_day_with_two_storms(recorded):
    job = await lived_through(recorded, DAY)
    assert job.end - job.start >= 24 * HOUR - 120
    compare(recorded, job)
