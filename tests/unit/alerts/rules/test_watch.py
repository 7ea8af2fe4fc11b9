"""Rules on a brand's minutes, step by step, on our own clock."""

import pytest

from alerts.rules.watch import RuleSet, RuleWatch, heavier, of_scope
from app.domain.episode import Episode, folded, joined
from app.domain.incident import rules_of
from app.domain.rule import Rule
from app.domain.tally import MinuteTally

ZONE = "Europe/Berlin"
DAY = 86_400
START = 1_795_010_400
"""15:00 in Berlin."""


def calm(start):
    return MinuteTally(start, 20, negative=4, channels={"chat": 15, "forum": 5})


def history(days=2):
    return [calm(start) for start in range(START - days * DAY, START, 60)]


class Minutes:
    """Steps rules every ten seconds on minutes that grow as time passes."""

    def __init__(self, watch, minute=calm):
        self.watch, self.minute = watch, minute
        self.said = {one.start: one for one in history(1)[-60:]}
        self.at = START
        self.signals = []

    def run(self, seconds):
        for at in range(self.at + 10, self.at + seconds + 1, 10):
            start = at // 60 * 60
            for begun in (start - 60, start):
                if begun >= START:
                    whole, share = self.minute(begun), min((at - begun) / 60, 1.0)
                    self.said[begun] = MinuteTally(
                        begun, int(whole.count * share), negative=int(whole.negative * share)
                    )
            recent = [self.said[one] for one in range(start - 3600, start + 60, 60) if one in self.said]
            self.signals.append(self.watch.step(float(at), recent))
            if at % 60 == 0:
                self.watch.learn([self.said.get(at - 180) or MinuteTally(at - 180)])
        self.at += seconds
        return self


def made(when, **more):
    watch = RuleWatch(Rule("a", "Alpha", when, **more), "demo", ZONE)
    watch.learn(history())
    return watch


def storm(begin, end, count=100):
    def minute(start):
        inside = START + begin * 60 <= start < START + end * 60
        return MinuteTally(start, count, negative=count // 2) if inside else calm(start)

    return minute


def places(episodes):
    return [((one.start - START) // 60, (one.end - START) // 60) for one in episodes]


def test_a_minute_is_judged_ten_seconds_after_it_ended():
    line = Minutes(made("mentions(2m) > 150"), storm(5, 8)).run(900)
    first = next(signal for signal in line.signals if signal.alarm)
    assert first.at == START + 7 * 60 + 10
    assert (first.actual, first.expected, first.high, first.window) == (200, 150, 150, 120)
    assert first.detector == "rule:a"
    assert first.basis >= 2 * DAY
    assert places(line.watch.episodes) == [(7, 8)]
    assert not line.signals[-1].alarm


def test_for_waits_until_it_lasted():
    line = Minutes(made("mentions(1m) > 50 for 3m"), storm(5, 12)).run(1200)
    assert places(line.watch.episodes) == [(9, 12)]


def test_the_usual_is_learned_and_a_storm_lifts_no_bar():
    line = Minutes(made("mentions(5m) > 3 * usual"), storm(5, 60, 90)).run(3600)
    assert places(line.watch.episodes) == [(8, 59)]
    line = Minutes(made("mentions(5m) > 3 * usual"), storm(5, 60, 50)).run(3600)
    assert line.watch.episodes == []


def test_risk_is_that_of_our_detectors():
    line = Minutes(made("risk(volume) >= 6"), storm(5, 30, 120)).run(1800)
    assert places(line.watch.episodes)[0][0] in range(6, 11)
    line = Minutes(made("risk(negative) >= 6")).run(1800)
    assert line.watch.episodes == []


def test_a_share_of_nothing_holds_never():
    line = Minutes(made("negative_share(1m) >= 0% OR negative_share(1m) < 1%"), MinuteTally)
    line.run(600)
    assert places(line.watch.episodes) == [(0, 0)], "only the minute before, in which something was said"


def test_in_shadow_it_is_recorded_and_raises_nothing():
    line = Minutes(made("mentions(2m) > 150", shadow=True), storm(5, 8)).run(900)
    assert not any(signal.alarm for signal in line.signals)
    assert places(line.watch.episodes) == [(7, 8)]


def test_in_quiet_hours_it_raises_nothing_and_does_when_they_end():
    line = Minutes(made("mentions(2m) > 150", quiet="14:00-15:10"), storm(5, 20)).run(1800)
    raised = [signal.at for signal in line.signals if signal.alarm]
    assert raised[0] == START + 600
    assert places(line.watch.episodes) == [(7, 20)]


def test_minutes_that_were_missed_are_judged_afterwards():
    line = Minutes(made("mentions(2m) > 150"), storm(5, 8)).run(60)
    watch, line.watch = line.watch, RuleWatch(Rule("b", "B", "mentions(1m) > 10000"), "demo", ZONE)
    line.run(900)
    line.watch = watch
    line.run(60)
    assert places(watch.episodes) == [(7, 8)]


def test_what_changes_within_the_hour_counts_and_older_minutes_stay():
    watch = made("mentions(2h) > 4000")
    recent = [calm(start) for start in range(START - 3600, START, 60)]
    assert not watch.step(START + 10.0, recent).alarm
    edited = [MinuteTally(one.start, 60) for one in recent]
    assert watch.step(START + 70.0, edited).alarm
    assert not watch.step(START + 130.0, recent).alarm


def test_rules_of_a_brand_share_its_minutes():
    rules = RuleSet(
        [Rule("a", "A", "mentions(1m) > 50"), Rule("b", "B", "negative(1m) > 20", severity="crisis")], "demo", ZONE
    )
    rules.learn(history())
    assert rules.reach == 60
    calm_signals = rules.step(START + 10.0, history()[-60:])
    assert rules.severity(calm_signals) is None
    busy = [*history()[-59:], MinuteTally(START, 90, negative=30)]
    signals = rules.step(START + 70.0, busy)
    assert rules.severity(signals) == "crisis"
    assert rules_of(signals) == ("a", "b")
    assert rules.begun(signals, START)
    assert not rules.begun(signals, START + 600)
    assert not RuleSet((), "demo", ZONE).step(START, busy)


def test_which_rules_watch_over_what():
    rules = [
        Rule("all", "", ""),
        Rule("mine", "", "", brands=("demo",)),
        Rule("other", "", "", brands=("nord",)),
        Rule("part", "", "", topic="preis"),
        Rule("off", "", "", paused=True),
    ]
    assert [one.id for one in of_scope(rules, "demo")] == ["all", "mine"]
    assert [one.id for one in of_scope(rules, "demo/preis")] == ["part"]


def test_a_rule_says_what_it_waits_for():
    watch = made("mentions(1h) > 50")
    assert watch.told(watch.step(START + 10.0, []), "de") == "Alpha: Wenn in 1 Stunde mehr als 50 Erwähnungen kommen."
    assert watch.told(watch.step(START + 10.0, []), "en").startswith("Alpha: When more than 50")


@pytest.mark.parametrize(
    ("one", "other", "heavy"),
    [(None, None, None), ("note", None, "note"), ("note", "crisis", "crisis"), ("crisis", "warning", "crisis")],
)
def test_the_heavier_severity(one, other, heavy):
    assert heavier(one, other) == heavy


def test_minutes_less_than_half_an_hour_apart_are_one_episode():
    assert folded([60, 120, 120, 1920, 3780]) == [Episode(60, 1920, 3), Episode(3780, 3780, 1)]
    assert folded([60, 180], [Episode(60, 120, 2)]) == [Episode(60, 180, 3)]
    known = [Episode(60, 120, 2)]
    assert joined(known, [Episode(180, 240, 2)]) == [Episode(60, 240, 4)]
    assert joined(known, [Episode(60, 300, 5)]) == [Episode(60, 300, 5)]
    assert joined(known, [Episode(60, 60, 1)]) == known
    assert joined(known, [Episode(120, 120, 1)]) == known
    assert joined(known, [Episode(9000, 9000)]) == [*known, Episode(9000, 9000)]


def test_a_rule_without_a_past_judges_and_says_that_it_knows_nothing():
    watch = RuleWatch(Rule("a", "Alpha", "mentions(1m) > 50"), "demo", ZONE)
    watch.learn([])
    signal = watch.step(START + 70.0, [MinuteTally(START, 60)])
    assert (signal.alarm, signal.actual, signal.basis) == (True, 60.0, 0.0)
