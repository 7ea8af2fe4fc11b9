"""A mailbox behind IMAP, only ever read: EXAMINE and BODY.PEEK leave every flag as it is (RFC 3501, RFC 2177).

Its methods block and belong to one thread; `end` alone may be called from any.
"""

import socket
import ssl
from collections.abc import Sequence
from contextlib import suppress
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, NamedTuple

import imapclient
from imapclient.exceptions import IMAPClientAbortError, IMAPClientError, LoginError

from app.clock import Clock
from app.errors import CredentialMissing, SourceUnavailable

RENEWED = 10 * 60.0
"""Seconds after which IDLE is begun anew: servers may end it after 29 minutes (RFC 2177), address translators forget
quiet lines sooner, and silence is believed only while the server proves that it is there."""

CONNECT, READ = 10.0, 60.0
AT_ONCE = 20
LARGEST = 5 * 2**20
"""Bytes of a letter that is fetched whole; of a larger one only the beginning."""

BEGINNING = 256 * 2**10
_SIZE, _DATE = b"RFC822.SIZE", b"INTERNALDATE"


class Door(NamedTuple):
    """Where a mailbox is and how to get in."""

    host: str
    port: int
    encryption: str
    user: str
    password: str
    authority: Path | None = None
    """A certificate of one's own to trust."""


class Folder(NamedTuple):
    """A folder as it is now: numbers below `next` are given; another `validity` makes all earlier ones void."""

    validity: int
    next: int


class Letter(NamedTuple):
    """One letter, or its beginning if `size` is more."""

    uid: int
    received_at: float
    size: int
    raw: bytes


class Mailbox:
    """One connection to a server; raises `SourceUnavailable` and `CredentialMissing` with sentences."""

    def __init__(self, door: Door, clock: Clock, advice: str) -> None:
        self._door, self._clock, self._advice = door, clock, advice
        self._client: Any = None
        self._idling, self._over = False, False
        self._idle_since = 0.0
        self.pushes = False
        """Whether the server tells of new letters by itself (IDLE)."""

    @property
    def open(self) -> bool:
        """Whether it is connected, as far as is known."""
        return self._client is not None

    def connect(self) -> None:
        """Connect, encrypt and log in."""
        door = self._door
        with self._told():
            context = ssl.create_default_context(cafile=str(door.authority) if door.authority else None)
            timeout: Any = imapclient.SocketTimeout(CONNECT, READ)
            self._client = imapclient.IMAPClient(
                door.host, door.port, ssl=door.encryption == "tls", ssl_context=context, timeout=timeout
            )
            self._client.normalise_times = False
            if self._over:
                raise IMAPClientAbortError("told to stop")
            if door.encryption == "starttls":
                self._client.starttls(context)
            _keep_alive(self._client.socket())
            self._client.login(door.user, door.password)
            self.pushes = bool(self._client.has_capability("IDLE"))

    def look(self, folder: str) -> Folder:
        """Look into a folder without touching it."""
        self._leave_idle()
        with self._told():
            try:
                found = self._client.select_folder(folder, readonly=True)
            except IMAPClientAbortError:
                raise
            except IMAPClientError:
                there = ", ".join(name for _, _, name in self._client.list_folders()[:50])
                raise SourceUnavailable(
                    f"{self._door.host} has no folder {folder!r} to read; the folders are {there}.", "setting"
                ) from None
        return Folder(int(found.get(b"UIDVALIDITY", 0)), int(found.get(b"UIDNEXT", 0)))

    def numbers(self, after: int, since: float | None = None) -> list[int]:
        """Return the numbers above `after` of the folder looked into, or of what came since a day, in order."""
        criteria: list[Any] = ["UID", f"{after + 1}:*"]
        if since is not None:
            criteria += ["SINCE", datetime.fromtimestamp(since, UTC).date()]
        with self._told():
            return sorted(uid for uid in self._client.search(criteria) if uid > after)

    def letters(self, numbers: Sequence[int]) -> list[Letter]:
        """Return letters by their numbers; one that vanished in between is left out."""
        with self._told():
            heads = self._client.fetch(numbers, [_SIZE, _DATE])
            small = [uid for uid in numbers if uid in heads and heads[uid][_SIZE] <= LARGEST]
            large = [uid for uid in numbers if uid in heads and heads[uid][_SIZE] > LARGEST]
            found = self._client.fetch(small, [b"BODY.PEEK[]"]) if small else {}
            if large:
                found |= self._client.fetch(large, [f"BODY.PEEK[]<0.{BEGINNING}>".encode()])
        letters: list[Letter] = []
        for uid in numbers:
            raw = next((value for key, value in found.get(uid, {}).items() if key.startswith(b"BODY[")), None)
            if raw is not None:
                letters.append(Letter(uid, heads[uid][_DATE].timestamp(), heads[uid][_SIZE], raw))
        return letters

    def wait(self, seconds: float = RENEWED) -> bool:
        """Wait until the server says something, at most so long; True if there may be news.

        IDLE goes on over several calls: a server that says that it is still there ends only this one.
        """
        with self._told():
            if not self._idling:
                self._client.idle()
                self._idling, self._idle_since = True, self._clock.monotonic()
            left = RENEWED - (self._clock.monotonic() - self._idle_since)
            said = self._client.idle_check(max(0.0, min(seconds, left)))
        if not said and seconds < left:
            return True
        return not said or any(len(line) > 1 and line[0] not in {b"OK", b"NO", b"BAD"} for line in said)

    def end(self) -> None:
        """Break the line off for good, so that whatever the thread waits for fails; the only method for others."""
        self._over = True
        client = self._client
        if client is not None:
            with suppress(OSError, AttributeError, ValueError):
                client.socket().shutdown(socket.SHUT_RDWR)

    def drop(self) -> None:
        """Let go of the connection."""
        client, self._client, self._idling = self._client, None, False
        if client is not None:
            with suppress(OSError, AttributeError, IMAPClientError):
                client.shutdown()

    def _leave_idle(self) -> None:
        if self._idling:
            self._idling = False
            with self._told():
                self._client.idle_done()

    def _told(self) -> "_Told":
        return _Told(self._door.host, self._advice, self.drop)


class _Told:
    """Makes what goes wrong a sentence, and the connection gone."""

    def __init__(self, host: str, advice: str, drop: Any) -> None:
        self._host, self._advice, self._drop = host, advice, drop

    def __enter__(self) -> None:
        return None

    def __exit__(self, _: object, failure: BaseException | None, __: object) -> None:
        if failure is None or not isinstance(failure, Exception):
            return
        self._drop()
        if not isinstance(failure, SourceUnavailable):
            raise sentence(self._host, failure, self._advice) from failure


def sentence(host: str, failure: Exception, advice: str) -> SourceUnavailable:
    """Return why a mailbox cannot be read, and what to do."""
    if isinstance(failure, LoginError):
        busy = any(code in str(failure) for code in ("[UNAVAILABLE]", "[INUSE]", "[LIMIT]"))
        if busy:
            return SourceUnavailable(f"{host} cannot log us in at present.", "server")
        return CredentialMissing(f"{host} refuses user or password. {advice}")
    for kind, said, cause in _REASONS:
        if isinstance(failure, kind):
            return SourceUnavailable(f"{host} {said}", cause)
    return SourceUnavailable(f"{host} cannot be read ({type(failure).__name__}).", "server")


_REASONS: tuple[tuple[type[Exception], str, str], ...] = (
    (socket.gaierror, "cannot be found by name (DNS); is there a network?", "network"),
    (ssl.SSLError, "offers no trustworthy encryption (TLS); `ca` names a certificate of your own.", "network"),
    (TimeoutError, "does not answer in time.", "network"),
    (ConnectionRefusedError, "refuses the connection; is the server running, and the port right?", "network"),
    (IMAPClientAbortError, "broke the connection off.", "network"),
    (OSError, "broke the connection off.", "network"),
    (IMAPClientError, "refuses what we ask.", "server"),
)


def _keep_alive(line: socket.socket) -> None:
    """Have a dead line noticed within minutes: IDLE may be silent for long."""
    line.setsockopt(socket.SOL_SOCKET, socket.SO_KEEPALIVE, 1)
    for name, value in (("TCP_KEEPIDLE", 60), ("TCP_KEEPINTVL", 20), ("TCP_KEEPCNT", 3)):
        if hasattr(socket, name):
            line.setsockopt(socket.IPPROTO_TCP, getattr(socket, name), value)
