"""Who asks: a machine with a token, or whoever sits at this machine; and pages that try to ask in their name."""

import hashlib
from collections import OrderedDict
from http import HTTPStatus
from ipaddress import ip_address
from urllib.parse import SplitResult, urlsplit

import anyio.to_thread
from starlette.datastructures import Headers
from starlette.types import ASGIApp, Receive, Scope, Send

from app.clock import Clock
from app.domain.actor import LOOPBACK, Actor
from app.store.engine import Store
from dashboard.problem import problem

NOBODY = Actor("person", "anonymous", ())
"""Somebody from elsewhere without a token: may look where looking is open, may write nothing."""

REMEMBERED = 5.0
"""Seconds a token's answer is kept; a removed token stops working after that."""

MOST = 1024
READING = {"GET", "HEAD", "OPTIONS"}
HOOKS = ("/hooks/", "/acknowledge/")
"""Where channels call us, and readers of our messages: through any name and proxy, believed by a signature alone."""


class Tokens:
    """Looks tokens up off the loop and remembers the answer for a moment."""

    def __init__(self, store: Store, clock: Clock) -> None:
        self._store = store
        self._clock = clock
        self._known: OrderedDict[str, tuple[float, Actor | None]] = OrderedDict()

    async def actor(self, token: str) -> Actor | None:
        """Return the machine a token belongs to, or None."""
        digest = hashlib.sha256(token.encode()).hexdigest()
        now = self._clock.monotonic()
        kept = self._known.get(digest)
        if kept is not None and now - kept[0] < REMEMBERED:
            return kept[1]
        actor = await anyio.to_thread.run_sync(self._find, digest)
        self._known[digest] = (now, actor)
        while len(self._known) > MOST:
            self._known.popitem(last=False)
        return actor

    def _find(self, digest: str) -> Actor | None:
        with self._store.transaction() as tx:
            actor = tx.tokens.find(digest)
            if actor is not None:
                tx.tokens.touch(digest, self._clock.now())
            return actor


class Guard:
    """ASGI middleware: sets `request.state.actor`, and turns away strange hosts, origins and tokens."""

    def __init__(self, app: ASGIApp, tokens: Tokens, host: str) -> None:
        self._app = app
        self._tokens = tokens
        self._bound = host

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Let a request pass with its actor, or answer it."""
        if scope["type"] not in {"http", "websocket"}:
            await self._app(scope, receive, send)
            return
        if scope["type"] == "http" and scope["path"].startswith(HOOKS):
            scope.setdefault("state", {})["actor"] = NOBODY
            await self._app(scope, receive, send)
            return
        headers = Headers(scope=scope)
        refusal = self._strange(scope, headers)
        actor: Actor | None = None
        if refusal is None:
            actor = await self._actor(scope, headers)
            if actor is None:
                refusal = HTTPStatus.UNAUTHORIZED, "This token is not known; make one with `emberwatch token add NAME`."
        if refusal is None:
            scope.setdefault("state", {})["actor"] = actor
            await self._app(scope, receive, send)
        elif scope["type"] == "websocket":
            await receive()
            await send({"type": "websocket.close", "code": 1008, "reason": refusal[1]})
        else:
            more = {"WWW-Authenticate": "Bearer"} if refusal[0] is HTTPStatus.UNAUTHORIZED else None
            await problem(*refusal, more)(scope, receive, send)

    async def _actor(self, scope: Scope, headers: Headers) -> Actor | None:
        scheme, _, token = headers.get("authorization", "").partition(" ")
        if scheme.lower() == "bearer":
            return await self._tokens.actor(token.strip())
        proxied = "x-forwarded-for" in headers or "forwarded" in headers
        client = (scope.get("client") or ("", 0))[0]
        return LOOPBACK if is_loopback(client) and not proxied else NOBODY

    def _strange(self, scope: Scope, headers: Headers) -> tuple[HTTPStatus, str] | None:
        """Refuse rebound names and foreign pages: a browser sends them with the rights of whoever sits here."""
        host = headers.get("host", "")
        name = _parts(f"//{host}").hostname or ""
        if is_loopback(self._bound) and not (is_loopback(name) or name == self._bound):
            return HTTPStatus.MISDIRECTED_REQUEST, f"This is not {name[:80]!r}; ask for localhost."
        origin = headers.get("origin")
        writing = scope["type"] == "websocket" or scope["method"] not in READING
        if origin is not None and writing and _parts(origin).netloc.lower() != host.lower():
            return HTTPStatus.FORBIDDEN, "A page of another origin may not do this."
        return None


def _parts(address: str) -> SplitResult:
    """Split an address somebody sent; what is none has no parts."""
    try:
        return urlsplit(address)
    except ValueError:
        return urlsplit("")


def is_loopback(name: str) -> bool:
    """Tell whether a host name or address means this machine only."""
    if name.lower() == "localhost":
        return True
    try:
        return ip_address(name.strip("[]")).is_loopback
    except ValueError:
        return False
