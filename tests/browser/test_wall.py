"""The painted wall in Chromium: alive, readable, in both languages, honest about its age."""

import re
import time

import httpx
import pytest

from tests.browser.checkers import contrast_failures, overflow_failures, stale_mark, type_size_failures
from tests.browser.publisher import CALM
from tests.fixtures.browser import move_away, resize

pytestmark = [pytest.mark.browser, pytest.mark.timeout(180)]
SIZES = [(1920, 1080), (3840, 2160), (1280, 720)]


def _number(page):
    return int(re.sub(r"\D", "", page.inner_text("#panel-volume .big")))


def _blocks(page):
    return page.evaluate("document.querySelectorAll('.blocks section:not([hidden])').length")


def test_counts_move_without_reload(wall, site):
    before, seq = _number(wall), int(wall.evaluate("document.body.dataset.seq"))
    wall.evaluate("window.untouched = true")
    now = time.time()
    site.do(site.publisher.say([site.publisher.mention(CALM[0], now, "nordlicht") for _ in range(25)]))
    wall.wait_for_function(
        "([n, seq]) => Number(document.querySelector('#panel-volume .big').textContent) >= n + 15"
        " && Number(document.body.dataset.seq) > seq",
        arg=[before, seq],
        timeout=5000,
    )
    assert wall.evaluate("window.untouched")
    assert wall.complaints == []


@pytest.mark.parametrize(
    ("lang", "theme", "words", "life"),
    [
        ("de", "dark", "Erwähnungen je Minute", "live · Stand vor"),
        ("en", "light", "Mentions per minute", "live · data"),
    ],
)
def test_both_languages_and_themes_are_readable(visit, lang, theme, words, life):
    page = visit(f"?lang={lang}&theme={theme}")
    assert words in page.inner_text("#panel-volume")
    assert page.evaluate("document.documentElement.lang") == lang
    page.wait_for_function("life => document.querySelector('.life').textContent.includes(life)", arg=life)
    assert contrast_failures(page) == []


@pytest.mark.parametrize(("width", "height"), SIZES)
def test_type_is_large_enough_and_nothing_is_cut(wall, width, height):
    resize(wall, width, height)
    assert type_size_failures(wall) == []
    assert overflow_failures(wall) == []
    assert _blocks(wall) == 5


SAYING = """([behind, waiting, rises]) => {
  const now = Date.now() / 1000, seq = Number(document.body.dataset.seq) + 1_000_000;
  for (const step of [0, rises]) {
    window.Emberwatch.clock.heard({ seq: seq + step, server_time: now, data_time: now - behind, waiting });
  }
  return [document.body.dataset.state, document.querySelector(".life").textContent];
}"""


def test_a_wall_that_catches_up_says_how_far_it_is_behind_and_is_not_called_dead(visit):
    page = visit("?lang=en")
    assert page.evaluate(SAYING, [42, 48_000, 1]) == ["behind", "catching up · 42 s behind"]
    assert page.evaluate(SAYING, [7, 48_000, 1]) == ["behind", "catching up · 7 s behind"]
    assert page.evaluate(SAYING, [2, 48_000, 1])[0] == "live"
    assert page.evaluate(SAYING, [42, 0, 1])[0] == "disconnected", "nothing waits: it is old for another reason"


def test_phone_stays_readable(wall):
    resize(wall, 390, 844)
    assert type_size_failures(wall, least=16) == []
    assert wall.evaluate("document.documentElement.scrollWidth") <= 390
    resize(wall, 1920, 1080)


def test_far_away_blocks_are_dropped_and_type_is_kept(visit):
    page = visit("?distance=9")
    assert type_size_failures(page, distance=9) == []
    assert overflow_failures(page) == []
    assert 1 <= _blocks(page) < 5


def test_a_long_name_leaves_room_for_the_verdict(visit):
    page = visit("?brand=long")
    for distance in (5, 9):
        move_away(page, distance)
        assert overflow_failures(page) == []
        assert page.evaluate("""() => {
          const [whole, verdict] = ["h1", "h1 b"].map((s) => document.querySelector(s).getBoundingClientRect());
          return verdict.width > 0 && verdict.right <= whole.right + 1 && verdict.bottom <= whole.bottom + 1;
        }""")


def test_an_incident_raises_the_banner(visit, site):
    page = visit("?lang=en")
    assert not page.query_selector(".alarm")
    site.do(site.publisher.storm("nordlicht", time.time() - 600))
    page.wait_for_selector(".alarm", timeout=5000)
    assert "9.2 times" in page.inner_text(".alarm")
    assert page.evaluate("getComputedStyle(document.querySelector('.alarm')).backgroundColor") == "rgb(142, 0, 22)"
    page.wait_for_function("() => document.querySelector('#panel-incident').textContent.includes('Warning')")
    assert contrast_failures(page) == []
    assert _blocks(page) == 5
    for distance in (5, 7, 9):
        move_away(page, distance)
        assert type_size_failures(page, distance=distance) == []
        assert overflow_failures(page) == [], distance
    site.do(site.publisher.calm())
    page.wait_for_function("() => !document.querySelector('.alarm')", timeout=5000)


def test_an_unknown_wall_names_the_choices(visit):
    page = visit(path="/wall/nowhere")
    page.wait_for_selector("main.plain")
    assert "nowhere" in page.inner_text("h1")
    assert page.get_attribute("main.plain li a", "href").startswith("/wall/main")


def test_scripts_come_from_here_only_and_can_be_watched_from_outside(site, visit):
    policy = httpx.get(f"{site.address}/wall/main").headers["Content-Security-Policy"]
    (scripts,) = (part.split()[1:] for part in policy.split("; ") if part.startswith("script-src"))
    assert {word for word in scripts if not word.startswith("'sha256-")} == {"'self'", "'unsafe-eval'"}
    assert "default-src 'none'" in policy
    visit().wait_for_function("document.body.dataset.seq > 0")


def test_the_start_page_leads_to_the_wall(visit):
    page = visit(path="/")
    page.wait_for_selector("main.plain a")
    assert page.get_attribute("main.plain .walls a", "href").startswith("/wall/main")
    assert page.complaints == []


def test_a_page_of_text_from_outside_stays_text(wall, site):
    page = wall
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
    overflow_failures: ("#panel-volume { height: 3em; }", "#wall h1 { width: 4em; }"),
}


def test_every_checker_catches_its_planted_fault(wall):
    page = wall
    for checker, faults in FAULTS.items():
        assert checker(page) == []
        for fault in faults:
            planted = page.add_style_tag(content=fault)
            assert checker(page), fault
            planted.evaluate("style => style.remove()")
    assert stale_mark(page) is None
