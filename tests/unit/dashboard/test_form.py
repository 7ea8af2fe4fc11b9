import pytest
from dash.development.base_component import Component

from app.domain.mention import Author, Mention
from app.domain.preview import Example, Finds, Preview
from app.domain.query import parse
from app.domain.spelling import Place
from dashboard import findings
from dashboard.draft import Slip
from dashboard.form import pointed
from dashboard.i18n import words
from tests.fixtures.store import NOON

SAY = words("en", "Europe/Berlin")
HOUR = 3600


def text(node):
    """Return what a component says."""
    if node is None:
        return ""
    if isinstance(node, list | tuple):
        return "".join(map(text, node))
    return text(getattr(node, "children", None)) if isinstance(node, Component) else str(node)


def classes(nodes):
    return [getattr(node, "className", None) for node in nodes]


def said(number, words_, at=NOON):
    return Example(Mention("bluesky", str(number), at, words_, Author("anna", name="Anna")))


def preview(**more):
    known = {"matched": Finds(), "volume": (), "added": None, "lost": None, "looked_at": 5, "since": None}
    return Preview(**{**known, "until": NOON, "complete": more.get("since") is None, **more})


def drawn(found, query="nord", force=None):
    return findings.drawn(found, parse(query), parse(force) if force else None, SAY, NOON)


@pytest.mark.parametrize(
    ("written", "slip", "shown"),
    [
        ("(nord", Slip("Why.", 0), "(nord\n^Character 1: Why."),
        ("nord OR\nsued AND", Slip("Why.", 16), "sued AND\n        ^Line 2, character 9: Why."),
        ("a\n(b", Slip("Why.", 0, 1), "(b\n^Line 2, character 1: Why."),
        ("x" * 100 + "(", Slip("Why.", 100), f"… {'x' * 40}(\n{' ' * 42}^Character 101: Why."),
        ("", Slip("A name is missing."), "A name is missing."),
        ("anything", None, ""),
    ],
)
def test_a_caret_stands_under_the_character(written, slip, shown):
    assert text(pointed(slip, written, SAY)) == shown


def test_a_preview_tells_how_many_among_how_many():
    shown = text(drawn(preview(matched=Finds(1, (said(1, "Nord ist gut"),)), volume=((int(NOON) // HOUR * HOUR, 1),))))
    assert "1 match in 5 posts (all there is)" in shown
    assert "Nord ist gut" in shown
    assert "no mention so far" in shown
    assert "No post matches" in text(drawn(preview()))
    assert "Stopped after two seconds" in text(drawn(preview(since=NOON - HOUR)))


def test_the_difference_opens_where_it_is_small():
    nodes = drawn(preview(added=Finds(2, (said(1, "Nord"),)), lost=Finds(9, (said(2, "Süd"),))), force="sued")
    added, lost = (node for node in nodes if (getattr(node, "className", "") or "").startswith("change"))
    assert (added.open, lost.open) == (True, False)
    assert "2 are added" in text(added)
    assert "9 are lost" in text(lost)
    assert "the same as before" in text(drawn(preview(added=Finds(), lost=Finds())))


@pytest.mark.parametrize(
    ("back", "bars", "title"), [(5, 6, "by hour"), (24 * 10, 11, "by day"), (24 * 400, 90, "by day")]
)
def test_a_long_time_is_shown_by_days(back, bars, title):
    volume = ((int(NOON - back * HOUR) // HOUR * HOUR, 3), (int(NOON) // HOUR * HOUR, 1))
    nodes = drawn(preview(volume=volume))
    (hours,) = (node for node in nodes if getattr(node, "className", None) == "hours")
    assert len(hours.children) == bars
    assert title in text(nodes)


def test_a_long_text_is_cut_around_what_matched():
    long = "wortreiche " * 40 + "Nord" + " y" * 300
    nodes = findings.marked(long, [Place(440, 444), Place(900, 904)])
    assert text(nodes).startswith("… wortreiche ")
    assert text(nodes).endswith(" …")
    assert [text(node) for node in nodes if isinstance(node, Component)] == ["Nord"]
    assert text(findings.marked("kurz", [])) == "kurz"
