"""The incident room in Chromium: every deed by key and by click, undone where that is possible, readable everywhere."""

import time

import pytest

from tests.browser.checkers import contrast_failures, type_size_failures
from tests.browser.crisis import Storm

pytestmark = [pytest.mark.browser, pytest.mark.timeout(180)]
SMALL = """() => [...document.querySelectorAll(".case :is(button, select, input, textarea, summary)")]
  .filter((e) => e.checkVisibility()).map((e) => [e, e.getBoundingClientRect()])
  .filter(([e, box]) => box.height < 24 || box.width < 24)
  .map(([e]) => e.outerHTML.slice(0, 80))"""


@pytest.fixture
def storm(site):
    with site.archive() as store:
        made = Storm(site, store, f"room-{time.time():.3f}")
        made.open(4)
        yield made
        made.end()


def _room(visit, storm, query="?lang=de", **size):
    page = visit(query, path=f"/incident/{storm.kept.id}", **size)
    page.wait_for_selector(".case-evidence .post")
    page.wait_for_selector("#case-curve .main-svg")
    return page


def _told(page, words):
    page.wait_for_function(
        "words => document.querySelector('.case-log').textContent.includes(words)", arg=words, timeout=8_000
    )


def test_deeds_by_key_leave_the_log_and_are_taken_back(visit, storm):
    page = _room(visit, storm)
    page.select_option("#case-me", "mw")
    page.locator("h1").click()
    page.keyboard.press("o")
    page.wait_for_selector("text=Bei M. Weber.", timeout=8_000)
    page.locator("h1").click()
    page.keyboard.press("c")
    page.keyboard.type("Hotline ist informiert.")
    page.click("[data-verb=comment]")
    _told(page, "Hotline ist informiert.")
    page.wait_for_function("() => document.querySelector('#deed-comment textarea').value === ''")

    box = page.locator(".case-plan [role=checkbox]").first
    assert box.get_attribute("aria-checked") == "false"
    box.click()
    page.wait_for_selector(".case-plan .done", timeout=8_000)
    page.wait_for_selector("#case-undo")
    page.locator("h1").click()
    page.keyboard.press("z")
    page.wait_for_function("() => !document.querySelector('.case-plan .done')", timeout=8_000)

    page.keyboard.press("s")
    page.fill("#deed-silence [name=reason]", "Bekannte Störung")
    page.click("#deed-silence [data-verb=silence]")
    page.wait_for_selector("[data-verb=unsilence]", timeout=8_000)
    page.click("#case-undo")
    page.wait_for_function("() => !document.querySelector('[data-verb=unsilence]')", timeout=8_000)

    page.keyboard.press("r")
    page.fill("#deed-resolve [name=reason]", "Rechnungslauf korrigiert")
    page.click("#deed-resolve [data-verb=resolve]")
    page.wait_for_selector(".case-after dl", timeout=8_000)
    page.click(".case-verdict [data-verb=verdict] >> nth=0")
    page.wait_for_selector(".case-verdict [aria-pressed=true]", timeout=8_000)
    assert page.complaints == []


@pytest.mark.long
def test_a_draft_survives_a_reload_and_a_refusal_says_why(visit, storm):
    page = _room(visit, storm, "?lang=en")
    page.fill("#deed-statement textarea", "We are looking into it.")
    page.reload()
    page.wait_for_selector("#deed-statement textarea")
    page.wait_for_function("() => document.querySelector('#deed-statement textarea').value.startsWith('We are')")
    page.fill("#deed-statement [name=url]", "no address")
    page.click("[data-verb=statement]")
    page.wait_for_function("() => document.getElementById('case-said').textContent.includes('https://')", timeout=8_000)
    page.fill("#deed-statement [name=url]", "https://example.org/1")
    page.click("[data-verb=statement]")
    page.wait_for_selector(".said-list li", timeout=8_000)
    page.wait_for_function("() => document.querySelectorAll('#case-curve .annotation').length >= 2", timeout=8_000)


@pytest.mark.long
@pytest.mark.parametrize(("lang", "theme"), [("de", "dark"), ("en", "light")])
@pytest.mark.parametrize(("width", "height"), [(390, 844), (1920, 1080)])
def test_the_room_is_readable_and_nothing_is_too_small_to_hit(visit, storm, lang, theme, width, height):
    page = _room(visit, storm, f"?lang={lang}&theme={theme}", width=width, height=height)
    page.evaluate("document.querySelectorAll('details').forEach((one) => { one.open = true; })")
    assert contrast_failures(page) == []
    assert type_size_failures(page, least=16) == []
    assert page.evaluate(SMALL) == []
    assert page.evaluate("document.documentElement.scrollWidth") <= width
    listed = visit(f"?lang={lang}&theme={theme}", path="/incidents", width=width, height=height)
    listed.wait_for_selector(".case-list a")
    assert contrast_failures(listed) == []
    assert listed.evaluate("document.documentElement.scrollWidth") <= width
    assert page.complaints == listed.complaints == []
