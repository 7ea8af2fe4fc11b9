"""The log of deltas tells every instant as it was shown; hours tell what minutes tell."""

import pytest
from msgspec.structs import replace

from app.domain.tally import MinuteTally, add, contribution, merge, minutes, reduce
from app.store import tallies
from tests.fixtures.store import NOON, gone, said

MINUTE = int(NOON)
HOUR = MINUTE // 3600 * 3600


@pytest.fixture
def store(any_store):
    return any_store


def counted(analysed, identity):
    return contribution(analysed, identity.author(analysed.mention.channel, analysed.mention.author.id))


def archive(tx, identity, at, *analysed):
    tx.mentions.upsert([(one, 1) for one in analysed])
    tx.tallies.append(0, f"{at}", at, reduce(counted(one, identity) for one in analysed))


@pytest.fixture
def story(identity):
    """New mentions, a seed, a moved label, a withdrawal and a deletion, one after the other."""
    first, second = said(identity, "1"), said(identity, "2", at=NOON + 60, kind="repost", channel="forum")
    moved, withdrawn = {}, {}
    add(moved, counted(first, identity), -1)
    add(moved, counted(said(identity, "1", label="positive"), identity))
    add(withdrawn, counted(second, identity), -1)
    past = [MinuteTally(MINUTE - 60, 7, 3, 2, 1, 1, 900, 2, 5, {"bluesky": 6, "forum": 1})]
    return [
        lambda tx, at: archive(tx, identity, at, first),
        lambda tx, at: tx.tallies.seed("nordlicht", "demo", past, at),
        lambda tx, at: archive(tx, identity, at, second),
        lambda tx, at: tx.tallies.append(0, "moved", at, moved),
        lambda tx, at: tx.tallies.append(1, "withdrawn", at, withdrawn),
        lambda tx, at: tx.mentions.wipe([(gone(first, at), 3, counted(first, identity))]),
    ]


def tell(store, story):
    """Let it happen; return what was shown after each instant."""
    shown = {}
    for number, happens in enumerate(story):
        at = NOON + 10 + number
        with store.transaction() as tx:
            happens(tx, at)
            shown[at] = [replace(one, authors=0) for one in tx.tallies.read("nordlicht", 0, NOON * 2)]
    return shown


def summed(store, until):
    """Sum the log up; what the archive's sums leave out or tell more exactly is left out."""
    log = {}
    with store.reading() as tx:
        for entry in tx.tallies.log(0, until):
            merge(log, entry.delta)
    found = minutes(log, "nordlicht").values()
    return [replace(one, intents={}, authors=0, negative_reach=0) for one in found if one.count]


def test_the_log_summed_up_to_an_instant_gives_what_was_shown_then(store, story):
    shown = tell(store, story)
    assert len({str(one) for one in shown.values()}) == 5, "a deletion keeps its counts"
    for at, then in shown.items():
        assert summed(store, at + 0.5) == then


def test_a_change_that_is_not_in_the_log_is_noticed(store, story):
    """The planted fault: a seed that goes to the minutes alone."""
    story[1] = lambda tx, _at: tx.tallies._add("nordlicht", [MinuteTally(MINUTE, 5)], seeded=True)
    shown = tell(store, story)
    assert any(summed(store, at + 0.5) != then for at, then in shown.items())


def test_the_log_is_read_in_order_and_on_from_any_entry(store, story, monkeypatch):
    monkeypatch.setattr(tallies, "PAGE", 2)
    tell(store, story)
    with store.reading() as tx:
        whole = list(tx.tallies.log(0, NOON * 2))
        assert list(tx.tallies.log(0, NOON * 2, after=whole[1][:3])) == whole[2:]
    assert [entry.at - NOON for entry in whole] == [10, 11, 12, 13, 14]
    assert [(entry.partition, entry.entry_id) for entry in whole[-2:]] == [(0, "moved"), (1, "withdrawn")]


@pytest.mark.parametrize(("since", "until"), [(0, 14_400), (600, 14_000), (3599, 3601), (100, 200), (3600, 7200)])
def test_hours_and_minutes_give_equal_sums(store, identity, since, until):
    with store.transaction() as tx:
        archive(tx, identity, NOON, *[said(identity, str(n), at=HOUR + 97 * n) for n in range(140)])
        whole = tx.tallies.read("nordlicht", HOUR + since, HOUR + until)
        for step in (3600, 7200, 86_400):
            longer = tx.tallies.read("nordlicht", HOUR + since, HOUR + until, step)
            for measure in ("count", "negative", "neutral", "positive", "uncertain", "reach", "reposts"):
                assert sum(getattr(one, measure) for one in longer) == sum(getattr(one, measure) for one in whole)
            assert sum(one.channels["bluesky"] for one in longer) == sum(one.count for one in whole)
