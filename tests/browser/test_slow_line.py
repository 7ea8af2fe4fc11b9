"""A slow line loses nothing: no edit, no focus, no save done twice, nothing old painted over what is newer."""

import httpx
import pytest

from app.domain.person import Person, Way
from tests.browser.crisis import Storm
from tests.browser.test_people import archive as people
from tests.browser.test_people import everything
from tests.browser.test_queries import history, proposals, says
from tests.browser.test_rules import past, workshop
from tests.browser.test_understanding import archive as judged
from tests.browser.test_understanding import key_of, standing
from tests.fixtures.system import until

pytestmark = [pytest.mark.browser, pytest.mark.long, pytest.mark.timeout(180)]
__all__ = ["history", "judged", "past", "people"]
DASH = "**/_dash-update-component*"


class Line:
    """A line that holds back what a page asks, or with `late` its answers, until it is opened."""

    def __init__(self, page, address, method="", *, late=False):
        self._page, self._method, self._late, self._open = page, method, late, False
        self.held = []
        page.route(address, self._hear)

    def _hear(self, route):
        if self._open or (self._method and route.request.method != self._method):
            return route.continue_()
        answer = {"response": route.fetch()} if self._late else None
        self.held.append((route, answer))
        return None

    def holds(self, number=1):
        """Wait until so many questions are held back."""
        until(lambda: self._page.evaluate("true") and len(self.held) >= number, "the line to hold them")

    def open(self):
        """Let everything through from now on."""
        self._open = True
        for route, answer in self.held:
            route.fulfill(**answer) if answer else route.continue_()


def test_a_person_is_saved_once_and_nothing_is_typed_into_a_form_that_goes(visit, people):
    page = visit("?lang=en&new=1", path="/admin/people")
    line = Line(page, "**/api/v1/people", "POST")
    page.fill("#p-form .field:first-child input", "Anna")
    page.get_by_label("Address").fill("anna@example.org")
    page.keyboard.press("Enter")
    says(page, "#p-said", "Saving …")
    line.holds()
    page.keyboard.press("Enter")
    page.keyboard.type("lost")
    assert page.get_by_label("Address").input_value() == "anna@example.org"
    line.open()
    says(page, "#p-said", "Saved.")
    page.wait_for_function("() => document.activeElement.matches('#p-form .first')")
    assert len(line.held) == 1
    [anna], _, _ = everything(people)
    assert [way.address for way in anna.ways] == ["anna@example.org"]
    assert page.complaints == []


def test_a_refused_person_keeps_the_form_and_the_focus(visit, people):
    page = visit("?lang=en&new=1", path="/admin/people")
    line = Line(page, "**/api/v1/people", "POST")
    page.fill("#p-form .field:first-child input", "Anna")
    page.get_by_label("Address").fill("anna@example.org")
    page.get_by_label("Time zone").fill("Nowhere/Land")
    page.keyboard.press("Enter")
    line.holds()
    page.wait_for_function("() => document.activeElement === document.body")
    line.open()
    says(page, "#p-said", "Not saved.")
    page.wait_for_function("() => document.activeElement.value === 'Nowhere/Land'")


def test_an_old_board_is_not_painted_over_a_newer_one(visit, people):
    with people.transaction() as tx:
        tx.people.put(Person("anna", "Anna", ways=(Way("w1", "mail", "anna@example.org"),)))
    page = visit("?lang=en", path="/admin/people")
    page.wait_for_selector("#p-shift form")
    line = Line(page, "**/admin/people/board*", late=True)
    page.evaluate("void Emberwatch.duty.look()")
    line.holds()
    line._open = True
    page.click("text=Add duty hours")
    says(page, "#p-shifts", "Anna")
    page.focus("#p-shift select")
    with page.expect_response("**/admin/people/board*"):
        line.open()
    page.evaluate("new Promise((done) => setTimeout(done))")
    assert "Anna" in page.inner_text("#p-shifts")


def test_a_rule_is_saved_once_and_a_budget_is_set_for_the_brand_it_was_shown_for(visit, site):
    page = workshop(visit, "?lang=en")
    page.fill("#r-when", "mentions(5m) > 300")
    page.fill("#r-name", "Twice")
    line = Line(page, "**/api/v1/rules", "POST")
    page.keyboard.press("Alt+s")
    line.holds()
    page.keyboard.press("Alt+s")
    line.open()
    says(page, "#r-said", "Saved;")
    page.wait_for_function("() => document.activeElement.id === 'r-name'")
    kept = [one["id"] for one in httpx.get(f"{site.address}/api/v1/rules").json()["items"] if one["name"] == "Twice"]
    assert len(kept) == 1
    page.wait_for_selector("#r-slider")
    line = Line(page, "**/api/v1/brands/long/budget")
    page.select_option("#r-brand", "long")
    line.holds()
    assert not page.query_selector("#r-slider"), "the budget of another brand could be set"
    line.open()
    page.wait_for_selector("#r-slider")
    httpx.delete(f"{site.address}/api/v1/rules/{kept[0]}").raise_for_status()


def test_the_latest_try_of_a_rule_is_the_one_that_is_shown(visit, past):
    page = workshop(visit, "?lang=en")
    page.fill("#r-when", "mentions(5m) > 300")
    says(page, "#r-sentence", "300")
    page.select_option("#r-brand", "long")
    page.select_option("#r-span", "7")
    line = Line(page, "**/api/v1/backtest", "POST", late=True)
    page.click("#r-try")
    line.holds()
    line._open = True
    page.click("#r-try")
    page.wait_for_selector("#r-chart[data-drawn]", timeout=60_000)
    page.evaluate("document.querySelector('#r-chart').dataset.latest = 'yes'")
    line.open()
    page.wait_for_function("() => !document.querySelector('#r-told progress')")
    assert page.get_attribute("#r-chart", "data-latest") == "yes"


def test_what_is_written_while_a_comment_is_under_way_stays(visit, site):
    with site.archive() as store:
        storm = Storm(site, store, "slow-line")
        storm.open(4)
        page = visit("?lang=en", path=f"/incident/{storm.kept.id}")
        page.wait_for_selector(".case-evidence .post")
        line = Line(page, "**/comment", "POST", late=True)
        page.fill("#deed-comment textarea", "First")
        page.click("[data-verb=comment]")
        line.holds()
        page.wait_for_function("() => document.querySelector('.case-log').textContent.includes('First')")
        page.fill("#deed-comment textarea", "Second")
        line.open()
        page.wait_for_function("() => !document.querySelector('[data-verb=comment]').hasAttribute('aria-busy')")
        assert page.input_value("#deed-comment textarea") == "Second"
        page.click("[data-verb=comment]")
        page.wait_for_function("() => document.querySelector('.case-log').textContent.includes('Second')")
        page.wait_for_function("() => document.querySelector('#deed-comment textarea').value === ''")
        storm.end()


def test_a_verdict_that_is_under_way_can_be_taken_back(visit, judged):
    page = visit("?lang=en&brand=long", path="/admin/understanding")
    page.wait_for_selector(".judge")
    page.wait_for_function("() => !document.querySelector('#u-card[data-dash-is-loading]')")
    first = key_of(page)
    line = Line(page, DASH, late=True)
    page.keyboard.press("3")
    line.holds()
    assert standing(judged, first).sentiment == "positive"
    page.keyboard.press("ArrowRight")
    page.keyboard.press("z")
    line.open()
    says(page, "#u-said", "Taken back")
    page.wait_for_function("key => document.querySelector('.judge')?.dataset.key === key", arg=first)
    assert standing(judged, first).sentiment is None
    assert len(line.held) == 1


def test_a_new_query_is_saved_once(visit, site, history):
    page = visit("?lang=en", path="/admin/queries")
    page.wait_for_selector("#q-query")
    page.fill("#q-name", "Solarwelt")
    page.fill("#q-query", "solarwelt")
    says(page, "#q-found .answer", "matches")
    line = Line(page, DASH, late=True)
    page.click("#q-save")
    line.holds()
    page.keyboard.press("Enter")
    page.keyboard.press("Enter")
    assert page.evaluate("document.querySelector('.desk .form').inert")
    line.open()
    says(page, "#q-said", "Saved at")
    assert "id=solarwelt" in page.url
    httpx.delete(f"{site.address}/api/v1/brands/solarwelt").raise_for_status()


def test_a_proposal_is_answered_once(visit, site, history):
    page, terms = proposals(visit, site, history)
    line = Line(page, DASH, late=True)
    page.keyboard.press("r")
    line.holds()
    page.keyboard.press("r")
    page.keyboard.press("a")
    line.open()
    says(page, "#p-said", f"“{terms[0]}” is not proposed")
    page.wait_for_function("() => document.activeElement.matches('.proposal')")
    assert page.inner_text(".proposal:focus h2") == terms[1]
    assert len(line.held) == 1
