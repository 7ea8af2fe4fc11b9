from types import SimpleNamespace

import anyio
import pytest

from app.clock import ManualClock
from app.config import Source
from app.domain.source import Quota
from app.errors import CredentialMissing, LeaseLost, SourceUnavailable, StoreUnavailable
from ingest import recheck
from ingest.connector import Batch, Fates
from ingest.health import Health
from ingest.recheck import AGES, DAY, HOUR, Recheck, Telling
from tests.fixtures.store import NOON, said

pytestmark = pytest.mark.anyio


class Channel:
    """Knows what is gone, and what it was asked."""

    def __init__(self):
        self.gone, self.asked, self.failures = set(), [], []

    async def fates(self, ids):
        if self.failures:
            raise self.failures.pop()
        self.asked.append(set(ids))
        return Fates(gone=frozenset(ids) & self.gone)


@pytest.fixture
def clock():
    return ManualClock(NOON)


@pytest.fixture
def channel():
    return Channel()


@pytest.fixture
def health(clock):
    made = Health(Source(id="live", connector="x"), clock)
    made.say("live", "")
    return made


@pytest.fixture
def taken():
    return []


@pytest.fixture
def make(store, clock, health, channel, taken):
    async def take(events):
        taken.extend(events)

    context = SimpleNamespace(store=store, clock=clock)
    return lambda: Recheck(context, health, channel, take)


def keep(store, identity, **published):
    with store.transaction() as tx:
        tx.mentions.upsert([(said(identity, name, at=at, source="live"), 1) for name, at in published.items()])


async def test_each_mention_is_asked_after_once_at_each_age_also_after_a_restart(
    make, store, identity, clock, channel, taken
):
    assert isinstance(channel, Telling)
    assert not await make().step()
    keep(store, identity, one=NOON, two=NOON + 1800)
    for age in (*AGES, AGES[-1] + DAY):
        clock._now = NOON + age + 1
        while await make().step():
            pass
    assert sum("one" in asked for asked in channel.asked) == len(AGES)
    assert sum("two" in asked for asked in channel.asked) == len(AGES)
    assert not taken


async def test_what_is_gone_there_goes_here(make, store, identity, clock, channel, taken):
    channel.gone = {"two"}
    keep(store, identity, one=NOON - 2 * HOUR, two=NOON - 2 * HOUR)
    assert await make().step()
    (deletion,) = taken
    assert (deletion.channel, deletion.id, deletion.deleted_at) == ("bluesky", "two", NOON)


async def test_what_was_there_before_is_asked_after_once_at_its_own_age(make, store, identity, clock, channel):
    keep(store, identity, young=NOON - 60, day=NOON - 2 * DAY, month=NOON - 30.5 * DAY, year=NOON - 365 * DAY)
    while await make().step():
        pass
    assert channel.asked == [{"day"}, {"month"}], "youngest age first; what is older than all ages is left alone"


async def test_at_most_so_many_at_once(make, store, identity, channel, monkeypatch):
    monkeypatch.setattr(recheck, "MOST", 2)
    keep(store, identity, **{f"m{n}": NOON - 2 * HOUR for n in range(5)})
    while await make().step():
        pass
    assert [len(asked) for asked in channel.asked] == [2, 2, 1]
    assert set().union(*channel.asked) == {f"m{n}" for n in range(5)}


async def test_listening_comes_first(make, health):
    assert make().allowed()
    health.hear(Batch(quota=Quota(300, 75)))
    assert not make().allowed()
    health.hear(Batch(quota=Quota(300, 76)))
    assert make().allowed()
    health.say("unreachable", "gone")
    assert not make().allowed()


async def test_whatever_fails_is_asked_again_later(make, store, identity, clock, channel):
    keep(store, identity, one=NOON - 2 * HOUR)
    channel.failures = [
        ValueError("odd"),
        StoreUnavailable("locked"),
        SourceUnavailable("wait", "quota", 900),
        CredentialMissing("no key"),
    ]
    async with anyio.create_task_group() as group:
        group.start_soon(make().run)
        while not channel.asked:  # noqa: ASYNC110 - it is asked in a thread's wake
            await anyio.sleep(0.001)
        group.cancel_scope.cancel()
    assert clock.now() >= NOON + 60 + 900 + 60 + 600


async def test_a_lost_lease_is_no_failure_of_ours(make, store, identity, channel):
    keep(store, identity, one=NOON - 2 * HOUR)
    channel.failures = [LeaseLost("Another process holds it.")]
    with pytest.raises(LeaseLost):
        await make().run()
