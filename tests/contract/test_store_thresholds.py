"""What budgets come to, who set them, and records, in every store."""

import pytest
from msgspec.structs import replace

from app.domain.threshold import Price, Threshold, Wanted
from tests.fixtures.store import NOON, said

CRISIS = Threshold("nord", "crisis", NOON, 1.0, 1.5, 20.0, 1, (Price(1.0, 1.5, 0.9, 600.0),))


@pytest.fixture
def store(any_store):
    return any_store


def test_thresholds_of_a_brand_come_from_light_to_grave_and_the_latest_counts(store):
    with store.transaction() as tx:
        tx.thresholds.put(CRISIS)
        tx.thresholds.put(Threshold("nord", "note", NOON, 30.0, 0.2, 20.0, 4))
        tx.thresholds.put(Threshold("nord", "crisis", NOON + 1, 1.0, 1.4, 21.0, 1))
        tx.thresholds.put(Threshold("other", "note", NOON, 30.0, 0.2, 20.0, 4))
    with store.reading() as tx:
        assert [(one.severity, one.risk) for one in tx.thresholds.of("nord")] == [("note", 0.2), ("crisis", 1.4)]
        assert tx.thresholds.of("nobody") == []


def test_budgets_and_records_are_no_thresholds(store):
    with store.transaction() as tx:
        tx.thresholds.want("nord", Wanted(10.0, 2.0, 0.5, NOON, "anna"))
        tx.thresholds.keep_record("nord", NOON, "{}")
        tx.thresholds.keep_record("nord/preis", NOON, '{"judged": 3}')
    with store.reading() as tx:
        assert tx.thresholds.of("nord") == []
        assert tx.thresholds.wanted() == {"nord": Wanted(10.0, 2.0, 0.5, NOON, "anna")}
        assert tx.thresholds.records(["nord", "nord/preis", "x"]) == {"nord": "{}", "nord/preis": '{"judged": 3}'}


def plain(identity, name, text, label, **more):
    made = said(identity, name, text, label=label, **more)
    return replace(made, analysis=replace(made.analysis, intents=()))


def test_posts_that_matter_are_the_negative_ones_and_how_often_they_were_taken_up(store, identity):
    asked = plain(identity, "at://0", "Ausfall", "negative")
    fine = plain(identity, "at://1", "Danke", "positive")
    again = [plain(identity, f"at://r{n}", "auch", "neutral", in_reply_to="at://0") for n in range(3)]
    with store.transaction() as tx:
        tx.mentions.upsert([(one, 1) for one in (asked, fine, *again)])
    with store.reading() as tx:
        assert [one.mention.id for one, author in tx.posts.critical(0.0, 10) if author] == ["at://0"]
        place = (asked.mention.channel, "at://0")
        assert tx.posts.followed([place, (asked.mention.channel, "at://1")], 0.0) == {place: 3}
