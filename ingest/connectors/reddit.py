"""Reddit: what is posted and commented in subreddits, and what a search finds, over the approved Data API."""

from collections.abc import AsyncIterator, Sequence
from functools import partial
from typing import Annotated, Self
from urllib.parse import urlsplit

import msgspec
from pydantic import BaseModel, ConfigDict, Field, SecretStr, StringConstraints, model_validator

from app.domain.source import Quota
from app.errors import SourceUnavailable
from ingest.access import Access, demand
from ingest.allowance import quota_of
from ingest.connector import Batch, Fates, Setting, Terms
from ingest.listings import DAY, Ask, Listings
from ingest.poll import Interval, polled
from ingest.web import Answer, Web
from ingest.wires import reddit as wire
from ingest.wires.listing import FAULTY, Page

WHERE = (
    "Have your use approved at https://support.reddithelp.com/hc/en-us/requests/new, then make an app at "
    "https://www.reddit.com/prefs/apps."
)
PACE = 0.65
"""Seconds between two requests: 100 a minute are allowed for each client."""

LISTED = 10
"""Pages of 100 that a listing shows: no more than its newest 1,000."""


Subreddit = Annotated[str, StringConstraints(pattern=r"^[A-Za-z0-9_]{2,21}$")]


class RedditOptions(BaseModel):
    """Which subreddits and searches to hear, and as whom."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    client_id: str = Field("", description="the app's id, under its name at reddit.com/prefs/apps")
    client_secret: SecretStr | None = Field(None, description="the app's secret")
    username: str = Field("", description="the account of a script app; without it the app speaks for itself")
    password: SecretStr | None = Field(None, description="the password of that account")
    contact: str = Field("", description="the Reddit account to be reached at, for the User-Agent; else `username`")
    subreddits: tuple[Subreddit, ...] = Field((), description="names without r/: all posts and comments in them")
    search: tuple[str, ...] = Field((), description="what to search all of Reddit's posts for")
    interval: float = Field(60.0, ge=10, description="least seconds between two rounds")
    history: float = Field(1.0, ge=0, le=30, description="days the first round goes back")
    url: str = Field("https://oauth.reddit.com", pattern="^https?://", description="where the API is")
    login_url: str = Field("https://www.reddit.com", pattern="^https?://", description="where access tokens come from")

    @model_validator(mode="after")
    def _something(self) -> Self:
        if not (self.subreddits or self.search):
            raise ValueError("name what to hear: `subreddits` or `search`")
        return self


class RedditConnector:
    """Walks listings from their newest entry back to what is known: one request each while nothing is new."""

    channel = wire.CHANNEL
    Options = RedditOptions
    terms = Terms(
        "What was deleted at Reddit has to be deleted here, texts and the ids of deleted accounts alike.",
        deletions="rechecked",
        page="https://support.reddithelp.com/hc/en-us/articles/16160319875092-Reddit-Data-API-Wiki (read 2026-11-22)",
    )

    def __init__(self, setting: Setting) -> None:
        if not isinstance(setting.options, RedditOptions):
            raise TypeError("RedditConnector needs RedditOptions")
        self._setting, self._options, self._clock = setting, setting.options, setting.clock
        self._quota: Quota | None = None

    async def listen(self, cursor: str | None) -> AsyncIterator[Batch]:
        """Yield posts, comments, edits and deletions from `cursor` on."""
        self._demand()
        listings = Listings(cursor, self._clock.now() - self._options.history * DAY)
        pace = Interval(self._options.interval, max(self._options.interval, 300.0))
        async with self._web() as web:
            access = self._access(web)
            async for batch in polled(self._setting, partial(self._round, access, listings), pace):
                yield batch

    async def fates(self, ids: Sequence[str]) -> Fates:
        """Tell what became of posts and comments, a hundred with one request."""
        self._demand()
        async with self._web() as web:
            params = {"id": ",".join(ids), "raw_json": "1"}
            answer = await self._access(web).get(f"{self._options.url}/api/info", params=params)
        return wire.fates(answer.body, frozenset(ids))

    async def probe(self) -> str:
        """Ask for one entry of the first listing."""
        self._demand()
        path, params = next(iter(self._wanted().values()))
        async with self._web() as web:
            await self._access(web).get(f"{self._options.url}{path}", params={**params, "limit": "1"})
        return f"Reddit answers and shows {path}."

    def _demand(self) -> None:
        demand(self._setting, ("client_secret",), WHERE)
        if not self._options.client_id:
            raise SourceUnavailable(f"Write `client_id`, the id of the Reddit app. {WHERE}", "setting")
        if self._options.username:
            demand(self._setting, ("password",), "It is the password of the account that made the script app.")

    def _web(self) -> Web:
        contact = self._options.contact or self._options.username
        agent = (
            f"linux:emberwatch:v1 (by /u/{contact})" if contact else f"linux:emberwatch:v1 ({self._options.client_id})"
        )
        return Web(self._setting, headers={"User-Agent": agent}, pace=PACE, credential=WHERE, refusal=_refusal)

    def _access(self, web: Web) -> Access:
        secret = self._options.client_secret
        login = (self._options.client_id, secret.get_secret_value() if secret else "")
        address = f"{self._options.login_url}/api/v1/access_token"
        return Access(web, self._clock, address, self._grant, login=login, credential=WHERE)

    def _grant(self) -> dict[str, str]:
        if not (self._options.username and self._options.password):
            return {"grant_type": "client_credentials"}
        password = self._options.password.get_secret_value()
        return {"grant_type": "password", "username": self._options.username, "password": password}

    def _wanted(self) -> dict[str, tuple[str, dict[str, str]]]:
        """Return the path and parameters of each listing, by its name."""
        wanted: dict[str, tuple[str, dict[str, str]]] = {}
        for name in self._options.subreddits:
            wanted[f"{name}/new"] = (f"/r/{name}/new", {})
            wanted[f"{name}/comments"] = (f"/r/{name}/comments", {})
        for words in self._options.search:
            wanted[f"search/{words}"] = ("/search", {"q": words, "sort": "new", "type": "link", "t": "week"})
        return wanted

    async def _round(self, access: Access, listings: Listings) -> AsyncIterator[Batch]:
        asks: dict[str, Ask] = {
            name: partial(self._ask, access, path, params) for name, (path, params) in self._wanted().items()
        }
        async for batch in listings.round(asks, most=LISTED, ends=True, clock=self._clock, quota=lambda: self._quota):
            yield batch

    async def _ask(self, access: Access, path: str, params: dict[str, str], token: str | None) -> Page:
        self._spare()
        asked = {**params, "limit": wire.PER_PAGE, "raw_json": "1", "after": token}
        answer = await access.get(f"{self._options.url}{path}", params=asked)
        self._quota = quota_of(answer.headers, self._clock.now()) or self._quota
        return wire.listing(answer.body)

    def _spare(self) -> None:
        """Raise `SourceUnavailable` while Reddit's last answer says that nothing is left to ask."""
        wait = (self._quota.resets_at or 0.0) - self._clock.now() if self._quota and self._quota.left < 1 else 0.0
        if wait > 0:
            raise SourceUnavailable("Reddit's quota of requests is used up for now.", "quota", wait)


class _Error(msgspec.Struct):
    reason: str = ""


def _refusal(answer: Answer) -> SourceUnavailable | None:
    """Read why Reddit does not show a subreddit: `private`, `banned`, `quarantined`, or there is none."""
    if answer.status not in {403, 404}:
        return None
    try:
        reason = msgspec.json.decode(answer.body, type=_Error).reason
    except FAULTY:
        reason = ""
    why = reason if reason.isalpha() else "not found" if answer.status == 404 else "refused"  # noqa: PLR2004 - HTTP
    return SourceUnavailable(f"Reddit does not show {urlsplit(answer.url).path} ({why}).", "setting")
