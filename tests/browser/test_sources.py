"""Who listens and who does not: the scene from five metres, and the page at a desk and on a phone."""

import anyio
import pytest

from app.clock import SystemClock
from app.domain.source import Proof, SourceState
from tests.browser.checkers import contrast_failures, overflow_failures, type_size_failures

pytestmark = [pytest.mark.browser, pytest.mark.timeout(180)]
SCENE = "/wall/./main"
"""The same wall by an address whose painted figures are not waited for: this scene has none."""


@pytest.fixture
def outage(site):
    now = SystemClock().now()
    away = SourceState("toots", "mastodon", "unreachable", now - 450, now + 60, "No network.", cause="network")
    site.do(site.bus.report_source(away))
    yield
    site.do(site.bus.forget_source("toots"))


@pytest.mark.usefixtures("outage")
@pytest.mark.parametrize(
    ("query", "width", "height", "says"),
    [
        ("lang=de", 1920, 1080, "Mastodon hört seit 7\u00a0min nicht"),
        ("lang=en&theme=light", 3840, 2160, "Mastodon has not listened for 7\u00a0min"),
    ],
)
def test_the_scene_says_who_does_not_listen_and_is_readable(visit, query, width, height, says):
    page = visit(f"?scene=sources&{query}", width, height, SCENE)
    page.wait_for_function("says => document.querySelector('h1')?.textContent.includes(says)", arg=says)
    assert page.locator(".blocks section:not([hidden])").count() == 3
    assert type_size_failures(page) == []
    assert overflow_failures(page) == []
    assert contrast_failures(page) == []
    assert page.complaints == []


async def answered(bus, proof):
    with anyio.fail_after(10):
        while not (question := (await bus.orders("push")).question):  # noqa: ASYNC110 - it comes from another process
            await anyio.sleep(0.02)
    await bus.answer("push", question, proof)


def test_a_source_is_tested_and_paused_by_keyboard_on_a_phone(visit, site):
    page = visit("?lang=de", path="/admin/sources", width=390, height=844)
    button = page.locator("button[data-act=pause][data-source=push]")
    button.wait_for()
    assert page.evaluate("document.documentElement.scrollWidth") <= 390
    assert contrast_failures(page) == []
    assert button.bounding_box()["height"] >= 24
    page.locator("button[data-act=test][data-source=push]").press("Enter")
    site.do(answered(site.bus, Proof(works=True, said="It is ready.", at=0.0)))
    page.get_by_text("Geht: It is ready.").wait_for()
    button.press("Enter")
    page.get_by_text("Erledigt.").wait_for()
    assert site.do(site.bus.held("push")).actor == "loopback"
    site.do(site.bus.hold("push", None))
    with page.expect_response("**/admin/sources/board*"):
        pass
    page.wait_for_function("document.activeElement.dataset.act === 'pause'")
    assert page.complaints == []


def test_the_page_leads_to_what_a_channel_is_and_back(visit):
    page = visit("?lang=en", path="/admin/sources")
    page.locator("a[href*='/admin/channels/bluesky']").click()
    page.get_by_text("Every public post of Bluesky").wait_for()
    page.get_by_text("← Sources").click()
    page.locator("article.source").first.wait_for()
    assert "listening" in page.inner_text("#sources-answer")
