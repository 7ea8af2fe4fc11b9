"""The bus against a real server, on one partition and on four: what is accepted, settled, wiped, trimmed."""

from collections.abc import AsyncIterator
from dataclasses import replace

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from app.bus import keys
from app.bus.port import Accepted, Settled
from app.bus.redis import RedisBus
from app.bus.scripts import Script
from app.clock import SystemClock
from app.domain.analysis import AnalysedMention
from app.domain.mention import Deletion, Heartbeat
from app.domain.tally import Contribution, reduce
from app.errors import Backpressure, WrongInput
from tests.fixtures.bus import emptied, text_anywhere
from tests.traffic import IDENTITY, NOW, counted, gone, part_of, said, settle, work

pytestmark = pytest.mark.anyio


PLACES = {"1 partition": ("redis_server", 1), "4 partitions": ("redis_server", 4), "cluster": ("redis_cluster", 4)}


@pytest.fixture(autouse=True)
def two_groups(monkeypatch: pytest.MonkeyPatch) -> None:
    """Let a second group read what is analysed: the bus takes any number."""
    monkeypatch.setitem(keys.GROUPS, keys.ANALYSED, ("archive", "alerts"))


@pytest.fixture
def partitions(request: pytest.FixtureRequest) -> int:
    return request.param


def pytest_generate_tests(metafunc: pytest.Metafunc) -> None:
    metafunc.parametrize(("any_redis", "partitions"), PLACES.values(), ids=PLACES, indirect=True)


@pytest.fixture
async def bus(any_redis: str, partitions: int) -> AsyncIterator[RedisBus]:
    bus = RedisBus(any_redis, partitions=partitions, lag_limit=1000, clock=SystemClock())
    await emptied(bus)
    yield bus
    await bus.close()


async def test_a_batch_is_accepted_once_and_counts_sum_to_its_length(bus):
    batch = [said(1), said(2), said(3, brands=()), said(1), gone(9)]
    assert await bus.publish(batch) == Accepted(accepted=2, duplicates=1, unmatched=2)
    assert await bus.publish([said(1), said(2)]) == Accepted(duplicates=2)


async def test_what_is_spread_over_other_partitions_is_not_opened(bus, any_redis):
    other = RedisBus(any_redis, partitions=3, lag_limit=1000, clock=SystemClock())
    with pytest.raises(WrongInput, match=f"is 3, but what Redis holds is spread over {bus._connection.partitions}"):
        await other.open()
    await other.close()


class SentAgain:
    """A script whose first answer gets lost on the way."""

    def __init__(self, script: Script) -> None:
        self._script = script

    async def __call__(self, names, arguments, *, confirmed=False):
        await self._script(names, arguments, confirmed=confirmed)
        return await self._script(names, arguments, confirmed=confirmed)


async def test_a_call_that_is_sent_again_is_answered_as_it_was(bus):
    scripts = bus._connection.scripts
    bus._connection.scripts = replace(scripts, publish=SentAgain(scripts.publish))
    assert await bus.publish([said(1), said(2), said(1), gone(9)]) == Accepted(accepted=2, duplicates=1, unmatched=1)
    bus._connection.scripts = scripts
    assert await bus.publish([said(1), said(2)]) == Accepted(duplicates=2)
    assert len(await work(bus)) == 2


async def test_an_edit_by_revision_replaces_and_an_older_one_does_nothing(bus):
    await bus.publish([said(1, "one", revision=10)])
    assert await bus.publish([said(1, "two", revision=20)]) == Accepted(edited=1)
    assert await bus.publish([said(1, "one", revision=10)]) == Accepted(duplicates=1)
    assert await bus.publish([said(1, "two", revision=30)]) == Accepted(duplicates=1)
    assert await bus.publish([said(1, "one", revision=25)]) == Accepted(duplicates=1)


async def test_an_edit_without_revisions_is_told_by_its_content(bus):
    await bus.publish([said(1, "one")])
    assert await bus.publish([said(1, "two"), said(1, "two", rating=2.0), said(1, "two", rating=2.0)]) == Accepted(
        edited=2, duplicates=1
    )


async def test_a_deletion_leaves_a_tombstone_that_a_rewind_cannot_resurrect(bus):
    await bus.publish([said(1, "secretive", revision=5)])
    await work(bus)
    assert await bus.publish([gone(1)]) == Accepted(deleted=1)
    assert await bus.publish([said(1, "again", revision=99), gone(1)]) == Accepted(duplicates=2)
    assert await bus.known([said(1).key, said(2).key]) == {said(1).key: None}


async def test_what_was_deleted_or_replaced_lies_nowhere_and_its_count_stays(bus):
    await bus.publish([said(1, "the first words"), said(2, "kept")])
    await work(bus)
    await bus.publish([said(1, "the second words")])
    assert await text_anywhere(bus, "the first words")
    await work(bus)
    assert await text_anywhere(bus, "the first words") == []
    await bus.publish([gone(1)])
    await work(bus)
    assert await text_anywhere(bus, "the second words") == []
    assert await text_anywhere(bus, "User 1") == []
    for part in ("second", IDENTITY.author("forum", "u1")):
        assert not [key for key in await text_anywhere(bus, part) if b"analysed" in key], "terms and authors neither"
    assert await counted(bus) == 2
    state = await bus.snapshot(["acme"], NOW - 60)
    assert [card.mention.text for card in state.newest["acme"]] == ["kept"]
    assert [shown.name for shown in state.profiles.values()] == ["User 2"]


async def test_an_edit_that_stops_matching_withdraws_its_count(bus):
    await bus.publish([said(1), said(2)])
    await work(bus)
    await bus.publish([said(1, "something else", brands=())])
    await work(bus)
    assert await counted(bus) == 1
    assert await bus.known([said(1).key, said(2).key]) == {said(1).key: (), said(2).key: ("acme",)}
    assert [card.mention.id for card in (await bus.snapshot(["acme"], NOW - 60)).newest["acme"]] == ["2"]


async def test_settled_mentions_are_counted_shown_and_handed_on(bus):
    await bus.publish([said(1), said(2)])
    await bus.beat(NOW + 1)
    await work(bus)
    state = await bus.snapshot(["acme"], NOW - 60)
    assert state.watermark == NOW + 1
    assert sum(state.tally[f"acme:s:{int(NOW) // 60 * 60}"].values()) == 2
    assert {card.mention.id for card in state.newest["acme"]} == {"1", "2"}
    assert {shown.name for shown in state.profiles.values()} == {"User 1", "User 2"}
    handed = await bus.read_analysed("archive", "a", block_ms=1)
    assert {e.payload.mention.id for e in handed if isinstance(e.payload, AnalysedMention)} == {"1", "2"}
    assert any(isinstance(entry.payload, Heartbeat) for entry in handed)
    fields = [row for e in handed if e.delta for row in e.delta[f"acme:m:{int(NOW) // 3600 * 3600}"].items()]
    assert sum(number for field, number in fields if field.endswith(":n")) == 2
    await bus.acknowledge("archive", handed)
    assert await bus.lag() == {
        "analysis": 0,
        "archive": 0,
        "alerts": len({(entry.partition, entry.id) for entry in handed}),
    }


async def test_the_newest_are_the_last_published_and_at_most_fifty(bus):
    await bus.publish([said(n, published_at=NOW - n) for n in range(120)])
    await work(bus)
    await bus.publish([said(999, published_at=NOW - 5000), said(1000, published_at=NOW + 500)])
    await work(bus)
    shown = (await bus.snapshot(["acme"], NOW - 60)).newest["acme"]
    assert [card.mention.id for card in shown] == ["1000", *map(str, range(49))]


async def test_a_batch_another_consumer_claimed_changes_nothing(bus):
    await bus.publish([said(1)])
    slow = await bus.read("analysis", "slow", 10, 1)
    assert [entry.deliveries for entry in await bus.claim("analysis", "quick", idle_ms=0)] == [2]
    before = await bus.snapshot(["acme"], NOW - 60)
    assert await settle(bus, slow, "slow") == [slow[0].id]
    assert await bus.snapshot(["acme"], NOW - 60) == before
    assert await settle(bus, slow, "quick") == []
    assert await settle(bus, slow, "quick") == [slow[0].id]
    assert await counted(bus) == 1


async def test_a_settle_without_its_check_would_double_the_count(bus):
    """Planted fault: the count must tell of the loss of the check."""
    await bus.publish([said(1)])
    slow = await bus.read("analysis", "slow", 10, 1)
    await bus.claim("analysis", "quick", idle_ms=0)
    checked = bus._connection.scripts
    faulty = checked.settle.text.replace("if not mine then", "if false then")
    assert faulty != checked.settle.text
    planted = Script(bus._connection, faulty)
    bus._connection.scripts = replace(checked, settle=planted)
    [entry] = slow
    analysed, part = part_of(entry.event)
    for consumer in ("slow", "quick"):
        item = Settled(entry.id, entry.event.key, 1, 0, analysed, part)
        await bus.settle(entry.partition, consumer, [item], reduce([part]), {}, NOW)
    assert await counted(bus) == 2


async def test_own_entries_come_back_after_a_restart(bus):
    await bus.publish([said(1), said(2)])
    await bus.read("analysis", "a", 10, 1)
    assert await bus.read("analysis", "a", 10, 1) == []
    assert {entry.event.id for entry in await work(bus, claim=True)} == {"1", "2"}
    assert await bus.claim("analysis", "a") == []


async def test_trimming_keeps_what_is_pending_or_undelivered(bus):
    for number in range(20):
        await bus.publish([said(number)])
    await bus.read("analysis", "dead", 2, 1)
    await work(bus, count=100)
    await bus.trim()
    assert len(await bus.claim("analysis", "a", idle_ms=0)) == min(20, 2 * bus._connection.partitions)
    taken = await bus.read_analysed("archive", "a", 4, 1)
    await bus.acknowledge("archive", [entry for entry in taken if entry.id != taken[0].id])
    await bus.trim()
    everything = await bus.read_analysed("alerts", "a", 500, 1)
    assert {entry.id for entry in taken} <= {entry.id for entry in everything}
    await bus.acknowledge("alerts", everything)
    await bus.trim()
    bus._recovered.clear()
    again = await bus.read_analysed("archive", "a", 500, 1)
    assert again[0].id == taken[0].id


async def test_trimming_waits_for_a_group_that_is_missing(bus):
    await bus.publish([said(1)])
    await work(bus)
    for partition in range(bus._connection.partitions):
        await bus._connection.client.xgroup_destroy(f"ew:{{p{partition}}}:analysed", "alerts")
    taken = await bus.read_analysed("archive", "a", 500, 1)
    await bus.acknowledge("archive", taken)
    assert await bus.trim() == 0
    assert len(await bus.read_analysed("alerts", "a", 500, 1)) == len(taken)


async def test_backpressure_while_a_consumer_is_behind_and_none_afterwards(bus):
    with pytest.raises(Backpressure) as held:
        await bus.publish([said(n) for n in range(8000)])
    assert held.value.retry_after > 0
    while await work(bus):
        for group in ("archive", "alerts"):
            await bus.acknowledge(group, await bus.read_analysed(group, "a", 1000, 1))
    assert (await bus.publish([said(n) for n in range(8000, 8020)])).accepted == 20


async def test_a_mention_older_than_the_memory_is_taught(bus):
    old = said(1, published_at=NOW - 9 * 86400)
    _, part = part_of(old)
    await bus.remember(old.key, 3, 0, part)
    assert await bus.publish([old]) == Accepted(duplicates=1)
    assert await bus.publish([said(1, "other")]) == Accepted(edited=1)
    assert (await bus.contributions([old.key]))[old.key].version == 3
    [entry] = await work(bus)
    assert entry.version == 4
    await bus.remember(said(2).key, 1, 7, part)
    assert await bus.publish([said(2, revision=8)]) == Accepted(edited=1)
    await bus.remember(said(3).key, 2, 0, None)
    assert await bus.publish([said(3), gone(3)]) == Accepted(duplicates=2)


numbers = st.integers(0, 5)
steps = st.lists(
    st.one_of(
        st.builds(
            said,
            numbers,
            st.sampled_from(["good", "bad", "bad price", "very good"]),
            brands=st.sampled_from([(), ("acme",), ("acme", "other")]),
            published_at=st.floats(NOW - 3600, NOW),
        ),
        st.builds(gone, numbers),
    ),
    max_size=25,
)


@given(steps=steps, cut=st.integers(1, 8))
@settings(max_examples=25, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
async def test_tallies_equal_what_domain_reduce_says(bus, steps, cut):
    await emptied(bus)
    parts: dict[str, Contribution] = {}
    texts: dict[str, tuple[str, bool]] = {}
    for start in range(0, len(steps), cut):
        for event in steps[start : start + cut]:
            text, dead = texts.get(event.key, (None, False))
            if isinstance(event, Deletion):
                if text is not None:
                    texts[event.key] = (text, True)
            elif not dead and text != event.text and (text is not None or event.brands):
                texts[event.key] = (event.text, False)
                parts[event.key] = part_of(event)[1]
        await bus.publish(steps[start : start + cut])
        await work(bus)
    expected = {name: {f: n for f, n in fields.items() if n} for name, fields in reduce(parts.values()).items()}
    state = await bus.snapshot(["acme", "other"], NOW - 7200)
    assert state.tally == expected
    alive = {key for key, (_, dead) in texts.items() if not dead and parts[key].brands}
    assert {card.mention.key for cards in state.newest.values() for card in cards} == alive
