"""A parcel: the body of a request from outside, read with bounds, and how a request is refused or put off."""

import math
import zlib
from collections.abc import Awaitable, Callable

from fastapi import Request
from fastapi.responses import JSONResponse, Response

from app.errors import Backpressure, EmberwatchError, Unavailable

LIMIT = 10 * 2**20
"""Bytes of a body, before and after inflating."""

DRAINED = 8 * LIMIT
"""Bytes of a body that is too large which are still read, so that the sender hears why it is refused."""

AGAIN = "Send all of it again then: what is accepted already counts as a duplicate."
_LATER = {"Retry-After": "2"}


class Refused(EmberwatchError):
    """A request that is answered with a problem document of its own."""

    def __init__(self, status: int, title: str, detail: str, **headers: str) -> None:
        self.status, self.title = status, title
        self.headers = {name.replace("_", "-"): value for name, value in headers.items()}
        super().__init__(detail)


async def answered(work: Callable[[], Awaitable[Response]]) -> Response:
    """Answer a request; one that is refused, or that cannot be taken now, gets a problem document that says so."""
    try:
        return await work()
    except Refused as refused:
        return problem(refused.status, refused.title, str(refused), refused.headers)
    except Backpressure as behind:
        later = {"Retry-After": str(max(1, math.ceil(behind.retry_after)))}
        return problem(429, "Too fast", f"{behind} {AGAIN}", later)
    except Unavailable as away:
        return problem(503, "Not available", f"{away} {AGAIN}", _LATER)


async def unpacked(request: Request, limit: int | None = None) -> bytes:
    """Read the body, inflated if it is gzip, at most `limit` bytes of it; raise `Refused` for any other."""
    limit, drained = (LIMIT, DRAINED) if limit is None else (limit, limit)
    encoding = request.headers.get("content-encoding", "identity").strip().lower()
    if encoding not in {"identity", "gzip"}:
        raise Refused(415, "Unknown encoding", f"Content-Encoding {encoding!r} is not read; send gzip or none.")
    inflate = zlib.decompressobj(wbits=31) if encoding == "gzip" else None
    body, read = bytearray(), 0
    async for part in request.stream():
        read += len(part)
        if read > drained:
            break
        if len(body) > limit or read > limit:
            continue
        try:
            body += inflate.decompress(part, limit + 1 - len(body)) if inflate and part else part
        except zlib.error:
            raise Refused(
                400, "Broken gzip", "The body says it is gzip but cannot be inflated; send it anew."
            ) from None
    if len(body) > limit or read > limit:
        raise Refused(413, "Too large", f"A body may have {limit:,} bytes, also inflated; send it in parts.")
    if inflate and body and not inflate.eof:
        raise Refused(400, "Broken gzip", "The gzip body ends too early; send it anew.")
    return bytes(body)


def problem(status: int, title: str, detail: str, headers: dict[str, str]) -> JSONResponse:
    """Answer with a problem document (RFC 9457)."""
    said = {"type": "about:blank", "title": title, "status": status, "detail": detail}
    return JSONResponse(said, status, headers, "application/problem+json")
