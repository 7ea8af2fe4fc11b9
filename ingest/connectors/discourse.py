"""Discourse: posts of own communities, public ones without a key."""

from collections.abc import AsyncIterator, Sequence
from typing import Annotated

import msgspec
from pydantic import Field, SecretStr, field_validator

from app.domain.instant import from_rfc3339, rfc3339
from app.domain.mention import Mention, SourceEvent
from app.domain.source import Gap
from app.errors import CredentialMissing, SourceUnavailable
from ingest.access import placed
from ingest.cancellation import heed_cancellation
from ingest.connector import Batch, Fates, Setting, Terms
from ingest.paced import Paced, site
from ingest.poll import Interval, polled
from ingest.seen import Seen
from ingest.web import Answer, Web, host_of
from ingest.wires import discourse as wire

DAY = 86_400.0
STEP = 50
"""Posts of a page; servers before 2024 answer with those among the 50 numbers below `before`, perhaps none."""

MOST = 200
"""Pages of one walk: 10,000 posts."""

AGAIN = 2
"""Pages that are read at least, so that edits and deletions of the newest hundred posts are seen."""

KEPT = 1_000
PACE = 0.35
"""Seconds between two questions: a Discourse allows 200 a minute to an address, 60 to a key of a user."""

PACE_WITH_KEY = 1.05
NAMES = 3_600.0
FORBIDDEN, NOT_FOUND, GONE, TOO_MANY = 403, 404, 410, 429
HOW = "An admin of the community makes one at /admin/api/keys"


class DiscourseOptions(Paced):
    """Which community to read."""

    url: str = Field(description="the address of the community: https://forum.example.org")
    api_key: SecretStr | None = Field(None, description="an API key, if the community is not public")
    username: str = Field("system", description="in whose name the key asks")
    days: Annotated[float, Field(ge=0, le=365)] = Field(2.0, description="how far back the first look goes")

    @field_validator("url")
    @classmethod
    def _web(cls, url: str) -> str:
        return site(url, "of the community: https://forum.example.org")


class _Place(msgspec.Struct):
    """The cursor: the highest number handed over, when that was, and which version of the newest posts."""

    top: int = 0
    asked: float = 0.0
    seen: str = ""


class _Walk:
    """A way down from the newest post; it is kept when a page fails, so that it goes on where it stopped."""

    def __init__(self) -> None:
        self.told: list[tuple[SourceEvent, wire.Post]] = []
        self.before: int | None = None
        self.pages = self.received = self.unreadable = 0
        self.fault = ""
        self.ended = False

    def take(self, found: wire.Posts, posts: list[wire.Post]) -> None:
        self.told += zip(found.events, posts, strict=True)
        self.pages, self.received = self.pages + 1, self.received + found.received
        self.unreadable, self.fault = self.unreadable + found.unreadable, self.fault or found.fault
        if found.lowest is not None:
            lower = found.lowest if self.before is None else min(found.lowest, self.before - 1)
            self.before = lower
        elif self.before is not None:
            self.before -= STEP


class DiscourseConnector:
    """Walks down from the newest post to the last known one, and hands over oldest first."""

    channel = wire.CHANNEL
    Options = DiscourseOptions
    terms = Terms(
        stored="Everything its members publish in a community of your own, as its terms of service allow.",
        deletions="rechecked",
        page="Each community states its own terms at /tos; docs.discourse.org adds none, as known (not read again).",
    )

    def __init__(self, setting: Setting) -> None:
        if not isinstance(setting.options, DiscourseOptions):
            raise TypeError("DiscourseConnector needs DiscourseOptions")
        self._setting, self._options = setting, setting.options
        self._place, self._seen, self._walk = _Place(), Seen(limit=KEPT), _Walk()
        self._places: dict[int, str] = {}
        self._named = float("-inf")
        self._how = f"{HOW}; {placed(setting, 'api_key')}."

    async def listen(self, cursor: str | None) -> AsyncIterator[Batch]:
        """Yield posts from `cursor` on."""
        try:
            self._place = msgspec.json.decode(cursor or "{}", type=_Place)
        except msgspec.MsgspecError:  # of another release: what comes again is known by its id
            self._place = _Place()
        self._seen, self._walk = Seen(self._place.seen, KEPT), _Walk()
        interval = Interval(self._options.shortest, self._options.longest)
        async with self._web() as web:
            async for batch in polled(self._setting, lambda: self._round(web), interval):
                yield batch

    def _web(self) -> Web:
        key = self._options.api_key
        headers = {"Accept": "application/json"}
        if key is not None:
            headers |= {"Api-Key": key.get_secret_value(), "Api-Username": self._options.username}
        pace = PACE if key is None else PACE_WITH_KEY
        return Web(self._setting, headers=headers, pace=pace, credential=self._how, refusal=self._refused)

    def _refused(self, answer: Answer) -> SourceUnavailable | None:
        """Return what the community itself says of why it does not answer."""
        host, told = host_of(answer.url), wire.refusal(answer.body)
        if answer.status == TOO_MANY and told.extras and told.extras.wait_seconds is not None:
            wait = max(1.0, told.extras.wait_seconds)
            return SourceUnavailable(
                f"{host} says that we ask too often (HTTP 429); asking again in {wait:.0f} s.", "quota", wait
            )
        if answer.status == FORBIDDEN:
            what = "refuses the key" if self._options.api_key else "shows its posts only to members; it needs a key"
            return CredentialMissing(f"{host} {what} ({told.error_type or 'HTTP 403'}). {self._how}")
        if answer.status == NOT_FOUND:
            return SourceUnavailable(
                f"{host} has no Discourse at {self._options.url}; is this the address of the community?", "setting"
            )
        return None

    async def _round(self, web: Web) -> AsyncIterator[Batch]:
        clock, walk = self._setting.clock, self._walk
        started = clock.now()
        if clock.monotonic() - self._named >= NAMES:
            self._places = wire.categories((await web.get(f"{self._options.url}/site.json", also=_NONE)).body)
            self._named = clock.monotonic()
        while not walk.ended:
            await self._page(web, walk)
        self._walk = _Walk()
        yield self._batch(walk, started)

    async def _page(self, web: Web, walk: _Walk) -> None:
        """Read one more page, and note whether it was the last."""
        asked = {"before": walk.before}
        answer = await web.get(f"{self._options.url}/posts.json", params=asked, also=_NONE)
        found, posts = wire.latest(answer.body, self._options.url, self._setting.clock.now(), self._places)
        if found.received == found.unreadable == 1 and found.fault.startswith("an answer"):
            raise SourceUnavailable(f"{host_of(answer.url)} answers with something that is no list of posts.")
        walk.take(found, posts)
        walk.ended = walk.pages >= MOST or self._enough(walk, empty=not found.received)

    def _enough(self, walk: _Walk, *, empty: bool) -> bool:
        if walk.before is None or walk.before <= 1:
            return True
        if self._place.top:
            return walk.before <= self._place.top and walk.pages >= AGAIN
        oldest = min((at for at in map(_written, walk.told) if at is not None), default=None)
        return empty or (oldest is not None and oldest < self._setting.clock.now() - self._options.days * DAY)

    def _batch(self, walk: _Walk, started: float) -> Batch:
        """Return what is new or changed since the last walk, oldest first."""
        place, events = self._place, []
        horizon = started - self._options.days * DAY
        for event, post in sorted(walk.told, key=lambda one: one[1].id):
            at = _written((event, post))
            novelty = self._seen.look(str(post.id), f"{post.version} {post.gone} {post.hidden}")
            fresh = post.id > place.top if place.top else at is not None and at >= horizon
            if novelty == "changed" or (novelty == "new" and fresh):
                events.append(event)
        gap = self._gap(walk, started)
        place.top = max([place.top, *(post.id for _, post in walk.told)])
        place.asked, place.seen = started, self._seen.packed
        return Batch(
            events,
            msgspec.json.encode(place).decode(),
            last_item_at=max((at for at in map(_written, walk.told) if at is not None), default=None),
            received=len(events) + walk.unreadable,  # what is read again is no item again
            unreadable=walk.unreadable,
            fault=walk.fault,
            gap=gap,
        )

    def _gap(self, walk: _Walk, started: float) -> Gap | None:
        if walk.pages < MOST or not self._place.top or (walk.before or 0) <= self._place.top:
            return None
        oldest = min((at for at in map(_written, walk.told) if at is not None), default=started)
        return Gap(
            self._place.asked, max(oldest, self._place.asked), f"More than {MOST * STEP:,} posts came meanwhile."
        )

    async def fates(self, ids: Sequence[str]) -> Fates:
        """Ask for each post: deleted ones and those of deleted topics are gone, of private ones nobody can tell."""
        gone: set[str] = set()
        there: set[str] = set()
        async with self._web() as web:
            for name in ids[:100]:
                place = wire.place_of(name)
                if place is None or not name.startswith(f"{self._options.url}/t/"):
                    continue
                url = f"{self._options.url}/posts/by_number/{place[0]}/{place[1]}.json"
                try:
                    answer = await web.get(url, also=frozenset({FORBIDDEN, NOT_FOUND, GONE}))
                except SourceUnavailable as away:
                    heed_cancellation()
                    if away.cause in {"quota", "network", "credential"}:
                        break
                    continue
                post = wire.one(answer.body)
                if answer.status in {NOT_FOUND, GONE} or (post is not None and post.gone):
                    gone.add(name)
                elif post is not None:
                    there.add(name)
        return Fates(frozenset(gone), frozenset(there))

    async def probe(self) -> str:
        """Ask for the newest posts and say when the last one was written."""
        async with self._web() as web:
            answer = await web.get(f"{self._options.url}/posts.json", also=_NONE)
        found, _ = wire.latest(answer.body, self._options.url, self._setting.clock.now())
        newest = max((event.published_at for event in found.events if isinstance(event, Mention)), default=None)
        latest = f", the newest of {rfc3339(newest)}" if newest else ""
        return f"{host_of(answer.url)} shows {found.received} posts{latest}."


_NONE: frozenset[int] = frozenset()


def _written(told: tuple[SourceEvent, wire.Post]) -> float | None:
    try:
        return from_rfc3339(told[1].created_at)
    except (ValueError, OverflowError):
        return None
