"""Mail as it comes: RFC 5322 letters with MIME parts, read into mentions; any bytes are legal input.

Its identity is the Message-ID, so a letter is one mention in whatever folder and under whatever number it lies.
"""

import hashlib
import math
import re
from collections.abc import Iterator
from email import message_from_bytes
from email.errors import HeaderParseError, MessageError
from email.header import decode_header, make_header
from email.message import Message
from email.utils import parseaddr, parsedate_to_datetime
from typing import NamedTuple

from charset_normalizer import from_bytes

from app.domain.mention import Author, Mention
from ingest.wires import letter

CHANNEL = "mail"
FAULTY = (MessageError, UnicodeError, ValueError, LookupError, TypeError, AttributeError, OverflowError, RecursionError)
WEEK = 7 * 86_400.0
LISTED = 20
"""Attachments that are named."""

MOST_PARTS = 500
MEGABYTE = 1_000_000
_ID = re.compile(r"<[^<>\s]{3,990}>")


class Unclear(Exception):
    """A letter that cannot be read; says why in a few words."""


class Attachment(NamedTuple):
    """What hangs on a letter: its name and its size in bytes; the thing itself is not kept."""

    name: str
    size: int


def read(raw: bytes, received_at: float, now: float, *, size: int | None = None) -> Mention | None:
    """Return the mention a letter is, None for what machines answer by themselves; raise `Unclear`.

    `received_at` is when the server got it, `size` how many bytes it has if `raw` is only its beginning.
    """
    try:
        message = message_from_bytes(raw)
        if _automatic(message):
            return None
        return _mention(message, raw, received_at, now, size)
    except FAULTY as error:
        raise Unclear(f"letter that cannot be read ({type(error).__name__})") from None


def _mention(message: Message, raw: bytes, received_at: float, now: float, size: int | None) -> Mention:
    if not message.keys():
        raise Unclear("letter without a head")
    text, attachments = _body(message)
    subject = _words(message.get("Subject")).strip()
    noted = [f"📎 {one.name} ({_readable(one.size)})" for one in attachments[:LISTED]]
    if size is not None and size > len(raw):
        noted.append(f"📎 … ({_readable(size)})")
    name, address = parseaddr(_words(message.get("From")))
    return Mention(
        CHANNEL,
        _identity(message, raw),
        _written(message, received_at, now),
        "\n\n".join(part for part in (subject, letter.said(text), "\n".join(noted)) if part),
        Author(address.lower().strip() or "unknown", name=name.strip() or None),
        kind="message",
        in_reply_to=_parent(message),
        language=_language(message),
    )


def _automatic(message: Message) -> bool:
    """Tell whether nobody wrote it: out-of-office notes, reports of delivery (RFC 3834, RFC 3462)."""
    said = str(message.get("Auto-Submitted", "no")).split(";")[0].strip().lower()
    return said not in {"no", ""} or message.get_content_type() == "multipart/report" or "X-Autoreply" in message


def _identity(message: Message, raw: bytes) -> str:
    found = _ID.search(str(message.get("Message-ID", "")))
    return found[0] if found else f"sha256:{hashlib.sha256(raw).hexdigest()}"


def _parent(message: Message) -> str | None:
    direct = _ID.findall(str(message.get("In-Reply-To", "")))
    above = _ID.findall(str(message.get("References", "")))
    return direct[0] if direct else above[-1] if above else None


def _written(message: Message, received_at: float, now: float) -> float:
    """Return when it was written, or when it came if its date cannot be."""
    try:
        at = parsedate_to_datetime(str(message.get("Date"))).timestamp()
    except FAULTY:
        at = math.nan
    return at if received_at - WEEK < at <= max(received_at, now) else received_at


def _language(message: Message) -> str | None:
    said = str(message.get("Content-Language", "")).split(",")[0].strip()
    return said if re.fullmatch(r"[A-Za-z]{2,3}(-[A-Za-z0-9]{2,8})*", said) else None


def _words(value: object) -> str:
    """Return a head's line in plain text, whatever it is encoded in."""
    if value is None:
        return ""
    text = str(value).replace("\r", "").replace("\n", "")
    try:
        return str(make_header(decode_header(text)))
    except (HeaderParseError, *FAULTY):
        return text.encode("utf-8", "replace").decode()


def _body(message: Message) -> tuple[str, list[Attachment]]:
    """Return the text of a letter and what hangs on it; plain text goes before HTML."""
    plain: list[str] = []
    marked: list[str] = []
    attachments: list[Attachment] = []
    for part in _leaves(message):
        name = _words(part.get_filename()).strip()
        kind = part.get_content_type()
        if name or part.get_content_disposition() == "attachment" or not kind.startswith("text/"):
            attachments.append(Attachment(name[:200] or kind, len(_bytes(part))))
        elif kind == "text/html":
            marked.append(letter.from_html(_text(part)))
        elif kind == "text/plain":
            plain.append(_plain(part))
    text = "\n\n".join(one.strip() for one in plain if one.strip())
    return text or "\n\n".join(marked), attachments


def _leaves(message: Message) -> Iterator[Message]:
    """Yield the parts that are no bags of parts; a letter inside a letter is one part."""
    waiting = [message]
    for _ in range(MOST_PARTS):
        if not waiting:
            return
        part = waiting.pop()
        inside = part.get_payload()
        if isinstance(inside, list) and part.get_content_maintype() == "multipart":
            waiting += [one for one in reversed(inside) if isinstance(one, Message)]
        else:
            yield part


def _plain(part: Message) -> str:
    text = _text(part)
    if str(part.get_param("format", "")).lower() == "flowed":
        return letter.unflowed(text, delete_space=str(part.get_param("delsp", "")).lower() == "yes")
    return text


def _bytes(part: Message) -> bytes:
    inside = part.get_payload(decode=True)
    if isinstance(inside, bytes):
        return inside
    whole = part.get_payload()
    return b"".join(one.as_bytes() for one in whole if isinstance(one, Message)) if isinstance(whole, list) else b""


def _text(part: Message) -> str:
    """Return a part's text by the character set it states, else by the one its bytes look like."""
    raw = _bytes(part)
    for charset in (part.get_content_charset(), "utf-8"):
        try:
            return raw.decode(charset or "utf-8")
        except (LookupError, UnicodeError):
            continue
    guess = from_bytes(raw[:20_000]).best()
    return raw.decode(guess.encoding if guess else "cp1252", "replace")


def _readable(size: int) -> str:
    return f"{size / MEGABYTE:.1f} MB" if size >= MEGABYTE else f"{max(1, round(size / 1000))} kB"
