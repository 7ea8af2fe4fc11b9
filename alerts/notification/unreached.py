"""Why somebody outside could not be reached, as a sentence for people: no names of classes, no addresses."""

import errno
import smtplib
import socket
import ssl
from collections.abc import Iterator

import aiohttp

WHY: tuple[tuple[tuple[type[BaseException], ...], str], ...] = (
    ((socket.gaierror,), "cannot be found by name (DNS)."),
    ((ssl.SSLError,), "offers no trustworthy encryption (TLS)."),
    ((TimeoutError,), "does not answer in time."),
    ((ConnectionRefusedError,), "refuses the connection; does it run?"),
    ((aiohttp.ServerDisconnectedError, smtplib.SMTPServerDisconnected, ConnectionError), "has cut the connection."),
)
OTHERWISE = "cannot be reached."


def unreached(who: str, error: BaseException) -> str:
    """Return a sentence on why `who` could not be reached."""
    causes = list(_causes(error))
    if any(isinstance(one, OSError) and one.errno == errno.ECONNREFUSED for one in causes):
        return f"{who} refuses the connection; does it run?"
    return f"{who} {next((said for kinds, said in WHY for one in causes if isinstance(one, kinds)), OTHERWISE)}"


def _causes(error: BaseException) -> Iterator[BaseException]:
    """Yield an error and what it came of, as far as libraries tell."""
    seen: BaseException | None = error
    while seen is not None:
        yield seen
        inner = getattr(seen, "os_error", None)
        if isinstance(inner, BaseException):
            yield inner
        seen = seen.__cause__
