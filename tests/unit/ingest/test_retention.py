from itertools import pairwise

import pytest
from msgspec.structs import replace

from app.config.model import RetentionSection
from app.domain.delivery import STATES, WAITING, Delivery
from app.domain.identity import Identity
from app.domain.query import parse
from app.domain.tally import contribution, reduce
from app.store.page import Page
from app.store.partitions import parts
from app.store.search import MentionFilter
from ingest import retention
from ingest.retention import EVERY, SETTLING, Sweeper
from tests.fixtures.store import NOON, gone, said

DAY = 86_400
HOUR = int(NOON) // 3600 * 3600
KEEP = RetentionSection.model_construct(
    mentions=400.0 * DAY, channels={"bluesky": 90.0 * DAY}, minutes=100.0 * DAY, hours=3650.0 * DAY,
    deltas=200.0 * DAY, audit=300.0 * DAY,
)  # fmt: skip


def archive(store, identity, *analysed, entry="1-0", at=NOON):
    authors = (identity.author(one.mention.channel, one.mention.author.id) for one in analysed)
    delta = reduce(map(contribution, analysed, authors))
    with store.transaction() as tx:
        tx.mentions.upsert([(one, 1) for one in analysed])
        tx.tallies.append(0, entry, at, delta)


def sweep(store, clock, keep=KEEP):
    for _ in Sweeper(store, keep, clock).sweep(clock.now()):
        pass


def finish(sweeper):
    while sweeper.step():
        pass


def index_all(store):
    while True:
        with store.transaction() as tx:
            if not tx.index.advance():
                return


def shown(store, step=3600):
    with store.reading() as tx:
        return tx.tallies.read("nordlicht", HOUR, HOUR + 7200, step)


@pytest.fixture
def mentions(identity):
    """An hour of two channels; three authors, of whom Anna speaks in both."""
    rows = []
    for n in range(60):
        who, channel = ("did:plc:anna", "did:plc:bert", "did:plc:cleo")[n % 3], "forum" if n % 4 == 0 else "bluesky"
        rows.append(said(identity, f"at://{n}", f"wort{n}", at=HOUR + 1 + n * 50, author=who, channel=channel))
    return rows


def test_each_channel_goes_in_its_time_and_counts_stay(any_store, identity, clock, mentions, monkeypatch):
    monkeypatch.setattr(retention, "CHUNK", 7)
    any_store.drop_days("tally_delta", clock.now())  # empty ones that other tests left in the shared database
    archive(any_store, identity, *mentions)
    with any_store.transaction() as tx:
        tx.mentions.wipe([(gone(mentions[1]), 2, None)])
    index_all(any_store)
    before, total = shown(any_store), 60

    def left():
        with any_store.reading() as tx:
            page: Page = tx.mentions.find(MentionFilter(q=parse(" OR ".join(f"wort{n}" for n in range(60)))), None, 99)
            return tx.mentions.count(), {one.mention.channel for one in page.items}

    clock.advance(89 * DAY)
    sweep(any_store, clock)
    assert left() == (60, {"bluesky", "forum"})
    clock.advance(2 * DAY)
    sweep(any_store, clock)
    assert left() == (15, {"forum"})
    assert shown(any_store) == before, "also how many authors there were"
    assert len(shown(any_store, 60)) == 50
    clock.advance(310 * DAY)
    index_all(any_store)
    sweep(any_store, clock)
    index_all(any_store)
    assert left() == (0, set())
    assert shown(any_store) == before
    assert shown(any_store, 60) == []
    with any_store.reading() as tx:
        assert tx.tallies.total("nordlicht") == total
        assert list(tx.tallies.log(0, NOON * 2)) == []
        assert tx.index.find("wort3", 0, 1 << 60, 9) == []
        entries = tx.audit.find().items
    assert [(one.verb, one.actor, one.detail["mentions"], one.detail["audit"]) for one in entries] == [
        ("retention.run", "archive", 15, 1)  # the entry of the run before went with this one
    ]
    assert entries[0].detail["minutes"] == 105, "rows of minutes and of their channels"
    clock.advance(3650 * DAY)
    sweep(any_store, clock)
    assert shown(any_store) == []


def test_what_arrives_after_the_minutes_went_still_lands_right(any_store, identity, clock, mentions):
    archive(any_store, identity, *mentions)
    clock.advance(200 * DAY)
    sweep(any_store, clock)
    (before,) = shown(any_store)
    late = said(identity, "at://late", at=HOUR + 5, channel="forum", label="positive", author="did:plc:dora")
    archive(any_store, identity, late, entry="2-0", at=clock.now())
    (after,) = shown(any_store)
    assert (after.count, after.positive, after.authors) == (before.count + 1, before.positive + 1, before.authors + 1)
    assert shown(any_store, 60) == [], "a minute of which most is gone would be a lie"
    sweep(any_store, clock)
    assert shown(any_store) == [after]


def test_proofs_of_deliveries_go_with_the_audit_and_what_still_waits_stays(any_store, clock):
    sent = {
        state: Delivery(state, "i", "b", "p", "w", "mail", "opened", "warning", NOON, NOON, state=state)
        for state in STATES
    }
    with any_store.transaction() as tx:
        for one in sent.values():
            tx.deliveries.plan(one)
    clock.advance(299 * DAY)
    sweep(any_store, clock)
    with any_store.reading() as tx:
        assert len(tx.deliveries.find().items) == len(STATES)
    clock.advance(2 * DAY)
    sweep(any_store, clock)
    with any_store.reading() as tx:
        assert {one.state for one in tx.deliveries.find().items} == {*WAITING, "sending"}
        assert tx.audit.find().items[0].detail["deliveries"] == len(STATES) - len(WAITING) - 1


def test_what_came_late_is_kept_from_its_arrival(store, identity, clock):
    late = said(identity, "at://late", at=NOON - 1000 * DAY)
    came = said(identity, "at://came", at=NOON - 1000 * DAY)
    fresh = replace(late, mention=replace(late.mention, received_at=NOON))
    archive(store, identity, fresh, came)
    sweep(store, clock)
    with store.reading() as tx:
        assert tx.mentions.known([late.mention.key, came.mention.key]).keys() == {late.mention.key}


def test_no_step_of_a_sweep_does_more_than_its_share(store, identity, clock, monkeypatch):
    monkeypatch.setattr(retention, "CHUNK", 10)
    rows = [said(identity, f"at://{n}", at=NOON - n) for n in range(95)]
    archive(store, identity, *rows)
    clock.advance(500 * DAY)
    counts = []
    for _ in Sweeper(store, KEEP, clock).sweep(clock.now()):
        with store.reading() as tx:
            counts.append(tx.mentions.count())
    assert [counts[0], counts[-1]] == [95, 0]
    assert max(more - less for more, less in pairwise(counts)) == 10


def test_a_sweep_killed_halfway_is_finished_by_the_next(store, identity, clock, mentions, monkeypatch):
    monkeypatch.setattr(retention, "CHUNK", 10)
    archive(store, identity, *mentions)
    before = shown(store)
    clock.advance(500 * DAY)
    halfway = Sweeper(store, KEEP, clock).sweep(clock.now())
    for _ in range(3):
        next(halfway)
    halfway.close()
    with store.reading() as tx:
        assert 0 < tx.mentions.count() < 60
        assert tx.expiry.mentions() != {}
    assert shown(store) == before
    sweep(store, clock)
    with store.reading() as tx:
        assert tx.mentions.count() == 0
    assert shown(store) == before


def test_a_sweep_begins_by_itself_once_an_hour(store, identity, clock):
    archive(store, identity, said(identity, at=NOON - 500 * DAY))
    sweeper = Sweeper(store, KEEP, clock)
    assert not sweeper.step()
    clock.advance(SETTLING)
    finish(sweeper)
    with store.reading() as tx:
        assert tx.mentions.count() == 0
    assert not sweeper.step()
    clock.advance(EVERY)
    assert sweeper.step()


def test_a_run_that_fails_begins_anew_and_says_all_that_went(store, identity, clock, mentions, monkeypatch):
    archive(store, identity, *mentions)
    clock.advance(500 * DAY)
    sweeper = Sweeper(store, KEEP, clock)
    clock.advance(SETTLING)
    with monkeypatch.context() as broken:
        broken.setattr(sweeper, "_tallies", lambda *_: 1 / 0)
        with pytest.raises(ZeroDivisionError):
            finish(sweeper)
    assert not sweeper.step()
    clock.advance(SETTLING)
    finish(sweeper)
    with store.reading() as tx:
        (entry,) = tx.audit.find().items
    assert entry.detail["mentions"] == 60


def test_whole_days_without_a_mention_are_dropped_on_postgresql(postgres_store, clock):
    identity = Identity(postgres_store.secret())
    stays = said(identity, "at://stays", at=NOON + 3 * DAY, channel="forum")
    archive(postgres_store, identity, *[said(identity, f"at://{n}", at=NOON + n * DAY) for n in range(3)], stays)

    def days():
        with postgres_store._writer.connect() as connection:
            return {part.start for _, part in parts(connection, "mention")}

    before = days()
    today = int(NOON // DAY)
    assert {today, today + 1, today + 2, today + 3} <= before
    clock.advance(403 * DAY)
    sweep(postgres_store, clock)
    assert before - days() == {today, today + 1, today + 2}
    with postgres_store.reading() as tx:
        assert tx.tallies.total("nordlicht") == 4


def test_an_author_counted_once_too_often_is_noticed(store, identity, clock, mentions):
    """The planted fault: authors noted for every chunk they have mentions in."""
    archive(store, identity, *mentions)
    (before,) = shown(store)
    with store.transaction() as tx:
        expired, _ = tx.retention.expired(KEEP, NOON + 500 * DAY, (0.0, ""))
        for some in (expired[:20], expired[20:]):
            tx.retention.forget(some, KEEP, NOON + 500 * DAY)
            tx.retention._note_authors(some)
    assert shown(store)[0].authors > before.authors
