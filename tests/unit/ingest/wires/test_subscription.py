import pytest
from msgspec.structs import replace

from app.domain.instant import from_rfc3339
from app.domain.mention import Author, Deletion, Mention
from ingest.wires.feeds import Feed, Item
from ingest.wires.subscription import Bounds, Subscription, news, postpone, schedule

DAY = 86_400.0
NOW = from_rfc3339("2026-11-21T20:30:00Z")  # a Saturday
BOUNDS = Bounds(100.0, 1_000.0, 7.0, 50)


def item(name, age=0.0, text="x", **rest):
    return Item(Mention("feeds", name, NOW - age, text, Author("a"), **rest))


def looked(known, *items, now=NOW, bounds=BOUNDS, **rest):
    found = news(known, Feed("rss20", items=items, **rest), bounds, now)
    known.asked = now
    return found


def ids(found):
    return [event.id for event in found.events]


def test_the_first_look_takes_the_last_days_only_oldest_first():
    known = Subscription()
    assert ids(looked(known, item("new", 10), item("older", DAY), item("old", 8 * DAY))) == ["older", "new"]
    assert ids(looked(known, item("new", 10), item("older", DAY), item("old", 8 * DAY))) == []


def test_an_absence_of_weeks_loses_nothing_that_the_feed_still_holds():
    known = Subscription()
    looked(known, item("a"), now=NOW)
    later = NOW + 30 * DAY
    assert ids(looked(known, item("a"), item("b", -DAY), item("c", -20 * DAY), now=later)) == ["b", "c"]


def test_entries_without_a_date_count_from_the_second_look_on():
    known = Subscription()
    undated = replace(item("a"), dated=False)
    assert ids(looked(known, undated)) == []
    assert ids(looked(known, undated, replace(item("b"), dated=False))) == ["b"]


def test_a_changed_entry_comes_again_with_its_date_or_ours():
    known = Subscription()
    looked(known, item("a", 50), item("b", 50))
    later = NOW + 500
    found = looked(known, item("a", 50, "y", edited_at=NOW + 100), item("b", 50, "y", edited_at=NOW - 40), now=later)
    assert {event.id: event.edited_at for event in found.events} == {"a": NOW + 100, "b": later}
    assert {event.revision for event in found.events} == {int(later * 1_000_000)}


def test_feeds_that_reorder_say_nothing_new():
    known = Subscription()
    looked(known, item("a", 1), item("b", 2), item("c", 3))
    assert ids(looked(known, item("c", 3), item("a", 1), item("b", 2))) == []


def test_of_long_feeds_the_newest_are_read_and_nothing_comes_twice():
    known = Subscription()
    many = [item(str(age), age) for age in range(200)]
    assert ids(looked(known, *many)) == [str(age) for age in reversed(range(50))]
    assert ids(looked(known, *reversed(many))) == []
    assert len(known.seen) == 50 * 16


def test_a_feed_that_was_overtaken_is_a_gap():
    known = Subscription()
    looked(known, item("a", 10))
    found = looked(known, item("y", -800), item("z", -900), now=NOW + 1_000)
    assert found.gap is not None
    assert (found.gap.since, found.gap.until) == (NOW, NOW + 800)
    assert ids(found) == ["y", "z"]
    assert looked(known, item("z", -900), item("q", -1_500), now=NOW + 2_000).gap is None
    assert looked(known, item("o", 99), now=NOW + 3_000).gap is None


def test_deletions_of_long_ago_are_left_out():
    gone = (Deletion("feeds", "a", NOW - DAY), Deletion("feeds", "b", NOW - 20 * DAY))
    assert ids(looked(Subscription(), deletions=gone)) == ["a"]


def pauses(known, *feeds, bounds=BOUNDS, now=NOW):
    for feed, anything in feeds:
        schedule(known, feed, bounds, now, anything=anything)
        yield known.pause


def test_the_pace_is_quick_while_there_is_news():
    quiet, news_ = (Feed("rss20"), False), (Feed("rss20"), True)
    assert list(pauses(Subscription(), quiet, quiet, news_, quiet)) == [100.0, 150.0, 100.0, 150.0]
    known = Subscription()
    assert list(pauses(known, *[(None, False)] * 9))[-1] == 1_000.0
    assert known.due == NOW + 1_000.0


def test_hints_are_kept_to_within_bounds():
    slow = (Feed("rss20", every=600.0), True)
    assert list(pauses(Subscription(), slow, (Feed("rss20", every=9_999.0), True))) == [600.0, 1_000.0]
    assert list(pauses(Subscription(), slow, bounds=Bounds(100.0, 1_000.0, 7.0, 50, hints=False))) == [100.0]


@pytest.mark.parametrize(
    ("hours", "days", "due"),
    [
        (frozenset({20, 21}), frozenset(), "2026-11-21T22:00:00Z"),
        (frozenset(), frozenset({5, 6}), "2026-11-23T00:00:00Z"),
        (frozenset(range(24)), frozenset(), "2026-11-21T20:31:40Z"),
        (frozenset({20}), frozenset(range(7)), "2026-11-21T20:31:40Z"),
        (frozenset(range(1, 24)), frozenset(range(6)), "2026-11-22T00:00:00Z"),
    ],
)
def test_hours_in_which_a_feed_rests_are_skipped(hours, days, due):
    known = Subscription()
    schedule(known, Feed("rss20", hours=hours, days=days), BOUNDS, NOW, anything=True)
    assert known.due == from_rfc3339(due)


def test_hints_hold_while_a_feed_is_as_it_was():
    known = Subscription()
    schedule(known, Feed("rss20", every=600.0, hours=frozenset({20, 21})), BOUNDS, NOW, anything=True)
    schedule(known, None, BOUNDS, NOW, anything=False)
    assert (known.pause, known.due) == (900.0, from_rfc3339("2026-11-21T22:00:00Z"))


def test_failures_are_waited_for_longer_and_longer_a_day_at_most():
    known = Subscription()
    assert [postpone(known, NOW, None) for _ in range(3)] == [60.0, 120.0, 240.0]
    assert postpone(known, NOW, 5_000.0) == 5_000.0
    known.failures = 90
    assert postpone(known, NOW, 10**9) == DAY
