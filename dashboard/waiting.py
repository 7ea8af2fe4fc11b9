"""What answers while Redis or the archive cannot be opened yet: the same addresses, and why."""

import json
from collections.abc import Awaitable, Callable, Mapping
from html import escape
from typing import Any

from app.domain.fault import Fault
from app.domain.instant import rfc3339

PAGE = """<!doctype html>
<html><head><meta charset="utf-8"><meta http-equiv="refresh" content="3"><title>Emberwatch</title></head>
<body style="background:#111;color:#eee;font:2rem sans-serif;padding:4rem">
<h1>Emberwatch wartet / is waiting</h1><p>{reason}</p></body></html>"""


def waiting(faults: Mapping[str, Fault]) -> Callable[..., Awaitable[None]]:
    """Return an ASGI application: `/healthz` is well, everything else says with status 503 what is missing."""

    async def app(
        scope: Mapping[str, Any], _receive: object, send: Callable[[dict[str, Any]], Awaitable[None]]
    ) -> None:
        if scope["type"] != "http":
            return
        status, kind, body = _answer(str(scope["path"]), list(faults.values()))
        headers = [(b"content-type", kind.encode()), (b"retry-after", b"3"), (b"cache-control", b"no-store")]
        await send({"type": "http.response.start", "status": status, "headers": headers})
        await send({"type": "http.response.body", "body": body.encode()})

    return app


def _answer(path: str, faults: list[Fault]) -> tuple[int, str, str]:
    reason = " ".join(fault.reason for fault in faults) or "It is starting."
    if path == "/healthz":
        return 200, "text/plain; charset=utf-8", "ok"
    if path == "/readyz":
        told = [
            {"part": fault.part, "kind": fault.kind, "since": rfc3339(fault.since), "reason": fault.reason}
            for fault in faults
        ]
        body = {"ready": False, "reason": reason, "services": {}, "lag": {}, "dead_letters": None, "faults": told}
        return 503, "application/json", json.dumps(body)
    if path.startswith("/api/"):
        return 503, "application/problem+json", json.dumps({"title": "Unavailable", "status": 503, "detail": reason})
    return 503, "text/html; charset=utf-8", PAGE.format(reason=escape(reason))
