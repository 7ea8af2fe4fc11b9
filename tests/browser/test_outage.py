"""What a wall shows when the server or the analysis dies, and how it comes back; in real time, both at once."""

import time

import pytest

from tests.browser.checkers import stale_mark
from tests.fixtures.system import until

pytestmark = [pytest.mark.browser, pytest.mark.timeout(180)]
MARKED = """() => new MutationObserver(() => {
  if (document.body.dataset.state === "disconnected") document.body.dataset.marked ||= Date.now() / 1000;
}).observe(document.body, { attributeFilter: ["data-state"] })"""
"""Keeps in the page when it marked itself: a look from outside may come late."""


@pytest.fixture(autouse=True)
def restored(site):
    """Whatever fails here, the walls of the other tests live."""
    yield
    site.restore()


def _state(page):
    return page.evaluate("document.body.dataset.state")


def test_a_wall_marks_the_death_of_server_or_analysis_within_17_s_and_recovers(visit, site):
    with site.neighbour() as other:
        killed, silent = visit(), visit(at=other)
        until(lambda: (_state(killed), _state(silent)) == ("live", "live"), "the walls to live")
        killed.evaluate("window.untouched = true")
        for page in (killed, silent):
            page.evaluate(MARKED)
        site.hush()
        site.kill()
        died = time.time()
        until(lambda: _state(silent) == "delayed", "the delay to show", 10)
        clock, painted = silent.inner_text(".clock"), silent.evaluate("document.body.dataset.paintedAt")
        until(lambda: all(map(stale_mark, (killed, silent))), "the stale marks")
        marked = [float(page.get_attribute("body", "data-marked")) - died for page in (killed, silent)]
        assert all(14.5 <= took <= 17 for took in marked), marked
        assert stale_mark(killed).startswith("getrennt · Stand ")
        assert stale_mark(silent) == f"getrennt · Stand {clock}"
        assert silent.inner_text(".clock") == clock
        assert silent.evaluate("document.body.dataset.paintedAt") != painted  # the server still speaks
        assert killed.inner_text("#panel-volume .big")  # old data is kept
        site.beat()
        site.start()
        until(lambda: (_state(killed), _state(silent)) == ("live", "live"), "the walls to live again", 15)
        assert stale_mark(killed) is None
        assert killed.evaluate("window.untouched")  # without a reload


@pytest.mark.parametrize(
    ("look", "life", "mark"),
    [
        ("grayscale(1)", "getrennt", None),
        ("none", "Stand 14:02:11", None),
        ("grayscale(1)", "Stand 14:02:11", "Stand 14:02:11"),
    ],
)
def test_the_checker_wants_both_the_grey_and_the_time(window, look, life, mark):
    page = window.new_page()
    page.set_content(f'<div class="stage" style="filter: {look}"><span class="life">{life}</span></div>')
    assert stale_mark(page) == mark
    page.close()


def test_after_a_minute_without_a_socket_the_page_starts_afresh_once_the_server_answers(visit, site):
    page = visit()
    page.evaluate("window.untouched = true")
    page.clock.install()
    site.kill()
    page.clock.fast_forward(70_000)
    assert page.evaluate("window.untouched")  # never a browser's error page
    site.start()
    page.clock.fast_forward(4_000)
    page.wait_for_function("() => document.body.dataset.seq && document.body.dataset.state === 'live'", timeout=15_000)
    assert page.complaints  # the refused connections, and nothing that broke the page
