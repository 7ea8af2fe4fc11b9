"""In whatever order and however often it is delivered: rows = ids, tally sums = (mention, brand) pairs."""

import shutil
import tempfile
from collections.abc import Iterator
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from app.clock import ManualClock
from app.domain.identity import Identity
from app.domain.tally import add, contribution
from app.store.engine import Store, open_store
from ingest.archive import keep
from tests.fixtures.archive import entry
from tests.fixtures.postgres import emptied
from tests.fixtures.store import NOON, gone, said

BRANDS = ("nordlicht", "suedwind", "westlicht")
LABELS = ("negative", "neutral", "positive", "uncertain")


@pytest.fixture(scope="module")
def folder() -> Iterator[Path]:
    with tempfile.TemporaryDirectory() as made:
        yield Path(made)


@st.composite
def histories(draw):
    """New mentions, edits and deletions as (number, brands, label), None for a deletion, as they happen."""
    brands = st.sets(st.sampled_from(BRANDS), max_size=3).map(lambda found: tuple(sorted(found)))
    what = st.tuples(st.integers(0, 5), st.one_of(st.none(), st.tuples(brands, st.sampled_from(LABELS))))
    return draw(st.lists(what, min_size=1, max_size=30))


def settle(identity: Identity, history):
    """Return what analysis makes of a history, in order, and the pairs that are counted in the end."""
    entries, counted, versions, dead = [], {}, {}, set()
    for number, change in history:
        if number in dead or (change is None and number not in versions):
            continue
        version = versions[number] = versions.get(number, 0) + 1
        before = counted.pop(number, None)
        delta = {}
        if before:
            add(delta, before, -1)
        if change is None:
            dead.add(number)
            payload = gone(said(identity, str(number)))
            after = before  # a deletion keeps what was counted
        else:
            payload = said(
                identity, str(number), f"version {version}", brands=change[0], label=change[1], at=NOON + number
            )
            after = contribution(payload, identity.author("bluesky", "did:plc:anna"))
        add(delta, after)
        counted[number] = after
        entries.append(entry(len(entries), payload, version, before=before if change is None else None))
        entries.append(entry(len(entries), delta=delta))
    return entries, counted


@settings(max_examples=50, deadline=None)
@given(history=histories(), data=st.data())
def test_any_redelivery_in_any_order_ends_in_the_same_sums(folder, empty_archive, history, data):
    file = Path(tempfile.mkdtemp(dir=folder)) / "archive.sqlite"
    shutil.copy(empty_archive, file)
    store = open_store(file, clock=ManualClock(NOON))
    try:
        deliver(store, history, data)
    finally:
        store.close()


@settings(max_examples=12, deadline=None)
@given(history=histories(), data=st.data())
def test_the_same_on_postgresql(shared_postgres_store, history, data):
    try:
        deliver(shared_postgres_store, history, data)
    finally:
        emptied(shared_postgres_store)


def deliver(store: Store, history, data) -> None:
    """Archive what is made of a history, in some order, some of it again, and check what came of it."""
    identity = Identity(store.secret())
    entries, counted = settle(identity, history)
    again = data.draw(st.lists(st.sampled_from(entries), max_size=20)) if entries else []
    order = data.draw(st.permutations(entries + again))
    size = data.draw(st.integers(1, 9))
    for start in range(0, len(order), size):
        with store.transaction() as tx:
            keep(tx, order[start : start + size])
    check(store, identity, history, counted)


def check(store: Store, identity: Identity, history, counted):
    with store.reading() as tx:
        assert tx.mentions.count() == len(counted)
        known = tx.mentions.known([identity.key("bluesky", str(number)) for number, _ in history])
        assert len(known) == len(counted)
        for brand in BRANDS:
            pairs = sum(brand in part.brands for part in counted.values())
            assert (tx.tallies.total(brand), tx.mentions.count(brand)) == (pairs, pairs)
            minutes = tx.tallies.read(brand, NOON - 60, NOON + 60)
            for label in LABELS:
                wanted = sum(part.label == label for part in counted.values() if brand in part.brands)
                assert sum(getattr(minute, label) for minute in minutes) == wanted
