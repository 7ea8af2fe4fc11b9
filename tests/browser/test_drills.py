"""The page of drills: readable at every size, by keyboard, in both languages; what it says of the past and of now."""

import time

import pytest
from sqlalchemy import delete

from app.domain.drill import Drill, Scorecard
from app.store.alerting import drill
from tests.browser.checkers import contrast_failures, type_size_failures
from tests.browser.test_queries import NAMELESS, SMALL_TARGETS, says

pytestmark = [pytest.mark.browser, pytest.mark.timeout(120)]


@pytest.fixture
def archive(site):
    with site.archive() as store:
        yield store
        with store._writer.begin() as connection:
            connection.execute(delete(drill))


def flaws(page):
    return [
        *contrast_failures(page),
        *type_size_failures(page, least=18),
        *page.evaluate(SMALL_TARGETS),
        *page.evaluate(NAMELESS),
        *(["wider than the screen"] if page.evaluate("document.documentElement.scrollWidth > innerWidth") else []),
    ]


def test_the_page_of_drills(visit, archive):
    now = time.time()
    card = Scorecard(70.0, 130.0, None, 900.0, highest_level=4, steps=3, mentions=812, told=2, would_tell=("Anna",))
    with archive.transaction() as tx:
        tx.drills.save(Drill("d0", now - 9_000, "data-leak", "nordlicht", "de", "done", score=card, began=now - 8_900))
        tx.drills.save(
            Drill("d1", now, "service-outage", "nordlicht", "de", "running", began=now, address="http://127.0.0.1:9")
        )
    page = visit("?lang=de", path="/admin/drills")
    says(page, "#d-past", "Datenleck")
    says(page, "#d-past", "1:10 min")
    says(page, "#d-past", "im Ernstfall zuerst: Anna")
    says(page, "#d-running", "Läuft: Ausfall des Dienstes")
    assert page.locator("#d-past td.yes").count() == 3
    assert page.locator("#d-form select").first.evaluate("one => one.options.length") == 6
    assert flaws(page) == []
    page.set_viewport_size({"width": 390, "height": 844})
    assert flaws(page) == []
    page.focus("#d-form button.first")
    page.keyboard.press("Enter")
    says(page, "#d-said", "A drill is running")
    page.click("#d-running button")
    says(page, "#d-running", "Wird beendet: Ausfall")
    with archive.reading() as tx:
        assert tx.drills.get("d1").state == "stopping"
    english = visit("?lang=en", path="/admin/drills")
    says(english, "#d-past", "Data leak")
    says(english, "#d-form", "Begin the drill")
