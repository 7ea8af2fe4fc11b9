"""A storm with everything in it: a burst, voices, drivers, leaders, urgent cards. All five blocks stay on the wall."""

import time

import pytest

from tests.browser.checkers import block_failures, contrast_failures, overflow_failures, type_size_failures
from tests.fixtures.browser import move_away, resize

pytestmark = [pytest.mark.browser, pytest.mark.timeout(180)]
SIZES = [(1920, 1080), (3840, 2160), (1280, 720)]
FULL = "() => document.querySelector('#panel-incident .burst')"
LEADERS = "#panel-influencers li { min-height: 2.6em; }"
"""Rows as tall as those that say side and reason: not all of them have room."""
FAULTS = (
    "#wall li[data-drop][hidden] { display: grid !important; }",
    "#panel-incident .burst { white-space: normal; width: 6em; }",
    "#panel-sentiment .key { padding-top: 1.5em; }",
    "#panel-influencers li { min-height: 9em; }",
    "#wall .card .than { white-space: normal; padding-top: 20em; }",
)
TOP = """() => [...document.querySelectorAll("#panel-volume .ytick text")].map((one) => one.textContent)"""


@pytest.fixture
def storm(site):
    """A crisis in its third hour, one hand behind part of it; gone afterwards."""
    site.do(site.publisher.storm("nordlicht", time.time() - 9_000, burst=1_230, severity="crisis"))
    yield
    site.do(site.publisher.calm())


def _full(visit, query=""):
    page = visit(query)
    page.wait_for_function(FULL)
    page.wait_for_selector("#panel-sentiment [data-key=voices]")
    page.add_style_tag(content=LEADERS)
    page.evaluate("Emberwatch.everything()")
    return page


@pytest.mark.parametrize(("lang", "theme"), [("de", "dark"), ("en", "light")])
def test_a_storm_with_everything_in_it_keeps_all_five_blocks(visit, storm, lang, theme):
    page = _full(visit, f"?lang={lang}&theme={theme}")
    for width, height in SIZES:
        resize(page, width, height)
        assert block_failures(page) == [], (width, height)
        assert overflow_failures(page) == []
        assert type_size_failures(page) == []
        assert len(page.evaluate(TOP)) == 3, "a label of the axis is lost"
    assert contrast_failures(page) == []
    for distance in (7, 9):
        move_away(page, distance)
        assert overflow_failures(page) == [], distance
        assert type_size_failures(page, distance=distance) == []
    assert page.complaints == []


def test_the_checker_of_blocks_catches_its_planted_faults(visit, storm):
    page = _full(visit)
    assert block_failures(page) == []
    for fault in FAULTS:
        planted = page.add_style_tag(content=fault)
        page.evaluate("Emberwatch.everything()")
        assert block_failures(page), fault
        planted.evaluate("style => { style.remove(); Emberwatch.everything(); }")
    assert block_failures(page) == []
