"""Somebody writes a rule, sees what it says and what it would have raised, and puts it into shadow."""

import time

import pytest

from app.domain.incident import Incident
from app.domain.tally import MinuteTally
from tests.browser.checkers import contrast_failures, type_size_failures
from tests.browser.test_queries import NAMELESS, SMALL_TARGETS, says

pytestmark = [pytest.mark.browser, pytest.mark.timeout(120)]
DAY = 86_400


@pytest.fixture(scope="module")
def past(site):
    """Nine days of one brand with two storms, one of which was judged to be real, and one crisis without any."""
    now = int(time.time()) // 60 * 60
    storms = {now - 2 * DAY: "real", now - 5 * DAY: None}

    def minute(start):
        inside = any(begin <= start < begin + 1800 for begin in storms)
        return MinuteTally(start, 90 if inside else 9, negative=60 if inside else 2)

    with site.archive() as store, store.transaction() as tx:
        tx.tallies.seed("long", "past-of-rules", [minute(at) for at in range(now - 9 * DAY, now, 60)], float(now))
        for name, since, verdict in (("storm", now - 2 * DAY, "real"), ("quiet", now - 4 * DAY, "real")):
            tx.incidents.save(
                Incident(
                    name,
                    "long",
                    since + 300.0,
                    "resolved",
                    "warning",
                    (),
                    since=float(since),
                    resolved_at=since + 3600.0,
                    verdict=verdict,
                )
            )


def workshop(visit, query="?lang=de", **more):
    page = visit(query, path="/rules", **more)
    page.wait_for_selector("#rules[data-ready]")
    return page


def test_a_rule_is_written_tried_and_put_into_shadow(visit, past):
    page = workshop(visit)
    says(page, "#r-told", "Sehen Sie zuerst zurück")
    page.fill("#r-when", "mention(5m) > 300")
    says(page, "#r-when-slip", "meinen Sie mentions?")
    assert page.get_attribute("#r-when", "aria-invalid") == "true"
    page.fill("#r-when", "mentions(5m) > 300 AND negative_share(5m) > 40%")
    says(page, "#r-sentence", "Wenn in 5 Minuten mehr als 300 Erwähnungen kommen und")
    page.fill("#r-name", "Viel Schlechtes")
    page.select_option("#r-brand", "long")
    page.select_option("#r-span", "7")
    page.keyboard.press("Alt+Enter")
    page.wait_for_selector("#r-chart[data-drawn]", timeout=60_000)
    says(page, ".answer", "2 Alarme, 1 von 2 bekannten Krisen gefunden")
    says(page, "#r-found .toomany", "Das Budget erlaubt 4: zu viele.")
    assert page.locator(".alarms li").count() == 3
    page.keyboard.press("Alt+s")
    says(page, "#r-said", "Gespeichert; es gilt ab der nächsten vollen Minute.")
    says(page, "#r-rows .here", "im Schatten")
    assert page.input_value("#r-brand") == "long"
    page.fill("#r-when", "mentions(5m) > 10000")
    says(page, "#r-sentence", "10.000")
    page.click("#r-try")
    page.wait_for_selector("#r-chart[data-drawn]", timeout=60_000)
    assert page.locator(".sides thead th").all_inner_texts() == ["Entwurf", "In Kraft"]
    says(page, ".answer", "0 Alarme")
    page.click("#r-delete")
    page.click("#r-yes")
    says(page, "#r-said", "Gelöscht.")


@pytest.mark.parametrize(
    ("width", "height", "lang"), [pytest.param(1920, 1080, "de", marks=pytest.mark.long), (390, 844, "en")]
)
def test_it_can_be_read_and_reached(visit, past, width, height, lang):
    page = workshop(visit, f"?lang={lang}", width=width, height=height)
    page.fill("#r-when", "mentions(5m) > 300")
    page.select_option("#r-brand", "long")
    page.select_option("#r-span", "7")
    page.click("#r-try")
    page.wait_for_selector("#r-chart[data-drawn]", timeout=60_000)
    assert contrast_failures(page) == []
    assert type_size_failures(page, least=18) == []
    assert page.evaluate(NAMELESS) == []
    assert page.evaluate(SMALL_TARGETS) == []
    assert page.evaluate("document.documentElement.scrollWidth <= innerWidth")
    assert page.evaluate("document.documentElement.lang") == lang
    assert page.complaints == []
