"""Somebody judges mentions with single keys, takes one back, and sees how often we were right."""

from uuid import uuid4

import pytest

from app.clock import SystemClock
from app.domain.identity import Identity
from tests.browser.checkers import contrast_failures, type_size_failures
from tests.browser.test_queries import NAMELESS, SMALL_TARGETS, says
from tests.fixtures.store import said

pytestmark = [pytest.mark.browser, pytest.mark.timeout(120)]
TEXTS = ("Der Strom ist weg", "Danke, der Strom läuft", "Strom?", "Strom und <b>Wärme</b>")


@pytest.fixture(scope="module")
def archive(site):
    """Four mentions of the last hour, never seen before (what is wiped stays away), and the archive they lie in."""
    with site.archive() as store:
        identity, now = Identity(store.secret()), SystemClock().now()
        labels, use = ("negative", "positive", "uncertain", "neutral"), uuid4().hex
        rows = [
            (said(identity, f"{use}-{n}", text, at=now - 60 * n - 5, label=label, brands=("long",)), 1)
            for n, (text, label) in enumerate(zip(TEXTS, labels, strict=True))
        ]
        with store.transaction() as tx:
            tx.mentions.upsert(rows)
        yield store


def key_of(page):
    return page.get_attribute(".judge", "data-key")


def other(page, key):
    page.wait_for_function("key => document.querySelector('.judge')?.dataset.key !== key", arg=key)


def standing(store, key):
    with store.reading() as tx:
        return tx.corrections.standing(key)[0]


def test_one_key_a_mention_and_one_to_take_it_back(visit, archive):
    page = visit("?lang=de&brand=long", path="/admin/understanding")
    page.wait_for_selector(".judge")
    says(page, "#u-accuracy", "Noch hat niemand geurteilt")
    first = key_of(page)
    page.keyboard.press("3")
    page.keyboard.press("3")  # a hasty finger
    other(page, first)
    says(page, "#u-said", "Gezählt: positiv")
    says(page, ".place", "2 von 4")
    assert standing(archive, first).sentiment == "positive"
    page.keyboard.press("ArrowLeft")
    page.wait_for_function("key => document.querySelector('.judge')?.dataset.key === key", arg=first)
    says(page, ".judge", "Ein Mensch sagt")
    page.keyboard.press("ArrowRight")
    other(page, first)
    page.keyboard.press("z")
    says(page, "#u-said", "Zurückgenommen")
    assert key_of(page) == first
    assert standing(archive, first).sentiment is None

    page.keyboard.press("ArrowRight")
    other(page, first)
    toggled = key_of(page)
    page.click(".toggle:not(.on) >> nth=0")
    page.wait_for_function("() => document.querySelectorAll('.toggle.on').length === 2")
    assert set(standing(archive, toggled).intents) == {"complaint", "query"}
    assert page.get_attribute(".toggle.on", "aria-pressed") == "true"
    page.click("#u-neutral")
    other(page, toggled)
    says(page, "#u-accuracy", "Alle Urteile")
    says(page, "#u-accuracy", "Zufällig gezogene")
    assert page.complaints == []

    page.set_viewport_size({"width": 390, "height": 844})
    assert flaws(page) == []


@pytest.mark.long
def test_by_day_it_can_be_read_named_and_hit_on_a_phone(visit, archive):
    page = visit("?lang=en&brand=long&theme=light", path="/admin/understanding", width=390, height=844)
    page.wait_for_selector(".judge")
    assert flaws(page) == []
    assert page.inner_html(".judge").count("<b>Wärme</b>") == 0, "what people write is text"


def flaws(page):
    wide = page.evaluate("document.documentElement.scrollWidth")
    found = [*page.evaluate(SMALL_TARGETS), *page.evaluate(NAMELESS), *contrast_failures(page)]
    return [*found, *type_size_failures(page, least=18), *([f"{wide} wide"] if wide > 390 else [])]
