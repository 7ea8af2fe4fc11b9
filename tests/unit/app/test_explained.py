"""Explanations as they are shown: texts and names of now, masked, without what was deleted."""

import msgspec
import pytest

from app.domain.explanation import Counter, Driver, Evidence, Explanation, Lead
from app.domain.incident import Incident, Resonance
from app.domain.level import Strength, level
from app.domain.mention import Author, Deletion
from app.domain.objection import objection, objections
from app.explained import explained
from tests.fixtures.store import NOON, said

STORM = Strength(pace=170, expected=45, authors=320, channels=6, media=4, tone=0.8, reach=900_000, length=8)


@pytest.fixture
def keys(store, identity):
    """Say seven things by seven people; return their keys."""
    made = []
    for number in range(7):
        one = said(identity, f"m{number}", f"Rechnung {number} @anna", author=f"p{number}", at=NOON - 700 + number)
        who = Author(f"p{number}", f"p{number}.example", f"Person {number}", 100 * number)
        made.append(msgspec.structs.replace(one, mention=msgspec.structs.replace(one.mention, author=who)))
    with store.transaction() as tx:
        tx.mentions.upsert([(one, 1) for one in made])
    return [one.mention.key for one in made]


@pytest.fixture
def incident(keys, identity):
    author = identity.author("bluesky", "p3")
    told = Explanation(
        at=NOON,
        actual=170.0,
        expected=45.0,
        low=31.0,
        high=60.0,
        first=keys[0],
        drivers=(Driver("Rechnung", 7, 5.5),),
        leads=(Lead(author, 0.4, 300, 1),),
        channels={"bluesky": 6, "news": 2},
        evidence=tuple(Evidence(key, "reach") for key in keys[:5]),
        spare=tuple(Evidence(key, "newest") for key in keys[5:]),
        counters=(Counter("without_author", holds=True, actual=160.0, needed=90.0, share=0.06, author=author),),
        confidence=0.9,
    )
    return Incident(
        "i1", "nordlicht", NOON - 600, "firing", "warning", (), since=NOON - 700, reason={"de": "Weil.", "en": "So."},
        resonance=Resonance(800, 40, 30, 0.5, 0.9), level=level(STORM), explanation=told,
    )  # fmt: skip


def delete(store, *natives: str):
    with store.transaction() as tx:
        tx.mentions.wipe([(Deletion("bluesky", native, NOON), 2, None) for native in natives])


def test_keys_become_posts_names_and_sentences(store, incident, keys):
    told = explained(store, incident, "de")
    assert told.reason == "Weil."
    assert told.first.text == "Rechnung 0 @anna"
    assert [post.key for post in told.evidence] == keys[:5]
    assert (told.evidence[1].author, told.evidence[1].reason) == ("Person 1", "größte Reichweite")
    assert (told.leads[0].name, told.leads[0].handle) == ("Person 3", "p3.example")
    assert told.counters[0].reason == "Hält auch ohne @p3.example (6 %): dann 160 je Minute, nötig 90 je Minute."
    assert [(part.channel, part.share) for part in told.channels] == [("bluesky", 0.75), ("news", 0.25)]
    assert told.compared == (
        "3,8-mal so viele Erwähnungen wie üblich (170 statt 45 je Minute; gewöhnlich 31 bis 60 je Minute)."
    )
    assert told.copied == "800 Beiträge, 40 verschiedene, von 30 Personen, 50 % Reposts."
    assert told.confident == "sehr sicher · hält 1 von 1 Gegenproben"
    assert (told.level.value, told.level.name) == (3, "mäßige Brise")
    assert told.level.missing.startswith("Zu Stufe 4 (starker Wind) fehlt: das 3,8-Fache des Üblichen (nötig 4)")


def test_another_language_is_english(store, incident):
    told = explained(store, incident, "fr")
    assert (told.language, told.reason, told.confident) == ("en", "So.", "very sure · holds 1 of 1 counter-checks")
    assert told.counters[0].reason.startswith("Holds without @p3.example (6%), too: then 160 a minute")


def test_where_names_may_not_be_shown_none_is(store, incident):
    told = explained(store, incident, "de", names=False)
    written = msgspec.json.encode(told).decode()
    assert "Person " not in written
    assert "example" not in written
    assert "@anna" not in written
    assert "das lauteste Konto" in told.counters[0].reason
    assert told.evidence[0].text == "Rechnung 0 @…"


def test_what_was_deleted_is_absent_and_spare_evidence_takes_its_place(store, incident, keys):
    delete(store, "m0", "m3")
    told = explained(store, incident, "de")
    assert told.first is None
    assert told.leads == ()
    assert [post.key for post in told.evidence] == [keys[place] for place in (1, 2, 4, 5, 6)]
    written = msgspec.json.encode(told).decode()
    assert "Rechnung 0" not in written
    assert "p3.example" not in written


def test_an_incident_without_explanation_has_none(store, incident):
    assert explained(store, msgspec.structs.replace(incident, explanation=None)) is None


def test_every_objection_has_its_sentence():
    assert objection(Counter("source_outage", holds=True), "de") == "Alle Quellen haben zugehört."
    assert objection(Counter("source_outage", holds=None), "en").startswith("A source does not listen")
    late = Counter("source_outage", holds=False, actual=2.0, needed=9.0, share=0.8)
    assert objection(late, "de") == (
        "Ohne das, was nach einem Ausfall nachkam (80 %) wäre es kein Alarm: dann 2 je Minute, nötig 9 je Minute."
    )
    flipped = Counter("labels_flipped", holds=False, share=0.4)
    assert objection(flipped, "en") == (
        "Does not surely hold if 30% of those read as negative are not (only in 40% of the trials)."
    )
    assert objections(Counter("without_reposts", holds=None))["en"] == (
        "Whether it holds without reposts cannot be told."
    )
