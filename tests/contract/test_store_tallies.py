import pytest

from app.domain.tally import MinuteTally, add, contribution, reduce
from app.errors import WrongInput
from tests.fixtures.store import NOON, gone, said


@pytest.fixture
def store(any_store):
    return any_store


MINUTE = int(NOON)


def counted(analysed, identity):
    return contribution(analysed, identity.author(analysed.mention.channel, analysed.mention.author.id))


def archive(store, identity, *analysed, entry="1-0"):
    with store.transaction() as tx:
        tx.mentions.upsert([(one, 1) for one in analysed])
        return tx.tallies.append(0, entry, NOON + 5, reduce(counted(one, identity) for one in analysed))


def test_a_delta_becomes_minutes(store, identity):
    archive(
        store,
        identity,
        said(identity, "1", label="negative"),
        said(identity, "2", label="positive", channel="forum", kind="repost"),
        said(identity, "3", label="uncertain", author="did:plc:bert", at=NOON + 60),
        said(identity, "4", label="neutral", brands=("suedwind",)),
    )
    with store.reading() as tx:
        assert tx.tallies.read("nordlicht", NOON, NOON + 120) == [
            MinuteTally(MINUTE, 2, 1, 0, 1, 0, 240, 1, 2, {"bluesky": 1, "forum": 1}),
            MinuteTally(MINUTE + 60, 1, 0, 0, 0, 1, 120, 0, 1, {"bluesky": 1}),
        ]
        assert (tx.tallies.total("nordlicht"), tx.tallies.total("suedwind"), tx.tallies.total("nobody")) == (3, 1, 0)


def test_a_delta_counts_once_however_often_it_is_delivered(store, identity):
    assert archive(store, identity, said(identity)) is True
    assert archive(store, identity, said(identity)) is False
    with store.transaction() as tx:
        assert tx.tallies.append(1, "1-0", NOON, {}) is True
        assert tx.tallies.total("nordlicht") == 1


def test_an_edit_moves_the_label_and_leaves_the_sum(store, identity):
    archive(store, identity, said(identity))
    correction = reduce([counted(said(identity, label="positive"), identity)])
    add(correction, counted(said(identity), identity), -1)
    with store.transaction() as tx:
        tx.tallies.append(0, "2-0", NOON + 9, correction)
        (minute,) = tx.tallies.read("nordlicht", NOON, NOON + 60)
    assert (minute.count, minute.negative, minute.positive) == (1, 0, 1)


def test_a_withdrawn_count_leaves_no_bucket(store, identity):
    archive(store, identity, said(identity))
    withdrawal = {}
    add(withdrawal, counted(said(identity), identity), -1)
    with store.transaction() as tx:
        tx.tallies.append(0, "2-0", NOON + 9, withdrawal)
        assert tx.tallies.read("nordlicht", 0, NOON * 2) == []


def test_longer_steps_sum_up_and_count_each_author_once(store, identity):
    archive(store, identity, *[said(identity, str(n), at=NOON + 60 * n) for n in range(120)])
    hour = MINUTE // 3600 * 3600
    with store.reading() as tx:
        found = tx.tallies.read("nordlicht", NOON, NOON + 7200, step=3600)
        assert [bucket.start for bucket in found] == [hour, hour + 3600, hour + 7200]
        assert sum(bucket.count for bucket in found) == sum(bucket.channels["bluesky"] for bucket in found) == 120
        assert {bucket.authors for bucket in found} == {1}


@pytest.mark.parametrize("step", [1, 7, 59, 90])
def test_steps_that_are_not_whole_minutes_hold_the_same_mentions(store, identity, step):
    archive(store, identity, *[said(identity, str(n), at=MINUTE + 13 * n) for n in range(60)])
    with store.transaction() as tx:
        third = said(identity, "3", at=MINUTE + 39)
        tx.mentions.wipe([(gone(third), 2, counted(third, identity))])
        fine = tx.tallies.read("nordlicht", MINUTE, MINUTE + 800, step)
        whole = tx.tallies.read("nordlicht", MINUTE, MINUTE + 800)
    assert all(bucket.start % step == 0 for bucket in fine)
    assert [bucket.start for bucket in fine] == sorted({(MINUTE + 13 * n) // step * step for n in range(60)})
    assert {bucket.authors for bucket in fine} <= {0, 1}
    for measure in ("count", "negative", "neutral", "positive", "uncertain", "reposts"):
        assert sum(getattr(one, measure) for one in fine) == sum(getattr(one, measure) for one in whole), measure
    assert sum(one.channels["bluesky"] for one in fine) == 60
    assert sum(one.reach for one in fine) == 59 * 120


def test_a_step_has_a_length_and_a_fine_one_a_day(store):
    with store.reading() as tx:
        for step in (0, -60):
            with pytest.raises(WrongInput, match="use 1 or more"):
                tx.tallies.read("nordlicht", 0, 1, step)
        with pytest.raises(WrongInput, match="over a day at most"):
            tx.tallies.read("nordlicht", 0, 86_401, 90)


def test_history_is_seeded_once_per_source_and_counts_for_no_mention(store, identity):
    past = [MinuteTally(MINUTE - 60 * n, 5, 1, 2, 1, 1, 900, 2, 4, {"forum": 5}) for n in (2, 1, 0)]
    archive(store, identity, said(identity))
    with store.transaction() as tx:
        assert tx.tallies.seed("nordlicht", "demo", past, NOON) is True
        assert tx.tallies.seed("nordlicht", "demo", past, NOON) is False
        found = tx.tallies.read("nordlicht", NOON - 120, NOON + 60)
        assert found[:2] == past[:2]
        assert (found[2].count, found[2].authors, found[2].channels) == (6, 5, {"bluesky": 1, "forum": 5})
        assert tx.tallies.total("nordlicht") == 1


def test_the_log_gives_deltas_as_they_arrived_without_words_or_people(store, identity):
    archive(store, identity, said(identity), entry="1-0")
    archive(store, identity, said(identity, "2"), entry="2-0")
    with store.reading() as tx:
        logged = list(tx.tallies.log(NOON, NOON + 6))
        assert list(tx.tallies.log(NOON + 6, NOON + 7)) == []
    assert [entry.at for entry in logged] == [NOON + 5, NOON + 5]
    assert {name.split(":")[1] for entry in logged for name in entry.delta} == {"m"}
