"""Google Play: what users write about our own apps, over the Google Play Developer API (last seven days only)."""

from collections import deque
from collections.abc import AsyncIterator
from dataclasses import replace
from functools import partial
from typing import Annotated

import msgspec
from pydantic import BaseModel, ConfigDict, Field, SecretStr, StringConstraints

from app.domain.source import Gap, Quota
from app.errors import CredentialMissing, SourceUnavailable
from ingest.access import Access, demand
from ingest.assertion import signed
from ingest.connector import Batch, Setting, Terms
from ingest.listings import DAY, Ask, Listings
from ingest.poll import Interval, polled
from ingest.web import Answer, Web
from ingest.wires import playstore as wire
from ingest.wires.google import KEY, PACE, QUOTA, reasons
from ingest.wires.listing import Page

WHERE = (
    "Make a service account at https://console.cloud.google.com/iam-admin/serviceaccounts with a JSON key, and give it "
    "the right to reply to reviews in the Play Console (Users and permissions)."
)
SCOPE = "https://www.googleapis.com/auth/androidpublisher"
WINDOW = 7 * DAY
"""Reviews written or changed longer ago are not shown."""

HOURLY = 200
"""Requests for reviews an hour and app."""

HOUR = 3600.0
DEEPEST = 100

Package = Annotated[str, StringConstraints(pattern=r"^[A-Za-z][\w]*(\.[\w]+)+$")]


class _Account(msgspec.Struct):
    client_email: str
    private_key: str
    token_uri: str = "https://oauth2.googleapis.com/token"  # noqa: S105 - an address
    private_key_id: str | None = None


class PlaystoreOptions(BaseModel):
    """Whose reviews to hear."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    packages: tuple[Package, ...] = Field(min_length=1, description="package names of our apps: com.example.app")
    credentials: SecretStr | None = Field(None, description="the JSON key of a service account")
    interval: float = Field(300.0, ge=30, description="least seconds between two rounds")
    url: str = Field(
        "https://androidpublisher.googleapis.com/androidpublisher/v3", pattern="^https?://", description="API"
    )


class PlaystoreConnector:
    """Asks for the reviews that were written or changed last, round after round."""

    channel = wire.CHANNEL
    Options = PlaystoreOptions
    terms = Terms(
        "Reviews of our own apps may be kept; what became of a review that is older than a week cannot be asked.",
        deletions="none",
        page="https://developers.google.com/android-publisher/reply-to-reviews (read 2026-11-22; it sets no days)",
    )

    def __init__(self, setting: Setting) -> None:
        if not isinstance(setting.options, PlaystoreOptions):
            raise TypeError("PlaystoreConnector needs PlaystoreOptions")
        self._setting, self._options, self._clock = setting, setting.options, setting.clock
        self._asked: deque[float] = deque()

    async def listen(self, cursor: str | None) -> AsyncIterator[Batch]:
        """Yield reviews, their edits and our replies from `cursor` on."""
        account = self._account()
        listings = Listings(cursor, self._clock.now() - WINDOW)
        pace = Interval(self._options.interval, max(self._options.interval, 1800.0))
        async with self._web() as web:
            access = self._access(web, account)
            async for batch in polled(self._setting, partial(self._round, access, listings), pace):
                yield batch

    async def probe(self) -> str:
        """Ask for one review of the first app."""
        account = self._account()
        async with self._web() as web:
            package = self._options.packages[0]
            address = f"{self._options.url}/applications/{package}/reviews"
            await self._access(web, account).get(address, params={"maxResults": "1"})
        return f"Google Play answers and shows the reviews of {package}."

    def _account(self) -> _Account:
        demand(self._setting, ("credentials",), WHERE)
        key = self._options.credentials
        try:
            return msgspec.json.decode(key.get_secret_value() if key else "", type=_Account)
        except msgspec.MsgspecError:
            raise CredentialMissing(f"`credentials` is not the JSON key of a service account. {WHERE}") from None

    def _web(self) -> Web:
        return Web(self._setting, credential=WHERE, refusal=refusal)

    def _access(self, web: Web, account: _Account) -> Access:
        return Access(web, self._clock, account.token_uri, partial(self._grant, account), credential=WHERE)

    def _grant(self, account: _Account) -> dict[str, str]:
        """Return the request for an access token of a service account (RFC 7523)."""
        now = int(self._clock.now())
        claims = {"iss": account.client_email, "scope": SCOPE, "aud": account.token_uri, "iat": now, "exp": now + 3600}
        assertion = signed(claims, account.private_key, "RS256", name=account.private_key_id, where=WHERE)
        return {"grant_type": "urn:ietf:params:oauth:grant-type:jwt-bearer", "assertion": assertion}

    async def _round(self, access: Access, listings: Listings) -> AsyncIterator[Batch]:
        now, last = self._clock.now(), listings.notes.get("answered", 0)
        gap = Gap(last, now - WINDOW, "Google Play shows seven days only.") if 0 < last < now - WINDOW else None
        asks: dict[str, Ask] = {one: partial(self._ask, access, one) for one in self._options.packages}
        async for batch in listings.round(asks, most=DEEPEST, clock=self._clock, quota=self._quota):
            yield replace(batch, gap=gap or batch.gap)
            gap = None
        listings.notes["answered"] = int(now)
        yield Batch(cursor=listings.cursor)

    async def _ask(self, access: Access, package: str, token: str | None) -> Page:
        self._spend()
        address = f"{self._options.url}/applications/{package}/reviews"
        answer = await access.get(address, params={"maxResults": wire.PER_PAGE, "token": token})
        return wire.reviews(answer.body, package)

    # The hour's quota

    def _spend(self) -> None:
        now = self._clock.now()
        while self._asked and self._asked[0] <= now - HOUR:
            self._asked.popleft()
        most = HOURLY * len(self._options.packages)
        if len(self._asked) >= most:
            wait = self._asked[0] + HOUR - now
            raise SourceUnavailable(f"The hour's quota of {most} requests is used up.", "quota", wait)
        self._asked.append(now)

    def _quota(self) -> Quota:
        limit = HOURLY * len(self._options.packages)
        resets = self._asked[0] + HOUR if self._asked else None
        return Quota(limit, limit - len(self._asked), resets, "requests an hour")


def refusal(answer: Answer) -> SourceUnavailable | None:
    """Read the error of a Google interface: a quota, a key, or an app that is not ours."""
    told = reasons(answer.body)
    if any(word in QUOTA or word in PACE for word in told):
        return SourceUnavailable(
            "Google Play says that we ask too often; see the quotas of the project.", "quota", 300.0
        )
    if any(word in KEY for word in told):
        return CredentialMissing(f"Google Play refuses the service account ({told[0]}). {WHERE}")
    if answer.status == 404:  # noqa: PLR2004 - not found
        return SourceUnavailable("Google Play knows no such app of ours; see `packages`.", "setting")
    return None
