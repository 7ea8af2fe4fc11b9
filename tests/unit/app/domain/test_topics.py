"""Topics: what more people say than usual, against hours of usual talk drawn by a seeded die."""

import math
import random

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from app.domain import topics as module
from app.domain.repertoire import DAY, HOUR, REACH, Repertoire, Said, Talk, joined, repertoire, talk, voices
from app.domain.topics import Topic, topics, zscore

NOW = 1_795_000_000 // HOUR * HOUR
WORDS = [f"wort{chr(97 + n // 26)}{chr(97 + n % 26)}x" for n in range(300)]
ODDS = [1 / (n + 1) for n in range(300)]


def hour(seed: int, start: int, people: int = 60, extra: tuple[str, ...] = ()) -> list[Said]:
    die = random.Random(seed)
    return [
        Said(f"{seed}-{n}", start + n * HOUR / people, f"a{seed}-{n}", (*_words(die), *(extra if n % 2 else ())))
        for n in range(people)
    ]


def _words(die: random.Random) -> dict[str, None]:
    return dict.fromkeys(die.choices(WORDS, ODDS, k=6))


@pytest.fixture(scope="module")
def week() -> list[Talk]:
    starts = range(NOW - 7 * DAY, NOW, HOUR)
    return [talk(start, hour(seed, start)) for seed, start in enumerate(starts)]


@pytest.fixture(scope="module")
def usual(week) -> Repertoire:
    return repertoire(week, NOW)


def speaking(number: int, terms: tuple[str, ...], **more) -> list[Said]:
    return [Said(f"x{n}", NOW + 600 + n, f"p{n}", terms, **more) for n in range(number)]


def emerging(found: list[Topic]) -> list[str]:
    return [one.term for one in found if one.emerging]


def test_a_calm_day_has_next_to_no_emerging_topic(usual):
    alarms = [emerging(topics(hour(10_000 + n, NOW), usual)) for n in range(48)]
    assert sum(map(bool, alarms)) <= 2, alarms


def test_planted_fault_without_a_baseline_that_scatters_calm_days_are_full_of_topics(usual, monkeypatch):
    monkeypatch.setattr(module, "EMERGES", 0.0)
    monkeypatch.setattr(module, "FALSE", 1.0)
    monkeypatch.setattr(module, "TWICE", 0.0)
    assert sum(bool(emerging(topics(hour(10_000 + n, NOW), usual))) for n in range(12)) >= 6


@pytest.mark.parametrize("number", [6, 12, 40])
def test_a_handful_of_people_with_something_new_emerge(usual, number):
    found = topics(hour(1, NOW) + speaking(number, ("stromausfall",)), usual)
    assert emerging(found) == ["stromausfall"]
    assert (found[0].people, found[0].expected, found[0].growth) == (number, 0.0, 2 * number)


def test_forms_and_compounds_are_one_topic_under_the_most_written(usual):
    once, more = ("strom ausgefallen", "ausgefallen"), ("stromausfall",)
    said = [
        Said(f"x{n}", NOW + n, f"p{n}", terms, text=f"Seit heute {terms[0].capitalize()}")
        for n, terms in enumerate([("ausfälle",), once, ("#stromausfall",), more, more])
    ]
    (found,) = [one for one in topics(hour(1, NOW) + said, usual) if one.emerging]
    assert found.term == "Stromausfall"
    assert set(found.forms) == {"stromausfall", "#stromausfall", "ausfälle", "ausgefallen", "strom ausgefallen"}


def test_one_loud_author_copies_and_reposts_are_no_topic(usual):
    loud = [Said(f"x{n}", NOW + n, "loud", ("boykott",)) for n in range(50)]
    copies = [Said(f"y{n}", NOW + n, f"c{n}", ("gewinnspiel",), voice="ab12") for n in range(50)]
    reposts = [Said(f"z{n}", NOW + n, f"r{n}", ("preise",), repost=True) for n in range(50)]
    assert topics(hour(1, NOW) + loud + copies + reposts, usual)[0].term not in {"boykott", "gewinnspiel", "preise"}
    assert len(voices(loud + copies + reposts)) == 52


def test_a_storm_of_a_day_does_not_become_its_own_baseline(week):
    storm = [talk(one.start, hour(n, one.start, 600, ("stromausfall",))) for n, one in enumerate(week[-20:])]
    usual = repertoire([*week[:-20], *storm], NOW)
    found = topics(hour(1, NOW, 600, ("stromausfall",)), usual, hours=storm)
    assert emerging(found) == ["stromausfall"]
    assert found[0].since <= NOW - 3 * HOUR


def test_planted_fault_with_storms_in_the_baseline_nothing_stands_out(week, monkeypatch):
    monkeypatch.setattr("app.domain.repertoire.BURST", math.inf)
    monkeypatch.setattr("app.domain.repertoire.LOUD", math.inf)
    storm = [talk(one.start, hour(n, one.start, 600, ("stromausfall",))) for n, one in enumerate(week[-20:])]
    assert not emerging(topics(hour(1, NOW, 600, ("stromausfall",)), repertoire([*week[:-20], *storm], NOW)))


def test_what_comes_back_every_evening_is_usual(week):
    evenings = [
        talk(one.start, hour(n, one.start) + speaking(12, ("tatort",))) if n % 24 == 0 else one
        for n, one in enumerate(week)
    ]
    assert emerging(topics(hour(1, NOW) + speaking(12, ("tatort",)), repertoire(evenings, NOW))) == []


def test_without_a_baseline_the_most_frequent_lead_and_nothing_emerges():
    found = topics(speaking(9, ("hotline",)) + speaking(5, ("abschlag",)), Repertoire())
    assert ([one.term for one in found], emerging(found)) == (["hotline"], [])
    assert topics([], Repertoire()) == []


def test_a_young_brand_shrinks_to_what_all_brands_say(usual):
    young = repertoire([talk(NOW - HOUR * n, hour(n, NOW - HOUR * n, 4)) for n in range(1, 9)], NOW)
    said = hour(1, NOW, 20) + speaking(8, (WORDS[0],))
    alone = next(one for one in topics(said, young) if one.term == WORDS[0])
    among = next(one for one in topics(said, young, joined([young, usual])) if one.term == WORDS[0])
    assert abs(among.score) < abs(alone.score) or among.score < 1.96


def test_own_words_are_no_topic(usual):
    said = speaking(9, ("nordlicht", "#nordlicht", "nordlicht strom", "abschlag"))
    found = topics(hour(1, NOW) + said, usual, own=("Nordlicht", "@Strom"))
    assert emerging(found) == ["abschlag"]


def test_a_phrase_speaks_for_its_words_where_it_covers_them_and_falls_where_it_does_not(usual):
    said = speaking(9, ("leere", "versprechen", "leere versprechen"))
    (found,) = [one for one in topics(hour(1, NOW) + said, usual) if one.emerging]
    assert set(found.forms) == {"leere", "versprechen", "leere versprechen"}
    some = speaking(9, ("leere",)) + [Said(f"y{n}", NOW, f"q{n}", ("leere", "leere hallen")) for n in range(5)]
    assert emerging(topics(hour(1, NOW) + some, usual)) == ["leere"]


def test_the_example_is_in_the_middle_of_the_talk_reaches_many_and_copies_nobody(usual):
    terms = ("stromausfall", "hamburg", "stunden")
    common = [Said(f"x{n}", NOW + n, f"p{n}", terms, voice=f"v{n}", text=f"t{n}") for n in range(6)]
    odd = Said("odd", NOW, "odd", ("stromausfall", "katze"), reach=10**6, name="Zeitung")
    reached = Said("big", NOW + 9, "big", terms, voice="v9", reach=50_000, name="Anna")
    copy = Said("copy", NOW + 99, "cp", terms, voice="v9", reach=10**7, repost=True)
    (found,) = [one for one in topics([*hour(1, NOW), *common, odd, reached, copy], usual) if "ausfall" in one.term]
    assert found.example == "big"
    assert found.leaders == ("Zeitung", "Anna")


def test_it_says_since_when_how_many_and_in_what_tone(usual):
    labels = ["positive", *["negative"] * 7]
    said = [Said(f"x{n}", NOW + 60 * n, f"p{n}", ("boykott",), label, weight=2) for n, label in enumerate(labels)]
    (found,) = [one for one in topics(hour(1, NOW) + said, usual) if one.emerging]
    assert (found.since, found.mentions, found.negative, found.net) == (NOW, 16, 14, -0.75)


def test_a_window_of_hours_counts_people_by_the_hour(usual):
    said = hour(1, NOW) + hour(2, NOW + HOUR) + speaking(9, ("boykott",))
    found = topics(said, usual, span=2 * HOUR)
    assert emerging(found) == ["boykott"]


def test_hours_too_old_or_not_over_are_left_out():
    old, running = Talk(NOW - REACH - HOUR, 9, {"a": 9}), Talk(NOW - 60, 9, {"b": 9})
    assert repertoire([old, running], NOW) == Repertoire()


counts = st.integers(0, 500)


@given(counts, counts, counts, counts, st.floats(0, 0.9), st.floats(0, 2))
def test_the_score_is_finite_grows_with_the_count_and_scattering_damps_it(count, rest, past, more, prior, spread):
    one = zscore(count, count + rest, past, past + more, prior)
    assert math.isfinite(one)
    assert one <= 0 or zscore(count + 1, count + 1 + rest, past, past + more, prior) > one
    assert abs(zscore(count, count + rest, past, past + more, prior, spread)) <= abs(one) + 1e-9


said_of = st.builds(
    Said,
    key=st.text("abcd", min_size=1, max_size=3),
    at=st.floats(NOW, NOW + HOUR),
    author=st.text("xyz", max_size=2),
    terms=st.lists(st.sampled_from(["ausfall", "stromausfall", "#weg", "a b", "preis", "a"]), unique=True).map(tuple),
    label=st.sampled_from(["negative", "neutral", "positive", "uncertain"]),
    voice=st.sampled_from(["", "ab", "cd"]),
    repost=st.booleans(),
    reach=st.integers(0, 9),
)


@settings(deadline=None, max_examples=60)
@given(st.lists(said_of, max_size=20, unique_by=lambda one: one.key))
def test_any_talk_gives_topics_whose_figures_agree(said):
    found = topics(said, Repertoire(100.0, 50.0, {}), limit=5)
    assert found == topics(list(reversed(said)), Repertoire(100.0, 50.0, {}), limit=5)
    for one in found:
        assert 0 <= one.negative <= one.mentions <= len(said)
        assert one.people <= one.mentions
        assert -1 <= one.net <= 1
        assert one.example in {other.key for other in said}
    assert [one.score for one in found] == sorted((one.score for one in found), reverse=True)


def test_names_of_authors_are_told_and_those_of_the_brand_and_of_things_are_not(usual):
    authors = [("Anna Musterfrau", "anna_m"), ("Stromausfall Hamburg", "aus"), ("Nordlicht Strom", "nordlicht")]
    terms = ("anna musterfrau", "stromausfall", "nordlichtstrom")
    said = [
        Said(
            f"{term}{n}",
            NOW + n,
            f"{term}{n}",
            (term, *term.split()[1:]),
            name=authors[n % 3][0],
            handle=authors[n % 3][1],
        )
        for term in terms
        for n in range(8)
    ]
    found = topics(hour(1, NOW) + said, usual, own=("Nordlicht Strom", "@nordlichtstrom", "Nordlicht"))
    told = {form: one.named for one in found for form in one.forms}
    assert told["anna musterfrau"]
    assert told["musterfrau"]
    assert not told["stromausfall"]
