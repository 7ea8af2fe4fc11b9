"""Driver terms."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.domain.terms import Driver, drivers, written

BEFORE = {"strom": 900, "rechnung": 300, "hotline": 100, "tarif": 200, "abschlag": 60}


def names(found: tuple[Driver, ...]) -> list[str]:
    return [driver.term for driver in found]


def test_what_is_new_drives_and_what_is_always_said_does_not():
    now = {"strom": 90, "rechnung": 30, "hotline": 12, "abschlag": 80, "#nordlichtabzocke": 40}
    assert set(names(drivers(now, BEFORE))) == {"#nordlichtabzocke", "abschlag"}


def test_the_same_talk_has_no_drivers():
    assert drivers({term: n // 10 for term, n in BEFORE.items()}, BEFORE) == ()


def test_rare_terms_and_terms_beyond_the_limit_are_left_out():
    now = {"abschlag": 80, "wut": 30, "boykott": 20, "streik": 10, "einmal": 2}
    assert len(drivers(now, BEFORE)) == 3
    assert "einmal" not in names(drivers(now, BEFORE, limit=9))
    assert names(drivers({"sechsmal": 6}, BEFORE, minimum=6)) == ["sechsmal"]
    assert names(drivers({"sechsmal": 6}, BEFORE, minimum=7)) == []


def test_without_a_baseline_the_most_frequent_lead():
    assert names(drivers({"abschlag": 5, "hotline": 9, "wut": 2}, {})) == ["hotline", "abschlag"]
    assert drivers({}, {}) == ()
    assert drivers({"abschlag": 0}, {"abschlag": 0}) == ()


def test_a_phrase_stands_for_its_words_where_it_covers_them():
    now = {"keine": 40, "antwort": 40, "keine antwort": 38, "wut": 20}
    assert names(drivers(now, BEFORE)) == ["keine antwort", "wut"]


def test_a_phrase_that_covers_little_is_an_accident():
    now = {"abschlag": 90, "abschlag verdoppelt": 10, "verdoppelt": 12}
    assert names(drivers(now, BEFORE)) == ["abschlag", "verdoppelt"]


def test_the_words_of_a_kept_phrase_do_not_come_again_in_another():
    now = {"neue preise": 30, "preise steigen": 30, "neue": 30, "preise": 30, "steigen": 30}
    assert len({word for term in names(drivers(now, BEFORE)) for word in term.split()}) >= 2
    assert len(names(drivers(now, BEFORE))) == 1 + ("steigen" in names(drivers(now, BEFORE)))


@pytest.mark.parametrize("term", ["#nordlicht", "nordlicht strom", "Nordlicht", "#nordlichtstrom"])
def test_the_brand_s_own_words_never_drive(term):
    assert drivers({term: 50}, BEFORE, own=("Nordlicht", "Strom", "nordlichtstrom")) == ()


@given(
    st.dictionaries(st.text("abc ", min_size=1, max_size=5), st.integers(0, 10_000), max_size=30),
    st.dictionaries(st.text("abc ", min_size=1, max_size=5), st.integers(0, 10_000), max_size=30),
)
def test_any_counts_give_at_most_three_drivers_in_order(now, before):
    found = drivers(now, before)
    assert len(found) <= 3
    assert all(driver.z >= 1.96 and driver.count >= 3 for driver in found)
    assert list(found) == sorted(found, key=lambda driver: -driver.z)


@pytest.mark.parametrize(
    ("term", "texts", "spelling"),
    [
        ("abschlag", ["Der Abschlag steigt.", "mein Abschlag!", "abschlag doppelt"], "Abschlag"),
        ("danke", ["Danke sehr.", "Gut. Danke!", "nochmal danke"], "danke"),
        ("hotline", ["Hotline legt auf"], "Hotline"),
        ("#nordlicht", ["so #Nordlicht"], "#Nordlicht"),
        ("app update", ["das App  Update"], "App Update"),
        ("strom", ["#Strom und Stromnetz"], "strom"),
    ],
)
def test_a_term_is_shown_as_people_write_it(term, texts, spelling):
    assert written(term, texts) == spelling
