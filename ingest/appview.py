"""Bluesky's AppView: who the authors are, asked without an account, 25 at a time."""

import re
from collections.abc import Iterable, Mapping, Sequence
from urllib.parse import urlencode

from app.domain.mention import Author
from app.domain.source import Quota
from app.errors import SourceUnavailable
from ingest.allowance import quota_of
from ingest.connector import Setting
from ingest.web import Web
from ingest.wires.appview import profiles

PUBLIC = "https://public.api.bsky.app"
PATH = "/xrpc/app.bsky.actor.getProfiles"

PACE = 0.1
"""Seconds between two requests: 3,000 in five minutes are allowed to an address."""

RESERVE = 0.05
"""Share of the allowance that is left to others behind the same address."""

HOME = "bsky.social"
"""Where a handle without a domain is at home."""

_HANDLE = re.compile(r"(?=.{1,253}$)([a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?\.)+[a-z]([a-z0-9-]{0,61}[a-z0-9])?")
"""https://atproto.com/specs/handle, read 2026-11-22."""


class AppView:
    """Asks one AppView for profiles and keeps to the allowance it states; a `Lookup`."""

    most = 25

    def __init__(self, setting: Setting, url: str = PUBLIC) -> None:
        self._clock, self._url = setting.clock, url.rstrip("/") + PATH
        self._web = Web(setting, pace=PACE, patience=5.0)
        self._open = False
        self._quota: Quota | None = None

    def handles(self, accounts: Iterable[str]) -> list[str]:
        """Return the accounts that may be handles in full; what belongs to other channels is left out."""
        bare = (account.strip().removeprefix("@").lower() for account in accounts)
        full = {one if "." in one else f"{one}.{HOME}" for one in bare}
        return sorted(one for one in full if _HANDLE.fullmatch(one))

    async def ask(self, ids: Sequence[str]) -> Mapping[str, Author]:
        """Return by DID those that are known of authors named by DID or handle.

        Raises `SourceUnavailable` if the AppView cannot be asked now.
        """
        self._spare()
        if not self._open:
            await self._web.__aenter__()
            self._open = True
        answer = await self._web.get(f"{self._url}?{urlencode([('actors', one) for one in ids])}", also=frozenset())
        self._quota = quota_of(answer.headers, self._clock.now())
        return profiles(answer.body)

    async def close(self) -> None:
        """Close the connection."""
        if self._open:
            self._open = False
            await self._web.__aexit__()

    def _spare(self) -> None:
        quota, now = self._quota, self._clock.now()
        if quota is None or quota.resets_at is None or now >= quota.resets_at:
            return
        if quota.left <= quota.limit * RESERVE:
            wait = quota.resets_at - now
            raise SourceUnavailable("The allowance of look-ups is used up for now.", "quota", wait)
