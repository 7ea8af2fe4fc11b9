"""Apple's App Store: customer reviews of our apps, with a key of App Store Connect or from the public feed."""

from collections.abc import AsyncIterator, Sequence
from functools import partial
from typing import Annotated, Self

from pydantic import BaseModel, ConfigDict, Field, SecretStr, StringConstraints, model_validator

from app.domain.source import Quota
from app.errors import CredentialMissing, SourceUnavailable
from ingest.access import demand
from ingest.assertion import signed
from ingest.connector import Batch, Fates, Setting, Terms
from ingest.listings import DAY, Ask, Listings
from ingest.poll import Interval, polled
from ingest.web import Answer, Web, host_of
from ingest.wires import appstore as wire
from ingest.wires.listing import Page

WHERE = (
    "Make a key at https://appstoreconnect.apple.com/access/integrations/api (role Customer Support) and keep its .p8."
)
LIFE = 1_140
"""Seconds a signed token holds; Apple takes at most 20 minutes."""

DEEPEST = 100
GONE = 404
TOO_MANY = 429
HOUR = 3600.0

App = Annotated[str, StringConstraints(pattern=r"^\d{3,15}$")]
Country = Annotated[str, StringConstraints(pattern=r"^[a-z]{2}$")]


class AppstoreOptions(BaseModel):
    """Whose reviews to hear, and how."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    apps: tuple[App, ...] = Field(min_length=1, description="Apple ids of the apps, digits")
    key_id: str = Field("", description="the id of the App Store Connect key; empty: the public feed")
    issuer_id: str = Field("", description="the issuer of a team key; empty for an individual key")
    private_key: SecretStr | None = Field(None, description="the key itself, the content of the .p8 file")
    countries: tuple[Country, ...] = Field((), description="for the public feed: de, at, ch, us, …")
    interval: float = Field(600.0, ge=30, description="least seconds between two rounds")
    history: float = Field(30.0, ge=0, description="days the first round goes back")
    url: str = Field("https://api.appstoreconnect.apple.com/v1", pattern="^https?://", description="the API")
    feed_url: str = Field("https://itunes.apple.com", pattern="^https?://", description="where the public feed is")

    @model_validator(mode="after")
    def _one_way(self) -> Self:
        if not (self.key_id or self.countries):
            raise ValueError("write `key_id` for App Store Connect, or `countries` for the public feed")
        return self


class AppstoreConnector:
    """Asks for the newest reviews, round after round."""

    channel = wire.CHANNEL
    Options = AppstoreOptions
    terms = Terms(
        "Reviews of our own apps may be kept to serve the customers who wrote them.",
        deletions="rechecked",
        page="https://developer.apple.com/support/terms/ (as known; not read again)",
    )

    def __init__(self, setting: Setting) -> None:
        if not isinstance(setting.options, AppstoreOptions):
            raise TypeError("AppstoreConnector needs AppstoreOptions")
        self._setting, self._options, self._clock = setting, setting.options, setting.clock
        self._quota: Quota | None = None
        self._token, self._until = "", 0.0

    async def listen(self, cursor: str | None) -> AsyncIterator[Batch]:
        """Yield reviews, and our responses, from `cursor` on."""
        self._demand()
        listings = Listings(cursor, self._clock.now() - self._options.history * DAY)
        pace = Interval(self._options.interval, max(self._options.interval, 3600.0))
        async with self._web() as web:
            async for batch in polled(self._setting, partial(self._round, web, listings), pace):
                yield batch

    async def fates(self, ids: Sequence[str]) -> Fates:
        """Tell which reviews are gone, one request each; of the public feed's nobody can tell."""
        self._demand()
        gone: set[str] = set()
        there: set[str] = set()
        async with self._web() as web:
            for one in ids if self._options.key_id else ():
                if one.startswith("rss/") or one.endswith("/reply"):
                    continue
                address = f"{self._options.url}/customerReviews/{one}"
                answer = await web.get(address, headers=self._header(), also=frozenset({GONE}))
                (gone if answer.status == GONE else there).add(one)
        return Fates(frozenset(gone), frozenset(there))

    async def probe(self) -> str:
        """Ask for the newest reviews of the first app."""
        self._demand()
        async with self._web() as web:
            name, ask = next(iter(self._asks(web).items()))
            await ask(None)
        return f"Apple answers and shows the reviews of {name}."

    def _demand(self) -> None:
        if self._options.key_id:
            demand(self._setting, ("private_key",), WHERE)

    def _web(self) -> Web:
        return Web(self._setting, pace=0.5, credential=WHERE, refusal=self._refusal)

    def _header(self) -> dict[str, str]:
        """Return a token signed with ES256 (developer.apple.com, Generating tokens for API requests)."""
        now = self._clock.now()
        if now >= self._until - 60 or not self._token:
            key = self._options.private_key
            who = {"iss": self._options.issuer_id} if self._options.issuer_id else {"sub": "user"}
            claims = {**who, "iat": int(now), "exp": int(now) + LIFE, "aud": "appstoreconnect-v1"}
            pem = key.get_secret_value() if key else ""
            self._token = signed(claims, pem, "ES256", name=self._options.key_id, where=WHERE)
            self._until = now + LIFE
        return {"Authorization": f"Bearer {self._token}"}

    def _asks(self, web: Web) -> dict[str, Ask]:
        if self._options.key_id:
            return {app: partial(self._ask, web, app) for app in self._options.apps}
        return {
            f"{app}/{country}": partial(self._ask_feed, web, app, country)
            for app in self._options.apps
            for country in self._options.countries
        }

    async def _round(self, web: Web, listings: Listings) -> AsyncIterator[Batch]:
        feed = not self._options.key_id
        most = wire.FEED_PAGES if feed else DEEPEST
        async for batch in listings.round(
            self._asks(web), most=most, ends=feed, clock=self._clock, quota=lambda: self._quota
        ):
            yield batch

    async def _ask(self, web: Web, app: str, token: str | None) -> Page:
        params = {"sort": "-createdDate", "limit": wire.PER_PAGE, "include": "response", "cursor": token}
        address = f"{self._options.url}/apps/{app}/customerReviews"
        answer = await web.get(address, params=params, headers=self._header(), also=frozenset())
        self._quota = wire.quota(answer.headers.get("X-Rate-Limit")) or self._quota
        return wire.reviews(answer.body, app)

    async def _ask_feed(self, web: Web, app: str, country: str, token: str | None) -> Page:
        number = int(token or "1")
        path = f"/{country}/rss/customerreviews/page={number}/id={app}/sortby=mostrecent/json"
        answer = await web.get(f"{self._options.feed_url}{path}", also=frozenset())
        return wire.feed(answer.body, country, number)

    def _refusal(self, answer: Answer) -> SourceUnavailable | None:
        """Read what Apple refuses: 401 the token, 403 the role or an agreement, 404 the app, 429 the hour."""
        if answer.status == TOO_MANY:
            told = wire.quota(answer.headers.get("X-Rate-Limit"))
            many = f" of {told.limit:,.0f} requests" if told else ""
            return SourceUnavailable(f"Apple's quota{many} for this rolling hour is used up.", "quota", HOUR / 6)
        if answer.status == GONE:
            return SourceUnavailable(f"{host_of(answer.url)} knows no such app; see `apps`.", "setting")
        if answer.status in {401, 403} and self._options.key_id:
            code = wire.error(answer.body) or f"HTTP {answer.status}"
            return CredentialMissing(f"Apple refuses the key ({code}). {WHERE}")
        return None
