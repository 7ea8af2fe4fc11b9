"""Takes the pictures of the wall: `make screenshots` writes them to screenshots/, `--readme` the one of the README.

Starts a system of its own on the demo brand, waits for a calm picture, then starts the firestorm and waits for the
banner. Every size of wall.md, German and English.
"""

import argparse
import asyncio
import json
import subprocess
import sys
import tempfile
import urllib.request
from pathlib import Path

from playwright.async_api import Browser

from benchmarks.subject import chromium, running

ROOT = Path(__file__).resolve().parents[1]
SIZES = ((1920, 1080), (3840, 2160), (390, 844))
SETTLED = 12.0
"""Seconds after which the demo's last hour has arrived and fonts and figures are drawn."""


async def _picture(browser: Browser, address: str, path: Path, size: tuple[int, int]) -> None:
    page = await browser.new_page(viewport={"width": size[0], "height": size[1]})
    await page.goto(address)
    await page.wait_for_function("document.body.dataset.seq && window.Plotly")
    await page.wait_for_timeout(4_000)
    await page.screenshot(path=path)
    await page.close()
    sys.stdout.write(f"{path.relative_to(ROOT) if path.is_relative_to(ROOT) else path}\n")


async def _all(browser: Browser, wall: str, folder: Path, scene: str) -> None:
    for language in ("de", "en"):
        for size in SIZES:
            name = f"{scene}-{language}-{size[0]}x{size[1]}.png"
            await _picture(browser, f"{wall}?lang={language}&brand=nordlicht", folder / name, size)


def _incident(port: int) -> bool:
    with urllib.request.urlopen(f"http://127.0.0.1:{port}/api/v1/incidents", timeout=10) as answer:
        return bool(json.load(answer)["items"])


async def _take(folder: Path, *, readme: bool) -> None:
    folder.mkdir(parents=True, exist_ok=True)  # noqa: ASYNC240 - once, before anything runs
    with tempfile.TemporaryDirectory(prefix="ember-pictures-") as name:
        place = Path(name)
        (place / "config.yaml").write_text((ROOT / "config.yaml").read_text("utf-8"), "utf-8")
        async with running(place) as port, chromium() as browser:
            wall = f"http://127.0.0.1:{port}/wall/main"
            await asyncio.sleep(SETTLED)
            if readme:
                await _picture(browser, f"{wall}?lang=de&brand=nordlicht", folder / "lage-de-1920x1080.png", SIZES[0])
                return
            await _all(browser, wall, folder, "lage")
            storm = [sys.executable, "-m", "app.cli", "demo", "storm", "--data", str(place / "data")]
            subprocess.run(storm, check=True)  # noqa: S603, ASYNC221 - our own command, half a second
            while not await asyncio.to_thread(_incident, port):  # noqa: ASYNC110 - another process has no event
                await asyncio.sleep(1)
            await asyncio.sleep(SETTLED)
            await _all(browser, wall, folder, "alarm")


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--readme", action="store_true", help="only the picture of the README, into docs/pictures")
    only = parser.parse_args().readme
    asyncio.run(_take(ROOT / ("docs/pictures" if only else "screenshots"), readme=only))
