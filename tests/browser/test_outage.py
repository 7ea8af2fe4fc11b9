"""What a wall shows when the server or the analysis dies, and how it comes back; in real time, both at once."""

import time

import pytest

from tests.browser.checkers import stale_mark
from tests.fixtures.browser import living_site
from tests.fixtures.system import until

pytestmark = [pytest.mark.browser, pytest.mark.timeout(180)]


def _state(page):
    return page.evaluate("document.body.dataset.state")


def test_a_wall_marks_the_death_of_server_or_analysis_within_17_s_and_recovers(visit, site):
    with living_site() as other:
        killed, silent = visit(), visit(at=other)
        assert (_state(killed), _state(silent)) == ("live", "live")
        killed.evaluate("window.untouched = true")
        other.hush()
        site.kill()
        died = time.monotonic()
        marked = {}

        def both() -> bool:
            for page in (killed, silent):
                if page not in marked and stale_mark(page):
                    marked[page] = time.monotonic() - died
            return len(marked) == 2

        until(lambda: _state(silent) == "delayed", "the delay to show", 10)
        clock, painted = silent.inner_text(".clock"), silent.evaluate("document.body.dataset.paintedAt")
        until(both, "the stale marks", 20)
        assert all(13.5 <= took <= 17 for took in marked.values()), marked
        assert stale_mark(killed).startswith("getrennt · Stand ")
        assert stale_mark(silent) == f"getrennt · Stand {clock}"
        assert silent.inner_text(".clock") == clock
        assert silent.evaluate("document.body.dataset.paintedAt") != painted  # the server still speaks
        assert killed.inner_text("#panel-volume .big")  # old data is kept
        other.beat()
        site.start()
        until(lambda: (_state(killed), _state(silent)) == ("live", "live"), "the walls to live again", 15)
        assert stale_mark(killed) is None
        assert killed.evaluate("window.untouched")  # without a reload


def test_the_checker_sees_a_mark_that_has_lost_its_time(visit):
    page = visit()
    page.add_style_tag(content=".stage { filter: grayscale(1) !important; }")
    assert stale_mark(page) is None
    page.evaluate("document.querySelector('.life').textContent = 'Stand 14:02:11'")
    assert stale_mark(page) == "Stand 14:02:11"


def test_after_a_minute_without_a_socket_the_page_starts_afresh_once_the_server_answers(visit, site):
    page = visit()
    page.evaluate("window.untouched = true")
    page.clock.install()
    site.kill()
    page.clock.run_for(70_000)
    assert page.evaluate("window.untouched")  # never a browser's error page
    site.start()
    page.clock.run_for(10_000)
    page.wait_for_function("() => document.body.dataset.seq && document.body.dataset.state === 'live'", timeout=15_000)
    assert page.complaints  # the refused connections, and nothing that broke the page
