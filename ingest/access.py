"""Access: a token of OAuth 2.0 (RFC 6749), bought with a grant and renewed in time; it never stands in a sentence."""

import asyncio
from collections.abc import Callable, Mapping
from typing import Any

from app.clock import Clock
from app.config.secret import variable
from app.errors import CredentialMissing
from ingest.connector import Setting
from ingest.web import Answer, Web, host_of

EARLY = 60.0
"""Seconds before its end at which a token is renewed."""

LIFE = 3600.0
"""Seconds a token lives whose end is not told."""

REFUSED = frozenset({400, 401, 403})
UNAUTHORISED = 401


class Access:
    """Asks one server with a token that `grant` buys at `url`.

    `grant` returns the form of a token request (RFC 6749, 4 and RFC 7523), `login` is the client's name and secret if
    they go into the header. `credential` says which key is to be mended and where to get one.
    """

    def __init__(
        self,
        web: Web,
        clock: Clock,
        url: str,
        grant: Callable[[], Mapping[str, str]],
        *,
        login: tuple[str, str] | None = None,
        credential: str = "",
    ) -> None:
        self._web, self._clock, self._url, self._grant = web, clock, url, grant
        self._login, self._credential = login, credential
        self._token, self._until = "", 0.0
        self._turn = asyncio.Lock()

    async def get(
        self,
        url: str,
        *,
        params: Mapping[str, Any] | None = None,
        also: frozenset[int] = frozenset(),
    ) -> Answer:
        """Ask as `Web.get` does; a token that is taken no more is renewed once."""
        answer = await self._web.get(url, params=params, headers=await self._header(), also=also | {UNAUTHORISED})
        if answer.status != UNAUTHORISED:
            return answer
        self._token = ""
        return await self._web.get(url, params=params, headers=await self._header(), also=also)

    async def _header(self) -> dict[str, str]:
        async with self._turn:
            if not self._token or self._clock.now() >= self._until:
                await self._buy()
        return {"Authorization": f"Bearer {self._token}"}

    async def _buy(self) -> None:
        answer = await self._web.ask("POST", self._url, form=self._grant(), login=self._login, also=REFUSED)
        said = answer.json() if answer.body else {}
        token = said.get("access_token") if isinstance(said, dict) else None
        if answer.status in REFUSED or not isinstance(token, str) or not token:
            why = _error(said) or f"HTTP {answer.status}"
            raise CredentialMissing(f"{host_of(self._url)} gives no access token ({why}). {self._credential}".strip())
        life = said.get("expires_in")
        seconds = float(life) if isinstance(life, int | float) and life > 0 else LIFE
        self._token, self._until = token, self._clock.now() + max(seconds - EARLY, seconds / 2)


def demand(setting: Setting, keys: tuple[str, ...], where: str) -> None:
    """Raise `CredentialMissing` if one of the secrets is not there; `where` says where to get it."""
    for key in keys:
        if getattr(setting.options, key) is None:
            raise CredentialMissing(f"The source {setting.source} has no {key}: {placed(setting, key)}. {where}")


def placed(setting: Setting, key: str) -> str:
    """Return where a secret of a source is to be put, for the middle of a sentence."""
    return f"set {variable(setting.source, key)}, or write `{key}_file` with the file that holds it"


def _error(said: Any) -> str:
    """Return the error code of a token endpoint (RFC 6749, 5.2): a fixed word, never a key."""
    code = said.get("error") if isinstance(said, dict) else None
    return code[:40] if isinstance(code, str) and code.replace("_", "").isalnum() else ""
