"""Google reviews: what customers write about our own locations, over the Google Business Profile API."""

from collections.abc import AsyncIterator, Sequence
from functools import partial
from typing import Annotated

from pydantic import BaseModel, ConfigDict, Field, SecretStr, StringConstraints

from app.errors import CredentialMissing, SourceUnavailable
from ingest.access import Access, demand
from ingest.connector import Batch, Fates, Setting, Terms
from ingest.listings import DAY, Ask, Listings
from ingest.poll import Interval, polled
from ingest.web import Answer, Web
from ingest.wires import google_reviews as wire
from ingest.wires.google import KEY, PACE, QUOTA, reasons
from ingest.wires.listing import Page

WHERE = (
    "Apply for access at https://developers.google.com/my-business/content/prereqs, make an OAuth client at "
    "https://console.cloud.google.com/apis/credentials and a refresh token with the scope "
    "https://www.googleapis.com/auth/business.manage."
)
SECRETS = ("client_secret", "refresh_token")
GAP = 0.2
"""Seconds between two requests: 300 a minute are allowed."""

DEEPEST = 400
"""Pages of 50 after which a round ends."""

GONE = 404

Location = Annotated[str, StringConstraints(pattern=r"^accounts/[^/\s]+/locations/[^/\s]+$")]


class GoogleReviewsOptions(BaseModel):
    """Whose reviews to hear."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    locations: tuple[Location, ...] = Field(min_length=1, description="accounts/…/locations/…, our own")
    client_id: str = Field("", description="the id of the OAuth client")
    client_secret: SecretStr | None = Field(None, description="its secret")
    refresh_token: SecretStr | None = Field(None, description="a refresh token of an owner or manager")
    interval: float = Field(300.0, ge=30, description="least seconds between two rounds")
    history: float = Field(30.0, ge=0, description="days the first round goes back")
    url: str = Field("https://mybusiness.googleapis.com/v4", pattern="^https?://", description="where the API is")
    login_url: str = Field("https://oauth2.googleapis.com/token", pattern="^https?://", description="where tokens are")


class GoogleReviewsConnector:
    """Asks for the reviews that changed last, round after round."""

    channel = wire.CHANNEL
    Options = GoogleReviewsOptions
    terms = Terms(
        "Reviews of our own locations may be kept as long as they stand at Google, cached for 30 days at most.",
        days=30,
        deletions="rechecked",
        page="https://developers.google.com/my-business/content/policies (storage clause as others quote it)",
    )

    def __init__(self, setting: Setting) -> None:
        if not isinstance(setting.options, GoogleReviewsOptions):
            raise TypeError("GoogleReviewsConnector needs GoogleReviewsOptions")
        self._setting, self._options, self._clock = setting, setting.options, setting.clock

    async def listen(self, cursor: str | None) -> AsyncIterator[Batch]:
        """Yield reviews, their edits and our replies from `cursor` on."""
        self._demand()
        listings = Listings(cursor, self._clock.now() - self._options.history * DAY)
        pace = Interval(self._options.interval, max(self._options.interval, 1800.0))
        async with self._web() as web:
            access = self._access(web)
            async for batch in polled(self._setting, partial(self._round, access, listings), pace):
                yield batch

    async def fates(self, ids: Sequence[str]) -> Fates:
        """Tell which reviews and replies are gone, one request each."""
        self._demand()
        gone, there = set(), set()
        async with self._web() as web:
            access = self._access(web)
            for review, wanted in _reviews_of(ids).items():
                answer = await access.get(f"{self._options.url}/{review}", also=frozenset({GONE}))
                page = wire.reviews(b'{"reviews":[' + answer.body + b"]}") if answer.status != GONE else Page()
                if page.broken or page.unreadable:
                    continue
                found = {event.id for event in page.events}
                there |= wanted & found
                gone |= wanted - found
        return Fates(frozenset(gone), frozenset(there))

    async def probe(self) -> str:
        """Ask for one review of the first location."""
        self._demand()
        async with self._web() as web:
            where = self._options.locations[0]
            await self._access(web).get(f"{self._options.url}/{where}/reviews", params={"pageSize": "1"})
        return f"Google answers and shows the reviews of {where}."

    def _demand(self) -> None:
        demand(self._setting, SECRETS, WHERE)
        if not self._options.client_id:
            raise SourceUnavailable(f"Write `client_id`, the id of the OAuth client. {WHERE}", "setting")

    def _web(self) -> Web:
        return Web(self._setting, pace=GAP, credential=WHERE, refusal=refusal)

    def _access(self, web: Web) -> Access:
        return Access(web, self._clock, self._options.login_url, self._grant, credential=WHERE)

    def _grant(self) -> dict[str, str]:
        secret, token = self._options.client_secret, self._options.refresh_token
        return {
            "grant_type": "refresh_token",
            "client_id": self._options.client_id,
            "client_secret": secret.get_secret_value() if secret else "",
            "refresh_token": token.get_secret_value() if token else "",
        }

    async def _round(self, access: Access, listings: Listings) -> AsyncIterator[Batch]:
        asks: dict[str, Ask] = {one: partial(self._ask, access, one) for one in self._options.locations}
        async for batch in listings.round(asks, most=DEEPEST, clock=self._clock):
            yield batch

    async def _ask(self, access: Access, location: str, token: str | None) -> Page:
        params = {"pageSize": wire.PER_PAGE, "orderBy": "updateTime desc", "pageToken": token}
        answer = await access.get(f"{self._options.url}/{location}/reviews", params=params)
        return wire.reviews(answer.body)


def _reviews_of(ids: Sequence[str]) -> dict[str, set[str]]:
    """Return the reviews to ask for, each with the ids that stand or fall with it: itself and our reply."""
    wanted: dict[str, set[str]] = {}
    for one in ids:
        wanted.setdefault(one.removesuffix("/reply"), set()).add(one)
    return wanted


def refusal(answer: Answer) -> SourceUnavailable | None:
    """Read the error of a Google interface: a quota, a key, or a place that is not ours."""
    told = reasons(answer.body)
    if any(word in QUOTA or word in PACE for word in told):
        return SourceUnavailable("Google says that we ask too often; see the quotas of the project.", "quota", 60.0)
    if any(word in KEY for word in told):
        return CredentialMissing(f"Google refuses the access ({told[0]}). {WHERE}")
    if answer.status == GONE:
        return SourceUnavailable("Google knows no such location among ours; see `locations`.", "setting")
    return None
