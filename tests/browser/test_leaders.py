"""Who leads, on the painted wall: from the archive, in words, readable at every size, gone when erased."""

import time

import msgspec
import pytest

from app.domain.identity import Identity
from app.domain.mention import Author
from tests.browser.checkers import contrast_failures, overflow_failures, type_size_failures
from tests.fixtures.browser import resize
from tests.fixtures.store import gone, said

pytestmark = [pytest.mark.browser, pytest.mark.long, pytest.mark.timeout(180)]
SIZES = [(1920, 1080), (3840, 2160), (1280, 720), (390, 844)]
NAMES = ("Karla aus Kiel", "Die sehr lange benannte Verbraucherzentrale des Nordens e. V.", "Ole", "Fenja", "Wiebke")
LABELS = ("negative", "positive", "neutral")
GONE = "() => !document.querySelector('#panel-influencers .told')"
LEADERS = "#panel-influencers .told"


@pytest.fixture
def archive(site):
    """A talk in the archive of the dashboard, taken away again."""
    with site.archive() as store:
        yield _talk(store)


def _talk(store):
    identity, now, talk = Identity(store.secret()), time.time(), []
    for number, name in enumerate(NAMES):
        who, label = Author(f"did:{number}", f"n{number}", name, 4_200), LABELS[number % 3]
        for post in range(4):
            words, native = f"Words {number} {post}", f"at://{number}/{post}"
            one = said(identity, native, words, author=who.id, at=now - 600, label=label, intent="query")
            talk.append(msgspec.structs.replace(one, mention=msgspec.structs.replace(one.mention, author=who)))
        for fan in range(9 - number):
            native, more = f"at://f/{number}/{fan}", {"in_reply_to": f"at://{number}/0", "kind": "reply"}
            talk += [said(identity, native, native, author=f"did:f{number}{fan}", at=now - 60 * fan, **more)]
    with store.transaction() as tx:
        tx.mentions.upsert([(one, 1) for one in talk])

    def erase():
        with store.transaction() as tx:
            tx.mentions.wipe([(gone(one), 2, None) for one in talk])

    return erase


def test_leaders_are_readable_in_words_at_every_size_and_gone_when_erased(visit, archive):
    page = visit("?lang=de")
    page.wait_for_selector(LEADERS, state="attached", timeout=30_000)
    first = page.inner_text("#panel-influencers li >> nth=0")
    assert "Karla aus Kiel" in first
    assert "▼" in first
    assert "kritisch · 9 von" in first.replace("\u00a0", " ")
    assert contrast_failures(page) == []
    for width, height in SIZES:
        resize(page, width, height)
        assert overflow_failures(page) == []
        assert type_size_failures(page, least=16) == [] if width < 1000 else type_size_failures(page) == []
    resize(page, 1920, 1080)
    shown = page.eval_on_selector_all("#panel-influencers li:not([hidden])", "all => all.length")
    assert 2 <= shown <= 3
    for checker, fault in (
        (contrast_failures, ".told { color: #4a5560 !important; }"),
        (type_size_failures, ".told { font-size: 0.8em !important; }"),
    ):
        planted = page.add_style_tag(content=fault)
        assert checker(page), fault
        planted.evaluate("style => style.remove()")
    archive()
    page.wait_for_function(GONE, timeout=30_000)
    assert page.complaints == []
