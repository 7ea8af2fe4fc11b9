"""The painted wall in Chromium: alive, readable, in both languages, honest about its age."""

import re
import time

import pytest

from tests.browser.checkers import contrast_failures, overflow_failures, stale_mark, type_size_failures
from tests.browser.publisher import CALM

pytestmark = [pytest.mark.browser, pytest.mark.timeout(180)]
SIZES = [(1920, 1080), (3840, 2160), (1280, 720)]


def _number(page):
    return int(re.sub(r"\D", "", page.inner_text("#panel-volume .big")))


def test_counts_move_without_reload(visit, site):
    page = visit()
    before, seq = _number(page), int(page.evaluate("document.body.dataset.seq"))
    page.evaluate("window.untouched = true")
    now = time.time()
    site.do(site.publisher.say([site.publisher.mention(CALM[0], now, "nordlicht") for _ in range(25)]))
    page.wait_for_function(
        "([n, seq]) => Number(document.querySelector('#panel-volume .big').textContent) >= n + 15"
        " && Number(document.body.dataset.seq) > seq",
        arg=[before, seq],
        timeout=5000,
    )
    assert page.evaluate("window.untouched")
    assert page.complaints == []


@pytest.mark.parametrize(("lang", "words"), [("de", "Erwähnungen je Minute"), ("en", "Mentions per minute")])
def test_both_languages(visit, lang, words):
    page = visit(f"?lang={lang}")
    assert words in page.inner_text("#panel-volume")
    assert page.evaluate("document.documentElement.lang") == lang
    assert ("live · Stand vor" if lang == "de" else "live · data") in page.inner_text(".life")


@pytest.mark.parametrize("theme", ["dark", "light"])
def test_contrast_is_seven_to_one(visit, theme):
    assert contrast_failures(visit(f"?theme={theme}")) == []


@pytest.mark.parametrize(("width", "height"), SIZES)
def test_type_is_large_enough_and_nothing_is_cut(visit, width, height):
    page = visit(width=width, height=height)
    assert type_size_failures(page) == []
    assert overflow_failures(page) == []


def test_phone_stays_readable(visit):
    page = visit(width=390, height=844)
    assert type_size_failures(page, least=16) == []
    assert page.evaluate("document.documentElement.scrollWidth") <= 390


def test_far_away_blocks_are_dropped_and_type_is_kept(visit):
    page = visit("?distance=9")
    assert type_size_failures(page, distance=9) == []
    assert page.evaluate("document.querySelectorAll('.blocks section:not([hidden])').length") < 5


def test_an_incident_raises_the_banner(visit, site):
    page = visit("?lang=en")
    assert not page.query_selector(".alarm")
    site.do(site.publisher.storm("nordlicht", time.time() - 600))
    page.wait_for_selector(".alarm", timeout=5000)
    assert "9.2 times" in page.inner_text(".alarm")
    assert page.evaluate("getComputedStyle(document.querySelector('.alarm')).backgroundColor") == "rgb(142, 0, 22)"
    page.wait_for_function("() => document.querySelector('#panel-incident').textContent.includes('Warning')")
    assert contrast_failures(page) == []
    assert type_size_failures(page) == []
    assert overflow_failures(page) == []
    site.do(site.publisher.calm())
    page.wait_for_function("() => !document.querySelector('.alarm')", timeout=5000)


def test_an_unknown_wall_names_the_choices(visit):
    page = visit(path="/wall/nowhere")
    page.wait_for_selector("main.plain")
    assert "nowhere" in page.inner_text("h1")
    assert page.get_attribute("main.plain li a", "href").startswith("/wall/main")


def test_the_start_page_leads_to_the_wall(visit):
    page = visit(path="/")
    page.wait_for_selector("main.plain a")
    assert page.get_attribute("main.plain .walls a", "href").startswith("/wall/main")
    assert page.complaints == []


def test_a_page_of_text_from_outside_stays_text(visit, site):
    page = visit()
    evil = CALM[0].__class__(
        "<img src=x onerror=alert(1)>", 900_000, "bluesky", "neutral", "<b>bold</b> & <script>1</script>"
    )
    for _ in range(3):
        site.do(site.publisher.say([site.publisher.mention(evil, time.time(), "nordlicht")]))
    page.wait_for_function(
        "() => document.querySelector('#panel-influencers').textContent.includes('<img')", timeout=8000
    )
    assert not page.query_selector("#wall img, #wall script")


FAULTS = {
    contrast_failures: (".than { color: #8B98A5 !important; }", ".xtick text { fill: #6B7682 !important; }"),
    type_size_failures: (".life { font-size: 0.9em !important; }", ".ytick text { font-size: 20px !important; }"),
    overflow_failures: ("#panel-incident { height: 3em; }",),
}


def test_every_checker_catches_its_planted_fault(visit):
    page = visit()
    for checker, faults in FAULTS.items():
        assert checker(page) == []
        for fault in faults:
            planted = page.add_style_tag(content=fault)
            assert checker(page), fault
            planted.evaluate("style => style.remove()")
    assert stale_mark(page) is None
