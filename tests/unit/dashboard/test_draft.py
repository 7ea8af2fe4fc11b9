import pytest

from app.config.model import Config
from app.domain.brand import EVERY, Brand, Campaign, Topic
from app.domain.instant import from_rfc3339
from app.domain.mistake import SENTENCES
from dashboard import draft
from dashboard.draft import Draft
from dashboard.i18n import LANGUAGES, catalogue, words

ZONE = "Europe/Berlin"
SAY = words("en", ZONE)
NORD = Brand("nord", "Nord", "nord", ("@nord",), demo=True, exclude=("wal", "(nord AND see)"))
MAY = Campaign(
    "mai", "Mai", "nord", "#mai", from_rfc3339("2026-05-01T00:00:00+02:00"), from_rfc3339("2026-06-01T00:00:00+02:00")
)
RUSH = Campaign(
    "rush",
    "Rush",
    "nord",
    "#rush",
    from_rfc3339("2026-05-01T18:30:00+02:00"),
    from_rfc3339("2026-10-25T02:15:07+01:00"),
)
OST, PREIS = Brand("ost", "Ost", "ost", rivals=("nord",)), Topic("preis", "Preis", "preis", ("nord",))
CONFIG = Config(
    brands=(NORD,), competitors=(OST,), topics=(PREIS,), campaigns=(MAY, RUSH), spam=("gewinn*", "#giveaway")
)


def made(kind, written, known=None):
    return draft.row(kind, written, CONFIG, SAY, known)


@pytest.mark.parametrize(
    ("kind", "row"),
    [("brands", NORD), ("competitors", OST), ("topics", PREIS), ("campaigns", MAY), ("campaigns", RUSH)],
)
def test_a_row_goes_through_the_form_unchanged(kind, row):
    assert made(kind, draft.drafted(row, ZONE), row.id) == (row, {})


def test_instants_are_shown_with_their_time_and_read_in_the_zone_of_the_site():
    shown = draft.drafted(RUSH, ZONE)
    assert (shown.start, shown.end) == ("2026-05-01 18:30", "2026-10-25 02:15:07+01:00")
    wish, _ = draft.wish("campaigns", Draft(query="x", start="2026-05-01T16:30Z", end="2026-05-01 18:31"), ZONE, SAY)
    assert (wish.start, wish.end) == (RUSH.start, RUSH.start + 60)


def test_spam_is_a_list_of_queries():
    held = draft.drafted(CONFIG.spam, ZONE)
    assert held.exclude == "gewinn*\n#giveaway"
    assert made("spam", held) == (CONFIG.spam, {})
    assert made("spam", Draft()) == ((), {})
    wish, _ = draft.wish("spam", held, ZONE, SAY)
    assert str(wish.query) == "gewinn* OR #giveaway"
    row, slips = made("spam", Draft(exclude="gut\n(schlecht"))
    assert (row, slips["exclude"].line) == (None, 1)


def test_a_newcomer_needs_a_name_and_a_query():
    row, slips = made("brands", Draft("Süd & Söhne", query="sued"))
    assert (row.id, row.name, row.query, slips) == ("sued-soehne", "Süd & Söhne", "sued", {})
    assert made("competitors", Draft("West", query="west"))[0].rivals == (EVERY,)
    assert made("brands", Draft("Nord", query="x"))[0].id == "nord-2"
    assert made("brands", Draft("!!!", query="x"))[0].id == "x"


@pytest.mark.parametrize(
    ("kind", "written", "wrong"),
    [
        ("brands", Draft(), {"name", "query"}),
        ("brands", Draft("N" * 61, query="x"), {"name"}),
        ("brands", Draft("N", "nord", query="x"), {"id"}),
        ("brands", Draft("N", "n n", query="x"), {"id"}),
        ("brands", Draft("N", query="x", accounts="@ok\n@"), {"accounts"}),
        ("brands", Draft("N", query="x OR", exclude="a\n(b"), {"query", "exclude"}),
        ("campaigns", Draft("N", query="x"), {"brand", "start", "end"}),
        ("campaigns", Draft("N", query="x", brand="nord", start="2026-05-02", end="2026-05-01"), {"end"}),
        ("campaigns", Draft("N", query="x", brand="nord", start="morgen", end="2026-05-01"), {"start"}),
        ("campaigns", Draft("N", query="x", brand="nord", start="2026-05-01 18:00", end="2026-05-01 18:00"), {"end"}),
        ("campaigns", Draft("N", query="x", brand="nord", start="2026-05-01", end="9999-12-31"), {"end"}),
    ],
)
def test_every_mistake_is_told_at_once(kind, written, wrong):
    row, slips = made(kind, written)
    assert row is None
    assert set(slips) == wrong


def test_a_mistake_in_an_exclusion_names_its_line():
    _, slips = draft.wish("brands", Draft(query="x", exclude="gut\n\n  (schlecht"), ZONE, SAY)
    assert (slips["exclude"].line, slips["exclude"].position) == (2, 2)


def test_what_a_draft_wants_to_hear():
    wish, _ = draft.wish("campaigns", Draft(query="x", start="2026-05-01", end="2026-05-31"), ZONE, SAY)
    assert (wish.start, wish.end) == (MAY.start, MAY.end)
    wish, _ = draft.wish("campaigns", Draft(query="x", start="noch", end="nichts"), ZONE, SAY)
    assert wish.start < 0
    wish, _ = draft.wish("topics", Draft(query="x", exclude="(kaputt"), ZONE, SAY)
    assert wish.exclude == ()
    assert draft.wish("brands", Draft(), ZONE, SAY) == (None, {})


def test_a_mistake_in_a_query_is_told_in_the_words_of_the_screen():
    told = {
        language: draft.wish("brands", Draft(query="nord lang:deutsch"), ZONE, words(language, ZONE))[1]["query"]
        for language in LANGUAGES
    }
    assert {slip.position for slip in told.values()} == {10}
    assert told["de"].sentence.startswith("„deutsch“ ist keine Sprache; schreiben Sie ihr Kürzel")
    assert told["en"].sentence.startswith("'deutsch' is no language; write its code")


def test_every_mistake_has_its_words_in_every_language():
    said = {language: {key: catalogue(language)[f"mistake.{key}"] for key in SENTENCES} for language in LANGUAGES}
    assert said["en"] == SENTENCES
    assert [key for key, sentence in said["de"].items() if sentence == SENTENCES[key]] == []
