"""A feed as it is asked for: by its own address, or found from that of a page."""

import asyncio
import math
from collections.abc import Iterable, Mapping

import structlog

from app.clock import Clock
from app.errors import SourceUnavailable
from ingest.cancellation import heed_cancellation
from ingest.poll import Interval
from ingest.web import Answer, Web, host_of
from ingest.wires import page
from ingest.wires.feeds import Feed, Source, read
from ingest.wires.subscription import DAY, Subscription

ACCEPT = "application/atom+xml, application/rss+xml, application/feed+json, text/xml, */*;q=0.5"
OK = 200
LONGEST_URL = 1_024

log = structlog.get_logger("ingest")


class Timetable(Interval):
    """Sleeps until the next of several feeds is due."""

    def __init__(self, known: Mapping[str, Subscription], clock: Clock) -> None:
        super().__init__(1.0, 1.0)
        self._known, self._clock = known, clock

    def heard(self, *, anything: bool) -> float:  # noqa: ARG002 - every feed keeps its own pace
        """Return the seconds until then, a day at most."""
        return min(DAY, max(1.0, soonest(self._known.values()) - self._clock.now()))


def soonest(known: Iterable[Subscription]) -> float:
    """Return when the first of them is due; infinity if all are gone."""
    return min((one.due for one in known if not one.gone), default=math.inf)


async def asked(web: Web, url: str, known: Subscription | None = None) -> Answer:
    """Ask for an address; 304 if it is as it was when `known` was told. Raises `SourceUnavailable`."""
    sent = {"Accept": ACCEPT}
    if known is not None and known.etag:
        sent["If-None-Match"] = known.etag
    if known is not None and known.modified:
        sent["If-Modified-Since"] = known.modified
    return await web.get(url, headers=sent)


async def parsed(address: str, known: Subscription, answer: Answer, clock: Clock) -> Feed:
    """Read an answer beside the event loop: broken markup takes its time."""
    source = Source(address, answer.url, known.comments, known.parent)
    return await asyncio.to_thread(read, answer.body, source, clock.now(), answer.headers)


async def discovered(
    web: Web, address: str, known: Subscription, answer: Answer, clock: Clock
) -> tuple[Answer, Feed, tuple[str, ...]]:
    """Find the feed of a page: where the page says, else where feeds often are; it is noted in `known`.

    Returns the feed's answer, the feed, and the feeds of comments that the page names. Raises `SourceUnavailable` if
    the answer is no page, or no feed is found.
    """
    if known.owner or not page.likely(answer.body, answer.headers.get("Content-Type", "")):
        raise SourceUnavailable(f"{host_of(answer.url)} answers with something that is no feed.")
    links = await asyncio.to_thread(page.links, answer.body, answer.url)
    for url in links.articles or page.guesses(answer.url):
        if not page.may_name(url, address):
            continue
        try:
            there = await asked(web, url)
        except SourceUnavailable:
            heed_cancellation()
            continue
        feed = await parsed(address, known, there, clock) if there.status == OK else Feed()
        if feed.form:
            known.url = there.url[:LONGEST_URL]
            log.info("feed.found", page=host_of(address), feed=there.url)
            return there, feed, links.comments
    raise SourceUnavailable(
        f"{host_of(answer.url)} shows a page that names no feed, and none is where feeds often are; give the address of"
        " the feed itself.",
        "setting",
    )
