"""Addresses of persons: whether one can be used, said in a sentence, and how it is shown without its secrets."""

import re
from typing import Literal
from urllib.parse import urlsplit

from app.errors import WrongInput

WayKind = Literal["mail", "webhook", "apprise"]
LONGEST = 2000
_MAIL = re.compile(r"[^\s@<>,;\"']{1,64}@(?P<host>[^\s@<>,;\"']{1,253})")
_LABEL = re.compile(r"[^\W_](?:[\w-]{0,61}[^\W_])?")
_SCHEME = re.compile(r"[a-zA-Z][a-zA-Z0-9+.-]*://")
_LOOPBACK = ("localhost", "127.0.0.1", "::1")


def assert_usable(kind: WayKind, address: str) -> None:
    """Raise `WrongInput` with what to write instead, unless something could be sent to an address of this kind.

    The sentence never repeats the address, which may hold a secret.
    """
    if not address or len(address) > LONGEST or not address.isprintable() or address != address.strip():
        raise WrongInput(f"Write an address of 1 to {LONGEST:,} letters in one line, without blanks around it.")
    {"mail": _mail, "webhook": _webhook, "apprise": _apprise}[kind](address)


def masked(kind: WayKind, address: str) -> str:
    """Return an address with its secret parts masked: enough to tell one's own ways apart, nothing to send with."""
    if kind == "mail":
        name, _, host = address.partition("@")
        return f"{name[:1]}…@{host}"
    scheme, _, rest = address.partition("://")
    if kind == "apprise":
        return f"{scheme}://…"
    return f"{scheme}://{_host(address) or '…'}/…" if rest else "…"


def _mail(address: str) -> None:
    found = _MAIL.fullmatch(address)
    labels = found["host"].split(".") if found else []
    if not labels or not all(_LABEL.fullmatch(label) for label in labels):
        raise WrongInput("This is no mail address; write one like anna@example.org.")


def _webhook(address: str) -> None:
    host = _host(address)
    if not host or not address.lower().startswith(("https://", "http://")):
        raise WrongInput("This is no address of a webhook; write one like https://hooks.example.org/alarm.")
    if address.lower().startswith("http://") and host.partition(":")[0] not in _LOOPBACK:
        raise WrongInput("A webhook outside of this machine needs https://; messages would travel readable to all.")


def _apprise(address: str) -> None:
    if not _SCHEME.match(address) or not address.partition("://")[2]:
        raise WrongInput("This is no Apprise address; write one like ntfys://ntfy.example.org/alarm or tgram://….")


def _host(address: str) -> str:
    """Return host and port of a web address, "" if it has none that could be called."""
    try:
        parts = urlsplit(address)
        port = f":{parts.port}" if parts.port else ""
    except ValueError:
        return ""
    return f"{parts.hostname}{port}" if parts.hostname else ""
