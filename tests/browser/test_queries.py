"""A newcomer adds a brand on screen: sees what it would hear, is told what is wrong, saves, sees it on the wall."""

import time
from contextlib import closing
from uuid import uuid4

import httpx
import pytest
from msgspec.structs import replace

from app.clock import SystemClock
from app.domain.identity import Identity
from app.domain.mention import Author, Mention
from app.store.unheard import NAME, Unheard
from tests.browser.checkers import contrast_failures, type_size_failures
from tests.fixtures.store import said
from tests.unit.app.domain.test_proposal import World

pytestmark = [pytest.mark.browser, pytest.mark.timeout(180)]
TEXTS = ("Solarwelt pfeift seit heute früh", "Wo bleibt die Technikerin von Solar Welt?", "Das Konzert von Solarwelt")

SMALL_TARGETS = """() => [...document.querySelectorAll(".desk :is(a, button, input, textarea, summary)")]
  .map((one) => one.closest("label") || one)
  .filter((one) => one.checkVisibility({ visibilityProperty: true }))
  .map((one) => ({ name: one.textContent || one.id, box: one.getBoundingClientRect() }))
  .filter(({ box }) => box.right > 0 && (box.width < 24 || box.height < 24))
  .map(({ name, box }) => `${name} ${box.width} x ${box.height}`)"""
NAMELESS = """() => [...document.querySelectorAll(".desk :is(input, textarea, button)")]
  .filter((one) => !one.labels?.length && !one.textContent.trim() && !one.getAttribute("aria-label"))
  .map((one) => one.id)"""


@pytest.fixture(scope="module")
def history(site):
    """Something said in the last hours that was a mention of nobody, and one mention of another brand."""
    data = site._folder / "data"
    now = SystemClock().now()
    posts = [
        Mention("forum", f"u{n}", now - 600 * n - 5, text, Author(f"a{n}", name="Anna"), key=f"u{n}", received_at=now)
        for n, text in enumerate(TEXTS)
    ]
    with closing(Unheard(data / NAME, 2**24)) as file:
        file.keep([(post, "anna") for post in posts])
    with site.archive() as store:
        heard = said(Identity(store.secret()), uuid4().hex, "Nordlicht Strom und Solarwelt im Vergleich", at=now - 7200)
        with store.transaction() as tx:
            tx.mentions.upsert([(heard, 1)])
        yield store


def says(page, selector, words):
    page.wait_for_function(
        "([selector, words]) => document.querySelector(selector)?.textContent.includes(words)", arg=[selector, words]
    )


def test_a_newcomer_adds_a_brand_and_the_wall_shows_it(visit, site, history):
    page = visit("?lang=de", path="/admin/queries")
    page.wait_for_selector("#q-query")
    page.evaluate("window.untouched = true")
    page.fill("#q-name", "Solarwelt")
    page.fill("#q-query", 'solarwelt OR ("solar welt"')
    says(page, "#q-query-slip", "Zeichen 14: Diese Klammer wird nie geschlossen")
    shown = page.inner_text("#q-query-slip pre").split("\n")
    assert shown[0][shown[1].index("^")] == "(", "the caret stands under the bracket"
    told = page.get_attribute("#q-query", "aria-describedby").split()
    assert "q-query-slip" in told
    assert page.get_attribute("#q-query", "aria-invalid") == "true"

    page.fill("#q-query", 'solarwelt OR "solar welt"')
    says(page, "#q-found .answer", "4 Treffer")
    page.wait_for_function("() => document.querySelector('#q-query').getAttribute('aria-invalid') === 'false'")
    assert page.eval_on_selector_all(".examples mark", "all => all.map((one) => one.textContent)") == [
        "Solarwelt", "Solar Welt", "Solarwelt", "Solarwelt",
    ]  # fmt: skip
    page.fill("#q-exclude", "konzert")
    says(page, "#q-found .answer", "3 Treffer")

    began = time.monotonic()
    page.click("#q-save")
    says(page, "#q-said", "Gespeichert")
    wall = visit("?brand=solarwelt&lang=de")
    assert time.monotonic() - began < 5
    assert wall.get_attribute("body", "data-brand") == "solarwelt", "in the first frame, however late"
    says(wall, "h1", "Solarwelt")
    wall.close()
    assert page.evaluate("window.untouched"), "nothing was loaded anew"
    assert page.complaints == []

    page.fill("#q-exclude", "technikerin")
    says(page, "#q-found", "1 kommt hinzu")
    says(page, "#q-found", "1 fällt weg")
    page.click("#q-revert")
    page.wait_for_function("() => document.querySelector('#q-exclude').value === 'konzert'")
    page.click("#q-delete")
    page.wait_for_function("() => document.activeElement.id === 'q-no'")
    page.click("#q-yes")
    says(page, "#q-said", "Gelöscht")
    brands = httpx.get(f"{site.address}/api/v1/brands").json()["items"]
    assert [brand["id"] for brand in brands] == ["nordlicht", "long"]


@pytest.mark.parametrize(
    ("lang", "theme", "words"),
    [
        ("de", "dark", "Worauf gehört wird"),
        pytest.param("en", "light", "What is listened for", marks=pytest.mark.long),
    ],
)
def test_the_pages_are_readable_by_everybody(visit, history, lang, theme, words):
    page = visit(f"?lang={lang}&theme={theme}", path="/admin")
    says(page, "h1", words)
    for path in ("/admin", "/admin/queries"):
        if path != "/admin":
            page.goto(page.url.replace("/admin", path) + "&kind=brands&id=nordlicht")
            page.wait_for_selector(".answer")
        for width, height in ((1920, 1080), (960, 540), (390, 844)):
            page.set_viewport_size({"width": width, "height": height})
            assert page.evaluate("document.documentElement.scrollWidth") <= width, (path, width)
            assert page.evaluate(SMALL_TARGETS) == [], (path, width)
        assert contrast_failures(page) == []
        assert type_size_failures(page, least=17) == []
        assert page.evaluate(NAMELESS) == []
        assert page.evaluate("[...document.querySelectorAll('header, main, nav')].length") >= 3
        assert page.evaluate("document.documentElement.lang") == lang
    page.keyboard.press("Tab")
    assert page.evaluate("document.activeElement.className") == "skip"
    assert page.complaints == []


def proposals(visit, site, history):
    """Open the page of what is to be added to a query; return it and the words it proposes."""
    data = site._folder / "data"
    world, now = World(), SystemClock().now()
    identity = Identity(history.secret())
    rows = [said(identity, f"w{one.id}", one.text, at=now - 9_000, brands=("long",)) for one in world.heard()]
    with history.transaction() as tx:
        tx.mentions.upsert([(row, 1) for row in rows])
    with closing(Unheard(data / NAME, 2**24)) as file:
        file.keep([(replace(one, key=f"w{one.id}", received_at=now, published_at=now), "b") for one in world.unheard()])
    page = visit("?lang=en&brand=long", path="/admin/proposals")
    page.wait_for_selector(".proposal")
    return page, page.eval_on_selector_all(".proposal h2", "all => all.map((one) => one.textContent)")


def test_a_proposal_is_refused_and_accepted_with_one_key_each(visit, site, history):
    page, terms = proposals(visit, site, history)
    assert {"nolli", "polartarif"} <= set(terms)
    assert type_size_failures(page, least=17) == contrast_failures(page) == page.evaluate(SMALL_TARGETS) == []
    page.keyboard.press("r")
    says(page, "#p-said", f"“{terms[0]}” is not proposed")
    page.wait_for_function("() => document.activeElement.matches('.proposal')")
    assert page.inner_text(".proposal:focus h2") == terms[1]
    page.keyboard.press("a")
    says(page, "#p-said", f"“{terms[1]}” is now part of the query")
    known = httpx.get(f"{site.address}/api/v1/watchlist").json()["brands"]
    row = next(
        {key: one[key] for key in ("name", "query", "accounts", "exclude")} for one in known if one["id"] == "long"
    )
    assert row["query"] == f"wasserwerke OR {terms[1]}"
    assert page.complaints == []
    httpx.put(f"{site.address}/api/v1/brands/long", json={**row, "query": "wasserwerke"}).raise_for_status()


@pytest.mark.long
def test_spam_is_edited_and_a_row_goes_back_to_the_file(visit, site, history):
    page = visit("?kind=spam&lang=de", path="/admin/queries")
    page.wait_for_selector("#q-exclude")
    page.fill("#q-exclude", "technikerin\nkonzert solar*")
    says(page, "#q-found .answer", "2 Treffer")
    page.click("#q-save")
    says(page, "#q-said", "Gespeichert")
    assert httpx.get(f"{site.address}/api/v1/watchlist").json()["spam"] == ["technikerin", "konzert solar*"]
    assert not page.is_visible("#q-back"), "config.yaml states no spam"
    httpx.put(f"{site.address}/api/v1/watchlist/spam", json={"queries": []}).raise_for_status()

    page.click(".rows >> text=Nordlicht")
    page.wait_for_function("() => document.querySelector('#q-query')?.value.includes('ordlicht')")
    stated = page.input_value("#q-query")
    page.fill("#q-query", "nordlicht NOT polar")
    page.click("#q-save")
    says(page, "#q-said", "Gespeichert")
    page.click("#q-back")
    says(page, "#q-said", "config.yaml")
    assert page.input_value("#q-query") == stated
    assert httpx.get(f"{site.address}/api/v1/brands/nordlicht").json()["query"] == stated
    assert page.complaints == []
