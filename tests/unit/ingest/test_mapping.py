import datetime as dt
from zoneinfo import ZoneInfo

import pytest

from app.domain.instant import rfc3339
from app.errors import WrongInput
from ingest.mapping import mapped, suggested
from ingest.moments import Moments
from ingest.table import Row

BERLIN = ZoneInfo("Europe/Berlin")
NOW = 1_795_291_200.0


def line(cells, columns=None, **wanted):
    mapping = mapped(list(cells), columns or wanted, "Import Ä")
    moments = {field: Moments(BERLIN) for field in ("published_at", "edited_at", "deleted_at")}
    return mapping.lines(Row(2, cells), moments, NOW)


GOOD = {"Datum": "21.11.2026 18:00", "Autor": "Anna", "Beitrag": "Strom weg", "Likes": "1.250", "Sterne": "4,5"}


def test_columns_are_told_by_their_names():
    assert suggested(["Datum", "Beitragstext", "User Name", "Gefällt mir", "Sonstiges"]) == {
        "published_at": "Datum",
        "text": "Beitragstext",
        "author.handle": "User Name",
        "engagement.likes": "Gefällt mir",
    }
    assert suggested(["Title", "created_at"]) == {"published_at": "created_at", "text": "Title"}


def test_a_row_becomes_a_mention():
    event = line(GOOD).event
    assert (event.channel, event.kind, event.rating, event.engagement.likes) == ("import-a", "review", 4.5, 1_250)
    assert (event.author.id, event.author.name) == ("Anna", "Anna")
    assert rfc3339(event.published_at) == "2026-11-21T17:00:00.000Z"
    assert line(GOOD).event.id == event.id
    assert line({**GOOD, "Beitrag": "anders"}).event.id != event.id
    assert line({**GOOD, "Autor": float("nan")}).event.author.id == "unknown"
    typed = {"text": "x", "date": dt.datetime(2026, 11, 21, tzinfo=dt.UTC), "id": 5.0, "verified": True, "user_id": 7}
    event = line(typed).event
    assert (event.id, event.author.id, event.author.verified) == ("5", "7", True)
    gone = line({"id": "1", "text": "", "date": "", "deleted_at": "2026-11-21T17:00:00Z"})
    assert gone.event.deleted_at


@pytest.mark.parametrize(
    ("changes", "field", "word"),
    [
        ({"Datum": "gestern"}, "published_at", "--date-format"),
        ({"Datum": ""}, "published_at", "no moment"),
        ({"Datum": "21.11.2036"}, "published_at", "future"),
        ({"Datum": "31.12.9999 23:59"}, "published_at", "future"),
        ({"Beitrag": " "}, "text", "says nothing"),
        ({"Likes": "viele"}, "engagement.likes", "no number"),
        ({"Sterne": "inf"}, "rating", "no number"),
    ],
)
def test_what_is_wrong_with_a_row_is_named(changes, field, word):
    found = line({**GOOD, **changes})
    assert (found.event, found.field, found.number) == (None, field, 2)
    assert word in found.error


def test_a_wish_that_fits_nothing_is_refused():
    for wanted, word in (
        ({"txt": "Beitrag"}, "did you mean `text`"),
        ({"text": "Beitrga"}, "did you mean `Beitrag`"),
        ({"text": ""}, "No column seems to mean text"),
    ):
        with pytest.raises(WrongInput, match=word):
            line(GOOD, wanted)
    assert line(GOOD, {"rating": ""}).event.rating is None
    swapped = line({"Datum": "21.11.2026", "a": "x", "b": "y"}, {"text": "b", "author.id": "a"}).event
    assert (swapped.text, swapped.author.id) == ("y", "x")


@pytest.mark.parametrize(
    ("cell", "read"),
    [
        ("2026-11-21T18:00:00Z", "2026-11-21T18:00:00.000Z"),
        ("2026-11-21 18:00", "2026-11-21T17:00:00.000Z"),
        ("2026-07-21", "2026-07-20T22:00:00.000Z"),
        ("21.11.26 18:00:30", "2026-11-21T17:00:30.000Z"),
        ("1795284000", "2026-11-21T18:00:00.000Z"),
        (1_795_284_000_000, "2026-11-21T18:00:00.000Z"),
        ("Sat, 21 Nov 2026 18:00:00 +0000", "2026-11-21T18:00:00.000Z"),
        (dt.date(2026, 11, 21), "2026-11-20T23:00:00.000Z"),
        (dt.datetime(2026, 11, 21, 18), "2026-11-21T17:00:00.000Z"),  # noqa: DTZ001 - as tables have them
    ],
)
def test_moments_are_read_as_tables_write_them(cell, read):
    assert Moments(BERLIN).rfc3339(cell) == read


def test_dates_with_slashes_are_told_by_the_table_or_asked_for():
    us = Moments(BERLIN, sample=["11/21/2026", "03/04/2026 1:30 PM", 5, "x"])
    assert us.rfc3339("03/04/2026 1:30 PM") == "2026-03-04T12:30:00.000Z"
    assert Moments(BERLIN, sample=["21/11/26"]).rfc3339("03/04/26") == "2026-04-02T22:00:00.000Z"
    for sample in (["03/04/2026"], ["21/11/2026", "11/21/2026"]):
        with pytest.raises(WrongInput, match="--date-format"):
            Moments(BERLIN, sample=sample)
    assert Moments(BERLIN, "%Y%m%d").rfc3339("20261121") == "2026-11-20T23:00:00.000Z"
    for bad in ("5", "nan", "1e300"):
        with pytest.raises(ValueError, match="no moment"):
            Moments(BERLIN).rfc3339(bad)
    with pytest.raises(ValueError, match="out of reach"):
        Moments(BERLIN).rfc3339(dt.datetime(1, 1, 1))  # noqa: DTZ001 - as tables have them
