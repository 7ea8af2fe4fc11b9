"""What the archive remembers of sources: their hours, and how far their mentions were asked after."""

import pytest

from app.domain.habit import Hour
from app.domain.identity import Identity
from app.store.rechecks import Place
from tests.fixtures.store import NOON, gone, said


@pytest.fixture
def store(any_store):
    return any_store


def test_hours_add_up_and_the_old_ones_go(store):
    for _ in range(2):
        with store.transaction() as tx:
            tx.hours.add("live", [Hour(3600, 20, 1800), Hour(7200, 5, 60)])
            tx.hours.add("other", [Hour(3600, 1, 1)])
            tx.hours.add("live", [])
    with store.transaction() as tx:
        assert tx.hours.read("live", 0) == [Hour(3600, 40, 3600), Hour(7200, 10, 120)]
        tx.hours.forget("live", 7200)
        assert tx.hours.read("live", 0) == [Hour(7200, 10, 120)]
        assert tx.hours.read("other", 0) == [Hour(3600, 2, 2)]


def test_what_is_due_comes_in_order_without_what_is_gone_or_from_elsewhere(store):
    identity = Identity(store.secret())
    batch = [said(identity, f"at://{n}", at=NOON + n // 2, source="other" if n == 3 else "live") for n in range(6)]
    with store.transaction() as tx:
        tx.mentions.upsert([(one, 1) for one in batch])
        tx.mentions.wipe([(gone(batch[5]), 2, None)])
    with store.reading() as tx:
        first = tx.rechecks.due("live", Place(0.0), NOON + 9, 2)
        rest = tx.rechecks.due("live", first[-1].place, NOON + 9, 99)
        assert tx.rechecks.due("live", Place(0.0), NOON - 1, 9) == []
        assert tx.rechecks.due("live", rest[-1].place, NOON + 9, 9) == []
    assert {(one.channel, one.id) for one in first + rest} == {("bluesky", f"at://{n}") for n in (0, 1, 2, 4)}
    assert [one.place.published_at for one in first + rest] == [NOON, NOON, NOON + 1, NOON + 2]


def test_how_far_it_was_asked_is_kept_by_age(store):
    with store.transaction() as tx:
        assert tx.rechecks.place("live", 3600) is None
        for key in ("a", "b"):
            tx.rechecks.move("live", 3600, Place(NOON, key))
        tx.rechecks.move("live", 86_400, Place(7.0))
    with store.reading() as tx:
        assert tx.rechecks.place("live", 3600) == Place(NOON, "b")
        assert tx.rechecks.place("live", 86_400) == Place(7.0)
