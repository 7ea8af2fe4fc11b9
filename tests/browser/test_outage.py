"""What a wall shows when the server or the analysis dies, and how it comes back: real time, once each."""

import time

import pytest

from tests.browser.checkers import stale_mark
from tests.fixtures.system import until

pytestmark = [pytest.mark.browser, pytest.mark.timeout(180)]


def test_a_killed_server_marks_the_wall_within_17_s_and_it_recovers(visit, site):
    page = visit()
    assert page.evaluate("document.body.dataset.state") == "live"
    page.evaluate("window.untouched = true")
    site.kill()
    died = time.monotonic()
    until(lambda: stale_mark(page), "the stale mark", 20)
    took = time.monotonic() - died
    assert 13.5 <= took <= 17
    assert "getrennt · Stand" in stale_mark(page)
    assert page.inner_text("#panel-volume .big")
    site.start()
    until(lambda: page.evaluate("document.body.dataset.state") == "live", "the wall to live again", 15)
    assert stale_mark(page) is None
    assert page.evaluate("window.untouched")


def test_dead_analysis_stops_the_clock_and_marks_the_wall(visit, site):
    page = visit()
    site.hush()
    until(lambda: page.evaluate("document.body.dataset.state") == "delayed", "the delay to show", 10)
    clock, seq = page.inner_text(".clock"), page.evaluate("document.body.dataset.paintedAt")
    until(lambda: page.evaluate("document.body.dataset.paintedAt") != seq, "another frame", 5)
    assert page.inner_text(".clock") == clock
    until(lambda: stale_mark(page), "the stale mark", 20)
    assert clock in stale_mark(page)
    site.beat()
    until(lambda: page.evaluate("document.body.dataset.state") == "live", "the wall to live again", 10)


def test_the_checker_sees_a_mark_that_has_lost_its_time(visit):
    page = visit()
    page.add_style_tag(content=".stage { filter: grayscale(1) !important; }")
    assert stale_mark(page) is None
