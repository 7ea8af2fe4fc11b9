"""A storm takes the wall and a person at a phone gives it back: line, third, lead screen and banner, worse, over."""

import time

import pytest

from tests.browser.checkers import contrast_failures, overflow_failures, type_size_failures
from tests.browser.crisis import Storm
from tests.fixtures.browser import resize

pytestmark = [pytest.mark.browser, pytest.mark.timeout(180)]
SIZES = [(1920, 1080), (3840, 2160), (1280, 720)]
TAKEN = "mode => (document.body.dataset.takeover || '') === mode"
CUT = """() => [...document.querySelectorAll(".taken, .taken .part, .taken .what")]
  .filter((e) => e.scrollHeight > e.clientHeight + 2 || e.scrollWidth > e.clientWidth + 2).map((e) => e.className)"""
INSIDE = """(selector) => { const box = document.querySelector(selector).getBoundingClientRect();
  return box.top >= 0 && box.bottom <= innerHeight && box.left >= 0 && box.right <= innerWidth; }"""


@pytest.fixture
def storm(site, request):
    with site.archive() as store:
        made = Storm(site, store, f"taken-{request.node.name[:30]}-{time.time():.0f}")
        yield made
        made.end()


def takes(page, mode):
    page.wait_for_function(TAKEN, arg=mode, timeout=10_000)


def test_the_level_drives_the_walls_and_a_phone_ends_it(visit, storm):
    lead, other = visit("?lang=de"), visit("?lang=en")
    storm.open(2)
    for page in (lead, other):
        page.wait_for_selector(".ticker", timeout=10_000)
        page.wait_for_selector("#panel-incident .raised")
        takes(page, "")
    storm.rise(3)
    for page in (lead, other):
        takes(page, "third")
        assert not page.query_selector(".alarm")
    storm.rise(5)
    takes(lead, "full")
    takes(other, "")
    other.wait_for_function("() => document.querySelector('.alarm')?.textContent.includes('evel 5, storm')")
    assert not lead.is_visible("main.blocks")
    assert other.is_visible("main.blocks")
    lead.wait_for_selector(".taken .card >> nth=2", timeout=10_000)
    assert "Sturm um Nordlicht Strom: Abschlag, Hotline." in lead.inner_text(".what")
    assert lead.evaluate("getComputedStyle(document.querySelector('.verdict')).backgroundColor") == "rgb(142, 0, 22)"
    assert contrast_failures(lead) == []
    assert type_size_failures(lead) == []
    assert lead.evaluate(CUT) == []

    phone = visit("?lang=de", width=390, height=844, path=f"/incident/{storm.kept.id}")
    phone.wait_for_selector(".case-bar [data-verb=acknowledge]")
    for shown in (".case-head h1", ".case-level b", ".case-bar [data-verb=acknowledge]"):
        assert phone.evaluate(INSIDE, shown), shown
    assert phone.evaluate("document.documentElement.scrollWidth") <= 390
    phone.select_option("#case-me", "mw")
    phone.click("[data-verb=acknowledge]")
    takes(lead, "")
    lead.wait_for_function("() => document.querySelector('.alarm')?.textContent.includes('bestätigt')", timeout=5_000)
    phone.wait_for_selector("text=Gesehen von M. Weber", timeout=5_000)

    storm.rise(6)
    takes(lead, "full")
    takes(other, "")
    phone.wait_for_selector("text=Erneut bestätigen", timeout=5_000)
    phone.keyboard.press("a")
    takes(lead, "")
    storm.end()
    for page in (lead, other):
        page.wait_for_function("() => !document.querySelector('.alarm, .ticker, .taken')", timeout=10_000)
    assert lead.complaints == other.complaints == phone.complaints == []


def test_the_checker_of_cut_text_catches_its_planted_fault(visit, storm):
    page = visit("?lang=de")
    storm.open(5)
    takes(page, "full")
    assert page.evaluate(CUT) == []
    page.add_style_tag(content=".facts { height: 4em !important; }")
    assert page.evaluate(CUT)


def test_a_drill_is_framed_on_the_wall_and_in_the_room(visit, site, request):
    with site.archive() as store:
        drill = Storm(site, store, f"drill-{time.time():.0f}", drill="d1")
        page = visit("?lang=en")
        drill.open(2)
        page.wait_for_function("() => document.body.dataset.drill === 'DRILL'", timeout=10_000)
        page.wait_for_function("() => document.querySelector('.ticker')?.textContent.includes('DRILL')")
        page.wait_for_function("() => document.querySelector('.foot').textContent.includes('DRILL')", timeout=5_000)
        edge = page.evaluate("getComputedStyle(document.body, '::after').backgroundImage")
        assert "repeating-linear-gradient" in edge
        room = visit("?lang=de", path=f"/incident/{drill.kept.id}")
        room.wait_for_function("() => document.body.dataset.drill === 'ÜBUNG'", timeout=10_000)
        drill.end()
        page.wait_for_function("() => !document.body.dataset.drill", timeout=10_000)
        assert page.complaints == room.complaints == []


@pytest.mark.long
@pytest.mark.parametrize(("lang", "theme"), [("de", "dark"), ("en", "light")])
@pytest.mark.parametrize("level", [2, 3, 5])
def test_every_level_is_readable_at_every_size(visit, storm, lang, theme, level):
    page = visit(f"?lang={lang}&theme={theme}")
    storm.open(level)
    takes(page, {2: "", 3: "third", 5: "full"}[level])
    page.wait_for_selector(".ticker" if level == 2 else ".taken .card", state="attached", timeout=10_000)
    for width, height in SIZES:
        if level == 5:
            page.set_viewport_size({"width": width, "height": height})
            page.wait_for_function("([w, h]) => innerWidth === w && innerHeight === h", arg=[width, height])
            page.wait_for_timeout(300)
        else:
            resize(page, width, height)
        assert contrast_failures(page) == [], (width, height)
        assert type_size_failures(page) == [], (width, height)
        assert overflow_failures(page) == [], (width, height)
        assert page.evaluate(CUT) == [], (width, height)
    for distance in (7, 9):
        page.set_viewport_size({"width": 1920, "height": 1080})
        page.evaluate(
            "(d) => { document.documentElement.style.setProperty('--dh', d); Emberwatch.everything(); }", distance
        )
        assert type_size_failures(page, distance=distance) == []
        assert overflow_failures(page) == []
    assert page.complaints == []


@pytest.mark.long
def test_sound_is_off_unless_allowed_and_locked_sound_says_the_remedy(visit, storm):
    still, loud = visit("?lang=de&lead=0"), visit("?lang=de&lead=1&sound=1")
    loud.evaluate("localStorage.clear()")
    storm.open(5)
    takes(loud, "full")
    loud.wait_for_function("() => document.querySelector('.sounded')?.textContent", timeout=5_000)
    assert "tippen" in loud.inner_text(".sounded.locked")
    assert not loud.evaluate("document.body.dataset.sounded")
    loud.mouse.click(600, 400)
    loud.wait_for_function("() => document.body.dataset.sounded === '1'", timeout=5_000)
    loud.wait_for_function("() => document.querySelector('.sounded').textContent.includes('Stufe 5')")
    loud.reload()
    takes(loud, "full")
    loud.mouse.click(600, 400)
    loud.wait_for_timeout(1_500)
    assert not loud.evaluate("document.body.dataset.sounded"), "once in ten minutes and level"
    assert not still.query_selector(".sounded")
