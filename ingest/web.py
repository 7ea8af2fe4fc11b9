"""The web as connectors ask it: honest, bounded, at the pace the other side allows; failures become sentences."""

import asyncio
import base64
import socket
import ssl
from collections.abc import AsyncIterator, Callable, Mapping
from contextlib import asynccontextmanager
from typing import Any, Self
from urllib.parse import urlsplit

import aiohttp
import msgspec
from multidict import CIMultiDictProxy

from app.errors import CredentialMissing, SourceUnavailable
from ingest.allowance import retry_after
from ingest.connector import Setting
from ingest.perimeter import Perimeter, Trespass

AGENT = "Emberwatch/1 (social listening; +https://github.com/emberwatch)"
LARGEST = 8 * 2**20
"""Bytes of an answer, inflated."""

PATIENCE = 20.0
"""Seconds an answer may take."""

OK, REDIRECT, UNAUTHORISED, FORBIDDEN, TOO_MANY = 200, 300, 401, 403, 429
FOR_GOOD = frozenset({301, 308})


class Answer(msgspec.Struct, frozen=True):
    """What a server answered; `url` is where it was found in the end."""

    status: int
    url: str
    headers: CIMultiDictProxy[str]
    body: bytes
    moved: str = ""
    """Where it stands from now on, if redirects for good (301, 308) led there; empty: it has not moved."""

    def json(self) -> Any:
        """Return what the body says; raise `SourceUnavailable` if it is no JSON."""
        try:
            return msgspec.json.decode(self.body)
        except (msgspec.DecodeError, UnicodeError, RecursionError):
            raise SourceUnavailable(f"{host_of(self.url)} answers with something that is no JSON.") from None


class Web:
    """Asks servers for one source; use it as an async context, one a connector.

    `pace` is the least number of seconds between two requests. `credential` is the sentence for whoever has to mend a
    refused key: which one it is and where to get it. `refusal` reads what the channel itself says of why it does not
    answer; None: what the HTTP status says. `perimeter` says which hosts in private networks may be asked; None: all.
    """

    def __init__(
        self,
        setting: Setting,
        *,
        headers: Mapping[str, str] | None = None,
        pace: float = 0.0,
        credential: str = "",
        largest: int = LARGEST,
        patience: float = PATIENCE,
        refusal: Callable[[Answer], SourceUnavailable | None] | None = None,
        perimeter: Perimeter | None = None,
    ) -> None:
        self._clock = setting.clock
        self._refused, self._perimeter = refusal, perimeter
        self._headers = {"User-Agent": AGENT, **(headers or {})}
        self._pace, self._credential, self._largest, self._patience = pace, credential, largest, patience
        self._next = 0.0
        self._turn = asyncio.Lock()
        self._session: aiohttp.ClientSession | None = None

    async def __aenter__(self) -> Self:
        self._session = aiohttp.ClientSession(
            headers=self._headers,
            timeout=aiohttp.ClientTimeout(total=None, sock_connect=10, sock_read=self._patience),
            trust_env=True,
            cookie_jar=aiohttp.DummyCookieJar(),
            connector=aiohttp.TCPConnector(resolver=self._perimeter) if self._perimeter else None,
            trace_configs=[self._perimeter.trace] if self._perimeter else None,
        )
        return self

    async def __aexit__(self, *_: object) -> None:
        if self._session is not None:
            await self._session.close()
            self._session = None

    async def get(
        self,
        url: str,
        *,
        params: Mapping[str, Any] | None = None,
        headers: Mapping[str, str] | None = None,
        also: frozenset[int] = frozenset({304, 404, 410}),
    ) -> Answer:
        """Ask for an address, redirects followed; see `ask`."""
        return await self.ask("GET", url, params=params, headers=headers, also=also)

    async def ask(
        self,
        method: str,
        url: str,
        *,
        params: Mapping[str, Any] | None = None,
        headers: Mapping[str, str] | None = None,
        json: Any = None,
        form: Mapping[str, str] | None = None,
        login: tuple[str, str] | None = None,
        also: frozenset[int] = frozenset(),
    ) -> Answer:
        """Return an answer with a status of 200 to 299, or one of `also`.

        Raises `CredentialMissing` for 401 and 403, else `SourceUnavailable` with its cause: `quota` with `retry_after`
        for 429, `server`, or `network`. `params` and `form` leave out what is None.
        """
        told = {**(headers or {}), **(_basic(*login) if login else {})}
        sent: dict[str, Any] = {"params": _told(params), "headers": told, "data": _told(form)}
        if json is not None:
            sent |= {"data": msgspec.json.encode(json), "headers": {"Content-Type": "application/json", **told}}
        await self._wait()
        try:
            if self._perimeter:
                self._perimeter.check(url)
            async with asyncio.timeout(3 * self._patience), self._open().request(method, url, **sent) as response:
                body = await self._body(response)
                answer = Answer(response.status, str(response.url), response.headers, body, _moved(response))
        except (OSError, TimeoutError, aiohttp.ClientError, ValueError) as failure:
            raise self._away(url, failure) from failure
        if not OK <= answer.status < REDIRECT and answer.status not in also:
            raise self._refusal(answer)
        return answer

    @asynccontextmanager
    async def lines(self, url: str, *, headers: Mapping[str, str] | None = None) -> AsyncIterator[AsyncIterator[str]]:
        """Open a stream of lines (server-sent events, NDJSON); it ends when the server closes it.

        Silence longer than the patience of this web raises `SourceUnavailable`, as everything does that `ask` names.
        """
        await self._wait()
        try:
            async with self._open().get(url, headers=headers) as response:
                if response.status != OK:
                    body = await self._body(response)
                    raise self._refusal(Answer(response.status, str(response.url), response.headers, body))
                yield self._lines(url, response)
        except (OSError, TimeoutError, aiohttp.ClientError, ValueError) as failure:
            raise self._away(url, failure) from failure

    async def _lines(self, url: str, response: aiohttp.ClientResponse) -> AsyncIterator[str]:
        rest = bytearray()
        try:
            async for part in response.content.iter_any():
                rest += part
                *whole, tail = rest.split(b"\n")
                rest = bytearray(tail)
                for line in whole:
                    yield line.removesuffix(b"\r").decode("utf-8", "replace")
                if len(rest) > self._largest:
                    raise SourceUnavailable(f"{host_of(url)} sends a line of more than {self._largest:,} bytes.")
        except (OSError, TimeoutError, aiohttp.ClientError, ValueError) as failure:
            raise self._away(url, failure) from failure

    async def _body(self, response: aiohttp.ClientResponse) -> bytes:
        body = bytearray()
        async for part in response.content.iter_any():
            body += part
            if len(body) > self._largest:
                raise SourceUnavailable(
                    f"{response.url.host} answers with more than {self._largest:,} bytes; that is not read."
                )
        return bytes(body)

    async def _wait(self) -> None:
        """Keep the pace: one request after the other."""
        if not self._pace:
            return
        async with self._turn:
            now = self._clock.monotonic()
            if now < self._next:
                await self._clock.sleep(self._next - now)
            self._next = max(now, self._next) + self._pace

    def _open(self) -> aiohttp.ClientSession:
        if self._session is None:
            raise RuntimeError("this web is not open; use it as an async context")
        return self._session

    def _refusal(self, answer: Answer) -> SourceUnavailable:
        """Return why a server does not give what was asked for."""
        if self._refused is not None and (told := self._refused(answer)) is not None:
            return told
        host, status = host_of(answer.url), answer.status
        if status in {UNAUTHORISED, FORBIDDEN} and self._credential:
            return CredentialMissing(f"{host} refuses the key (HTTP {status}). {self._credential}")
        later = retry_after(answer.headers, self._clock.now())
        if status == TOO_MANY:
            when = f"; asking again in {later:.0f} s" if later else ""
            return SourceUnavailable(f"{host} says that we ask too often (HTTP 429){when}.", "quota", later)
        if status in {UNAUTHORISED, FORBIDDEN}:
            return SourceUnavailable(f"{host} does not let us read (HTTP {status}).", "credential", later)
        return SourceUnavailable(f"{host} answers with HTTP {status}.", "server", later)

    def _away(self, url: str, failure: Exception) -> SourceUnavailable:
        host = host_of(url)
        for kind, sentence, cause in _REASONS:
            if isinstance(failure, kind):
                return SourceUnavailable(f"{host} {sentence}", cause)
        return SourceUnavailable(f"{host} cannot be reached ({type(failure).__name__}).", "network")


_REASONS: tuple[tuple[type[Exception], str, str], ...] = (
    (
        Trespass,
        "leads into a private network; only config.yaml may name an address there.",
        "setting",
    ),
    (aiohttp.ClientConnectorDNSError, "cannot be found by name (DNS); is there a network?", "network"),
    (socket.gaierror, "cannot be found by name (DNS); is there a network?", "network"),
    (aiohttp.ClientSSLError, "offers no trustworthy encryption (TLS).", "network"),
    (ssl.SSLError, "offers no trustworthy encryption (TLS).", "network"),
    (aiohttp.TooManyRedirects, "sends us in circles (redirects).", "server"),
    (aiohttp.InvalidURL, "is no address that can be asked.", "setting"),
    (TimeoutError, "does not answer in time.", "network"),
    (aiohttp.ClientConnectorError, "refuses the connection; is the server running?", "network"),
    (aiohttp.ClientPayloadError, "broke off in the middle of its answer.", "network"),
    (aiohttp.ServerDisconnectedError, "closed the connection.", "network"),
)


def _moved(response: aiohttp.ClientResponse) -> str:
    """Return where the redirects for good lead that come before any other; empty if there are none."""
    chain = [*response.history, response]
    first = next(place for place, one in enumerate(chain) if one.status not in FOR_GOOD or one is response)
    return str(chain[first].url) if first else ""


def host_of(url: str) -> str:
    """Return the host of an address with its port, for sentences; never what could hold a key."""
    try:
        parts = urlsplit(url)
        port = f":{parts.port}" if parts.port else ""
    except ValueError:
        return "The address"
    return f"{parts.hostname}{port}" if parts.hostname else "The address"


def _basic(name: str, password: str) -> dict[str, str]:
    """Return the header of HTTP Basic authentication (RFC 7617)."""
    return {"Authorization": "Basic " + base64.b64encode(f"{name}:{password}".encode()).decode()}


def _told(values: Mapping[str, Any] | None) -> dict[str, str] | None:
    return None if values is None else {key: str(value) for key, value in values.items() if value is not None}
