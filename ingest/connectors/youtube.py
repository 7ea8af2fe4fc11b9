"""YouTube: comments on our own channels and videos, and on videos that a search finds, over the Data API v3."""

from collections import OrderedDict
from collections.abc import AsyncIterator, Mapping, Sequence
from datetime import datetime, time, timedelta
from functools import partial
from typing import Self
from zoneinfo import ZoneInfo

import msgspec
from pydantic import BaseModel, ConfigDict, Field, SecretStr, model_validator

from app.domain.source import Quota
from app.errors import CredentialMissing, SourceUnavailable
from ingest.access import demand
from ingest.connector import Batch, Fates, Setting, Terms
from ingest.listings import DAY, Ask, Listings
from ingest.poll import Interval, polled
from ingest.web import Answer, Web, host_of
from ingest.wires import youtube as wire
from ingest.wires.google import KEY, PACE, QUOTA, reasons
from ingest.wires.listing import Page

WHERE = "Make an API key at https://console.cloud.google.com/apis/credentials and enable the YouTube Data API v3."
PACIFIC = ZoneInfo("America/Los_Angeles")
SEARCHES = 100
"""Calls of `search.list` a day: a quota of its own."""

RESERVE = 0.05
"""Share of the day's units that is left for asking after what was deleted."""

IDS = 50
TALKS = 2_000
"""Threads whose number of replies is remembered."""

REPLY_PAGES = 10
DEEPEST = 50
"""Pages of a listing after which a round ends."""

CLOSED = frozenset({"commentsdisabled", "videonotfound", "channelnotfound", "notfound", "forbidden"})


class YoutubeOptions(BaseModel):
    """Whose comments to hear."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    api_key: SecretStr | None = Field(None, description="an API key of a Google Cloud project")
    channels: tuple[str, ...] = Field((), description="ids of channels, UC…: all comments on them and their videos")
    videos: tuple[str, ...] = Field((), description="ids of single videos")
    search: tuple[str, ...] = Field((), description="words: the newest videos found by them are heard too")
    search_hours: float = Field(6.0, ge=1, description="hours between two searches")
    pages: int = Field(2, ge=1, le=20, description="pages of 100 threads looked at again in every round")
    interval: float = Field(120.0, ge=10, description="least seconds between two rounds")
    history: float = Field(7.0, ge=0, le=30, description="days the first round goes back")
    quota: int = Field(10_000, ge=100, description="units the project may use up a day")
    url: str = Field("https://www.googleapis.com/youtube/v3", pattern="^https?://", description="where the API is")

    @model_validator(mode="after")
    def _something(self) -> Self:
        if not (self.channels or self.videos or self.search):
            raise ValueError("name what to hear: `channels`, `videos` or `search`")
        return self


class YoutubeConnector:
    """Asks for the newest comment threads, round after round, as often as the day's quota allows."""

    channel = wire.CHANNEL
    Options = YoutubeOptions
    terms = Terms(
        "Comments, their authors and figures may be kept for 30 days; then they are refreshed or deleted.",
        days=30,
        deletions="rechecked",
        page="https://developers.google.com/youtube/terms/developer-policies (III.E.4.d, as others quote it)",
    )

    def __init__(self, setting: Setting) -> None:
        if not isinstance(setting.options, YoutubeOptions):
            raise TypeError("YoutubeConnector needs YoutubeOptions")
        self._setting, self._options, self._clock = setting, setting.options, setting.clock
        self._listings = Listings(None, 0)
        self._pace = Interval(self._options.interval, max(self._options.interval, 900.0))
        self._same: dict[str, tuple[str, str | None]] = {}
        self._talks: OrderedDict[str, int] = OrderedDict()
        self._found: tuple[str, ...] = ()
        self._search_at = 0.0

    async def listen(self, cursor: str | None) -> AsyncIterator[Batch]:
        """Yield comments, replies and edits from `cursor` on."""
        demand(self._setting, ("api_key",), WHERE)
        self._listings = Listings(cursor, self._clock.now() - self._options.history * DAY)
        async with self._web() as web:
            async for batch in polled(self._setting, partial(self._round, web), self._pace):
                yield batch

    async def fates(self, ids: Sequence[str]) -> Fates:
        """Tell which comments are gone: `comments.list` by id leaves them out; one unit for every 50."""
        demand(self._setting, ("api_key",), WHERE)
        fate = Fates()
        async with self._web() as web:
            for start in range(0, len(ids), IDS):
                some = ids[start : start + IDS]
                self._spend()
                params = {"part": "id", "id": ",".join(some)}
                answer = await web.get(f"{self._options.url}/comments", params=params, headers=self._key())
                one = wire.fates(answer.body, frozenset(some))
                fate = Fates(fate.gone | one.gone, fate.there | one.there)
        return fate

    async def probe(self) -> str:
        """Ask for one thread of the first channel or video, or, if only words are given, for something as cheap."""
        demand(self._setting, ("api_key",), WHERE)
        first = next(iter(self._wanted().values()), None)
        path, more = ("commentThreads", {"maxResults": "1", **first}) if first else ("i18nLanguages", {})
        params = {"part": "id" if first else "snippet", **more}
        async with self._web() as web:
            self._spend()
            await web.get(f"{self._options.url}/{path}", params=params, headers=self._key(), also=frozenset())
        return f"{host_of(self._options.url)} answers and takes the key."

    def _web(self) -> Web:
        return Web(self._setting, credential=WHERE, refusal=self._refusal)

    def _key(self) -> dict[str, str]:
        """Return the key as a header: addresses may stand in logs of proxies, headers do not."""
        key = self._options.api_key
        return {"X-Goog-Api-Key": key.get_secret_value()} if key else {}

    def _wanted(self) -> dict[str, dict[str, str]]:
        """Return what each listing is asked with, by its name."""
        wanted = {f"channel/{one}": {"allThreadsRelatedToChannelId": one} for one in self._options.channels}
        return wanted | {f"video/{one}": {"videoId": one} for one in (*self._options.videos, *self._found)}

    async def _round(self, web: Web) -> AsyncIterator[Batch]:
        before = self._used("units")
        await self._look_for_videos(web)
        asks: dict[str, Ask] = {name: partial(self._ask, web, name, with_) for name, with_ in self._wanted().items()}
        try:
            async for batch in self._listings.round(
                asks, most=DEEPEST, least=self._options.pages, clock=self._clock, quota=self._quota
            ):
                yield batch
        except SourceUnavailable:
            self._same.clear()  # what was not taken in has to be shown again
            self._talks.clear()
            raise
        finally:
            self._spread(self._used("units") - before)

    async def _ask(self, web: Web, name: str, wanted: Mapping[str, str], token: str | None) -> Page:
        params = {
            **wanted,
            "part": "snippet,replies",
            "order": "time",
            "textFormat": "plainText",
            "maxResults": wire.PER_PAGE,
            "pageToken": token,
        }
        tag, following = self._same.get(name, ("", None)) if token is None else ("", None)
        headers = {**self._key(), **({"If-None-Match": tag} if tag else {})}
        self._spend()
        address = f"{self._options.url}/commentThreads"
        answer = await web.get(address, params=params, headers=headers, also=frozenset({304, 403, 404}))
        if answer.status == 304:  # noqa: PLR2004 - not modified
            return Page(next=following, unchanged=True)
        if answer.status in {403, 404}:
            return self._closed(name, answer)
        page, talks = wire.threads(answer.body)
        for talk in talks:
            page = await self._with_replies(web, page, talk)
        if token is None:
            self._same[name] = (answer.headers.get("ETag", ""), page.next)
        return page

    def _closed(self, name: str, answer: Answer) -> Page:
        """Leave out a found video whose comments are closed; complain of one that was asked for."""
        refusal = self._refusal(answer) or SourceUnavailable(f"YouTube shows no comments on {name}.", "setting")
        video = name.removeprefix("video/")
        if refusal.cause != "setting":
            raise refusal
        if video in self._found:
            self._found = tuple(one for one in self._found if one != video)
            return Page()
        raise SourceUnavailable(f"YouTube shows no comments on {name}: {_why(answer)}.", "setting")

    async def _with_replies(self, web: Web, page: Page, talk: wire.Talk) -> Page:
        """Add the replies that did not come along with a thread, if their number has changed."""
        if page.broken or self._talks.get(talk.id) == talk.replies:
            return page
        events, token = page.events, None
        for _ in range(REPLY_PAGES):
            params = {
                "part": "snippet",
                "parentId": talk.id,
                "textFormat": "plainText",
                "maxResults": wire.PER_PAGE,
                "pageToken": token,
            }
            self._spend()
            answer = await web.get(f"{self._options.url}/comments", params=params, headers=self._key())
            if answer.status in {404, 410}:
                break
            more = wire.replies(answer.body, talk.id, talk.video)
            events, token = (*events, *more.events), more.next
            if token is None:
                break
        self._talks[talk.id] = talk.replies
        if len(self._talks) > TALKS:
            self._talks.popitem(last=False)
        return msgspec.structs.replace(page, events=events)

    async def _look_for_videos(self, web: Web) -> None:
        if not self._options.search or self._clock.now() < self._search_at:
            return
        found: list[str] = []
        for words in self._options.search:
            params = {"part": "id", "type": "video", "order": "date", "maxResults": "25", "q": words}
            self._spend("searches", SEARCHES)
            answer = await web.get(f"{self._options.url}/search", params=params, headers=self._key())
            found += wire.videos(answer.body)
        self._found = tuple(dict.fromkeys(one for one in found if one not in self._options.videos))
        self._search_at = self._clock.now() + self._options.search_hours * 3600

    def _refusal(self, answer: Answer) -> SourceUnavailable | None:
        """Read the error of a Google interface (https://developers.google.com/youtube/v3/docs/errors)."""
        told = reasons(answer.body)
        if any(word in QUOTA for word in told):
            return self._used_up("YouTube says that today's quota is used up")
        if any(word in PACE for word in told):
            return SourceUnavailable("YouTube says that we ask too fast.", "quota", 60.0)
        if told and told[0] in CLOSED:
            return SourceUnavailable(f"YouTube does not show it ({told[0]}).", "setting")
        if any(word in KEY for word in told):
            return CredentialMissing(f"YouTube refuses the API key ({told[0]}). {WHERE}")
        return None

    # The day's quota

    def _today(self) -> int:
        """Return the number of the day at the Pacific; the count begins anew with it."""
        today = datetime.fromtimestamp(self._clock.now(), PACIFIC).date().toordinal()
        notes = self._listings.notes
        if notes.get("day") != today:
            notes.update(day=today, units=0, searches=0)
        return today

    def _midnight(self) -> float:
        tomorrow = datetime.fromordinal(self._today()) + timedelta(days=1)
        return datetime.combine(tomorrow.date(), time(), PACIFIC).timestamp()

    def _used(self, bucket: str) -> int:
        self._today()
        return self._listings.notes.get(bucket, 0)

    def _spend(self, bucket: str = "units", limit: int | None = None) -> None:
        """Count a call; every one costs one unit of its bucket, whatever it answers. None goes beyond the quota."""
        most = limit if limit is not None else int(self._options.quota * (1 - RESERVE))
        if self._used(bucket) >= most:
            raise self._used_up(f"The day's quota of {most:,} {bucket} is used up, before YouTube says so")
        self._listings.notes[bucket] = self._used(bucket) + 1

    def _used_up(self, sentence: str) -> SourceUnavailable:
        until = self._midnight()
        return SourceUnavailable(
            f"{sentence}; it begins anew at midnight Pacific time.", "quota", until - self._clock.now()
        )

    def _quota(self) -> Quota:
        limit = self._options.quota
        return Quota(limit, max(0, limit - self._used("units")), self._midnight(), "units a day")

    def _spread(self, cost: int) -> None:
        """Spread the rounds over the day, so that the units last until it ends."""
        enough = DAY * cost / (self._options.quota * (1 - RESERVE))
        self._pace.shortest = max(self._options.interval, enough)
        self._pace.longest = max(self._pace.longest, self._pace.shortest)
        self._pace.now = max(self._pace.now, self._pace.shortest)


def _why(answer: Answer) -> str:
    told = reasons(answer.body)
    return told[0] if told else f"HTTP {answer.status}"
