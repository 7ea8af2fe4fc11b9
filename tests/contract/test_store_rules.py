"""Records of rules, and the past as columns, on SQLite and PostgreSQL."""

import pytest

from app.domain.episode import Episode
from app.domain.rule import Rule
from app.domain.tally import MinuteTally

RULE = Rule("viel", "Viel", "mentions(15m) > 50")
NOW = 1_795_010_400


@pytest.fixture(params=["sqlite_store", pytest.param("postgres_store", marks=pytest.mark.long)])
def store(request):
    return request.getfixturevalue(request.param)


def test_a_record_grows_across_restarts_and_begins_anew_with_another_condition(store):
    with store.transaction() as tx:
        tx.rules.note(RULE, "nord", 100.0, [Episode(60, 60)])
    with store.transaction() as tx:
        tx.rules.note(RULE, "nord", 400.0, [Episode(60, 300, 5)])
        tx.rules.note(RULE, "nord", 500.0, [])
        tx.rules.note(RULE, "nord", 9000.0, [Episode(360, 360), Episode(8940, 8940)])
        tx.rules.note(RULE, "sued/preis", 500.0, [])
        tx.rules.note(Rule("vie", "V", "reach(1h) > 1"), "nord", 500.0, [])
    with store.reading() as tx:
        nord, sued = tx.rules.of("viel")
    assert (nord.since, nord.judged_at, nord.times) == (100.0, 9000.0, 2)
    assert nord.episodes == (Episode(60, 360, 6), Episode(8940, 8940))
    assert (sued.scope, sued.episodes) == ("sued/preis", ())
    with store.transaction() as tx:
        other = tx.rules.note(Rule("viel", "Viel", "mentions(15m) > 60"), "nord", 9100.0, [])
        assert (other.since, other.times, other.episodes) == (9100.0, 0, ())
        tx.rules.forget("viel")
        assert tx.rules.of("viel") == []
        assert len(tx.rules.of("vie")) == 1


def test_the_past_is_told_by_sums_and_by_the_log(store):
    with store.transaction() as tx:
        tx.tallies.append(
            0, "1-0", NOW + 5.0, {f"nord:m:{NOW}": {"0:n": 3, "0:-": 2, "0:c.chat": 3, "0:i.complaint": 1}}
        )
        tx.tallies.append(0, "2-0", NOW + 70.0, {f"nord:m:{NOW}": {"1:n": 1}, f"sued:m:{NOW}": {"1:n": 9}})
        tx.tallies.append(0, "3-0", NOW + 90.0, {f"nord:m:{NOW}": {"0:n": -1, "0:-": -1, "0:c.chat": -1}})
    with store.reading() as tx:
        found = set(tx.past.sums("nord", NOW, NOW + 3600, {"count", "negative", "c.chat", "i.complaint"}))
        assert found == {("count", NOW, 2), ("count", NOW + 60, 1), ("negative", NOW, 1), ("c.chat", NOW, 2)}
        assert list(tx.past.sums("nord", NOW, NOW + 60, ["count"])) == [("count", NOW, 2)]
        assert [entry.at for entry in tx.past.log("nord", NOW, NOW + 80)] == [NOW + 5.0, NOW + 70.0]
        then = tx.past.told("nord", NOW, NOW + 3600, NOW + 80)
        assert then[NOW] == MinuteTally(NOW, 3, negative=2, channels={"chat": 3}, intents={"complaint": 1})
        assert sorted(then) == [NOW, NOW + 60]
        assert tx.past.told("nord", NOW, NOW + 60, float("inf"))[NOW].count == 2
