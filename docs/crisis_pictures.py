"""Takes the pictures of a crisis into screenshots/, part of `make screenshots`: the wall at every level, the room.

A dashboard of its own is fed with a made-up storm of 24 minutes, moved from level to level: line, third, takeover on
the lead screen, banner on the others, drill, incident room and list. Every size of wall.md, German and English.
"""

import shutil
import sys
import tempfile
import time
from contextlib import suppress
from pathlib import Path

from playwright.sync_api import Browser, Page, sync_playwright

from app.domain.events import IncidentEvent
from app.domain.tally import contribution, reduce
from tests.browser.crisis import Storm
from tests.browser.publisher import CALM, STORM
from tests.fixtures.browser import CHROMIUM, FLAGS, Site

ROOT = Path(__file__).resolve().parents[1]
FOLDER = ROOT / "screenshots"
SIZES = ((1920, 1080), (3840, 2160), (390, 844))
LANGUAGES = ("de", "en")
WALL = "document.body.dataset.seq && window.Plotly"
ROOM = "document.querySelector('#incident')?.children.length > 0"
SETTLED = 3_000
LONG = 1_400
"""Seconds the storm has been going on."""


def main() -> None:
    """Take all of them."""
    FOLDER.mkdir(exist_ok=True)
    place = Path(tempfile.mkdtemp(prefix="ember-crisis-"))
    site = Site(place)
    try:
        _begin(site)
        with sync_playwright() as driver, site.archive() as store:
            browser = driver.chromium.launch(executable_path=CHROMIUM, args=list(FLAGS))
            _fill(site, store)
            _all(browser, site, store)
            browser.close()
    finally:
        site.close()
        shutil.rmtree(place)


def _begin(site: Site) -> None:
    now = time.time()
    site.do(site.publisher.beat())
    site.do(site.publisher.past("nordlicht", storm_at=now - LONG, usual=12))
    site.do(site.publisher.usual("nordlicht", 12))
    site.do(site.publisher.sources())
    site.beat()
    site.start()


def _fill(site: Site, store: object) -> None:
    """Give the archive the same hour and a half in counts, for the curve of the room."""
    now, said = time.time(), []
    for minute in range(84, 0, -1):
        at = now - 60 * minute
        rising = max(0.0, (at - now + LONG) / 60 * 7)
        for n in range(int(12 + min(130, rising))):
            line = (STORM if rising and n % 4 else CALM)[n % 4]
            said.append(site.publisher.mention(line, at + n / 3, "nordlicht"))
    with store.transaction() as tx:
        delta = reduce([contribution(one, one.mention.author.id) for one in said])
        tx.tallies.append(0, "1-0", now, delta)


def _all(browser: Browser, site: Site, store: object) -> None:
    storm = Storm(site, store, f"pictures-{time.time():.0f}")
    storm.open(2)
    _walls(browser, site, "level2", "lead=1")
    storm.rise(3)
    _walls(browser, site, "level3", "lead=0")
    storm.rise(5, peak=164.0)
    _walls(browser, site, "takeover", "lead=1")
    _walls(browser, site, "banner", "lead=0")
    _note(store, storm)
    _pages(browser, site, "room", f"/incident/{storm.kept.id}")
    _pages(browser, site, "incidents", "/incidents")
    storm.end()
    drill = Storm(site, store, f"drill-{time.time():.0f}", drill="pictures")
    drill.open(5)
    _walls(browser, site, "drill", "lead=1")
    drill.end()


def _note(store: object, storm: Storm) -> None:
    """Let people have done something already."""
    at, one = time.time() - 600, storm.kept
    done = (
        ("ticked", {"step": "read", "done": True}),
        ("commented", {"text": "Abrechnung bestätigt: falscher Faktor im Novemberlauf, rund 3.100 Kunden."}),
        ("statement", {"at": at + 120, "text": "Wir prüfen alle Abschläge.", "url": "https://example.org/presse"}),
    )
    with store.transaction() as tx:
        for place, (kind, detail) in enumerate(done):
            event = IncidentEvent(one.id, one.brand, at + 60 * place, kind, "person", "mw", one.severity, 5, detail)
            tx.events.append(event)


def _talk(site: Site, seconds: float = SETTLED / 1_000) -> None:
    """Go on talking at the pace of the storm."""
    now = time.time()
    lines = [
        site.publisher.mention(STORM[n % 4], now - seconds * n / 9, "nordlicht") for n in range(int(2.5 * seconds))
    ]
    site.do(site.publisher.say(lines))


def _walls(browser: Browser, site: Site, name: str, asked: str) -> None:
    for language in LANGUAGES:
        for size in SIZES:
            _talk(site, 6)
            address = f"{site.address}/wall/main?lang={language}&brand=nordlicht&{asked}"
            _take(browser, address, WALL, f"{name}-{language}", size)


def _pages(browser: Browser, site: Site, name: str, path: str) -> None:
    for language in LANGUAGES:
        for size in (SIZES[0], SIZES[2]):
            _take(browser, f"{site.address}{path}?lang={language}", ROOM, f"{name}-{language}", size)


def _take(browser: Browser, address: str, ready: str, name: str, size: tuple[int, int]) -> None:
    page: Page = browser.new_page(viewport={"width": size[0], "height": size[1]}, color_scheme="dark")
    page.goto(address)
    page.wait_for_function(ready)
    with suppress(Exception):  # a level without posts has none
        page.wait_for_selector(".taken .card, .case-evidence .post", timeout=SETTLED, state="attached")
    page.wait_for_timeout(SETTLED)
    path = FOLDER / f"{name}-{size[0]}x{size[1]}.png"
    page.screenshot(path=path)
    page.close()
    sys.stdout.write(f"{path.relative_to(ROOT)}\n")


if __name__ == "__main__":
    main()
