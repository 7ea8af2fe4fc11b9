"""What speaks against an incident: recounts that hold, and recounts that break it."""

import pytest

from alerts.detectors.authors import AuthorsDetector
from alerts.explanation.counter import DRAWS, Case, counters
from alerts.explanation.recount import without
from alerts.explanation.trial import Trial
from app.domain.objection import objection
from tests.unit.alerts.storms import AT, START, ZONE, calm, detectors, minutes_of, say, storm


@pytest.fixture(scope="module")
def watching():
    return detectors()


def case(said, watching, raised=("volume", "negative"), **more):
    minutes = minutes_of(said)
    given = {"onset": float(START), "rate": len(said) / 5, **more}
    return Case(Trial(watching, AT), minutes, said, frozenset(raised), **given)


def tried(said, watching, **more):
    return {one.doubt: one for one in counters(case(said, watching, **more))}


def test_a_storm_of_many_holds_against_everything(watching):
    found = tried(storm(), watching, crisis_share=0.4)
    assert {doubt: one.holds for doubt, one in found.items()} == {
        "without_author": True, "without_reposts": True, "labels_flipped": True, "source_outage": True,
    }  # fmt: skip
    one = found["without_author"]
    assert one.actual == pytest.approx(120, rel=0.01)
    assert 5 < one.needed < 40
    assert one.author == "p99"
    assert all(set(one.reason) == {"de", "en"} for one in found.values())


def test_one_who_says_it_all_breaks_it(watching):
    said = storm(90, label="neutral") + [say(n / 2, "loud") for n in range(500)]
    one = tried(said, watching)["without_author"]
    assert (one.holds, one.author) == (False, "loud")
    assert one.share == pytest.approx(500 / 590)
    assert one.actual < one.needed
    assert one.reason["de"].startswith("Ohne das lauteste Konto (85 %) wäre es kein Alarm: dann 18 je Minute, nötig ")
    assert "loud" not in objection(one, "de")
    assert objection(one, "en", "@loud").startswith("Without @loud (85%) it would be no alarm")


def test_our_own_account_is_not_the_loudest(watching):
    said = storm() + [say(n, "us", ours=True) for n in range(100)]
    assert tried(said, watching)["without_author"].author != "us"


def test_a_wave_of_reposts_breaks_without_them(watching):
    said = storm(90, label="neutral") + [say(n / 2, f"r{n}", kind="repost") for n in range(500)]
    found = tried(said, watching)
    assert found["without_reposts"].holds is False
    assert found["without_author"].holds is True


def test_flipped_labels_break_what_barely_raised_by_tone(watching):
    mixed = [say(one / 2, f"n{one}", label="negative" if one % 12 == 0 else "neutral") for one in range(120)]
    barely = mixed + [say(n * 4.1, f"x{n}") for n in range(30)]
    found = tried(barely, watching, raised=("negative",))
    strong = tried(storm(), [watching[1]], raised=("negative",))
    assert strong["labels_flipped"].holds is True
    assert strong["labels_flipped"].share == 1.0
    assert found["labels_flipped"].share < 1.0
    assert found["labels_flipped"].share * DRAWS == round(found["labels_flipped"].share * DRAWS)


def test_flipping_is_the_same_each_time_it_is_asked(watching):
    said = storm(130)
    one, other = (tried(said, watching, raised=("negative",), seed="i1")["labels_flipped"] for _ in range(2))
    assert one == other


def test_where_nothing_hangs_on_the_tone_it_is_not_tried(watching):
    assert "labels_flipped" not in tried(storm(label="neutral"), watching[:1], raised=("volume",))


def test_a_severity_that_rests_on_the_tone_is_tried_for_itself(watching):
    half = [say(n / 2.1, f"p{n}", label="negative" if n % 9 < 4 else "neutral") for n in range(600)]
    one = tried(half, watching, crisis_share=0.4)["labels_flipped"]
    assert (one.holds, one.share) == (False, 0.0)


def test_what_came_late_after_an_outage_breaks_it(watching):
    said = storm(90, label="neutral") + [say(n / 2, f"r{n}", late=3000.0) for n in range(500)]
    one = tried(said, watching)["source_outage"]
    assert one.holds is False
    assert "nach einem Ausfall" in one.reason["de"]
    assert tried(storm(late=3000.0, number=30) + storm(570), watching)["source_outage"].holds is True


def test_a_source_that_does_not_listen_leaves_it_open(watching):
    one = tried(storm(), watching, listening=False)["source_outage"]
    assert one.holds is None
    assert one.reason["en"].startswith("A source does not listen")


def test_without_the_archive_nothing_can_be_tried(watching):
    made = case(storm(), watching)._replace(said=())
    found = {one.doubt: one.holds for one in counters(made)}
    assert found["without_author"] is None
    assert found["without_reposts"] is None


def test_a_lone_critic_is_nothing_without_them():
    said = [say(20, "critic", followers=900_000), *storm(30)]
    made = Case(Trial((), AT), minutes_of(said), said, frozenset({"critic"}), float(START), 6.0)
    found = {one.doubt: one for one in counters(made)}
    assert (found["without_author"].holds, found["without_author"].author) == (False, "critic")
    assert found["without_reposts"].holds is None
    assert found["labels_flipped"].holds is None


def test_trying_changes_nothing_in_the_detectors_that_watch(watching):
    before = [(one.alarm, one.baseline.basis) for one in watching]
    counters(case(storm(), watching, crisis_share=0.4))
    assert [(one.alarm, one.baseline.basis) for one in watching] == before


def test_an_alarm_that_only_lasts_is_tried_as_one_that_lasts(watching):
    trial = Trial(watching, AT)
    assert trial.settle(minutes_of(storm()))
    assert not trial.settle(minutes_of(storm(90, label="neutral")))


def test_of_minutes_the_archive_does_not_know_as_large_a_part_is_left_out():
    said = storm(300)
    half = [one for place, one in enumerate(said) if place % 2]
    known = [one for one in said if one.at < START + 120]
    left = without(minutes_of(said), known, [one for one in known if one in half], START)
    whole = minutes_of(said)
    for start in range(START, START + 300, 60):
        assert left[start].count == pytest.approx(whole[start].count / 2, abs=2)
    assert left[START - 600] == whole[START - 600]


def test_where_the_archive_is_behind_in_a_minute_as_much_of_the_rest_is_left_out():
    said = storm(300)
    some = said[::3]
    left = without(minutes_of(said), some, some[::2], START)
    assert sum(left[start].count for start in range(START, START + 300, 60)) == pytest.approx(150, abs=6)


def test_with_a_budget_it_takes_what_the_severity_takes_that_was_reached():
    watching = [*detectors(), AuthorsDetector("acme", ZONE)]
    watching[2].learn(calm())
    bars = {"note": 0.5, "warning": 2.0, "crisis": 500.0}
    trial = Trial(watching, AT, bars)
    assert trial.settle(minutes_of(storm()))
    assert not trial.raises(minutes_of(storm(90, label="neutral")))
    assert trial.raises(minutes_of(storm(599)))
    assert not Trial(watching, AT, bars).settle(minutes_of(storm(90, label="neutral")))
    made = case(storm(), watching)._replace(trial=Trial(watching, AT, bars))
    found = {one.doubt: one for one in counters(made)}
    assert found["without_author"].holds is True
    assert "labels_flipped" not in found  # volume and people alone are enough


def test_what_nobody_has_said_would_not_raise_however_often(watching):
    trial = Trial(watching, AT)
    assert trial.least(minutes_of([]), float(START)) is None
    assert 0.0 < trial.least(minutes_of(storm()), float(START)) < 1.0
