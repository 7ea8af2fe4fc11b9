"""The error tree as RFC 9457 problem documents, in one place."""

from http import HTTPStatus
from typing import Any

import structlog
from fastapi import FastAPI, Request
from fastapi.exceptions import RequestValidationError
from fastapi.responses import JSONResponse
from starlette.exceptions import HTTPException

from app.errors import (
    Backpressure,
    Conflict,
    EmberwatchError,
    Gone,
    MentionError,
    NotAllowed,
    NotFound,
    QueryError,
    Unavailable,
    WrongInput,
)

STATUS: tuple[tuple[type[EmberwatchError], HTTPStatus], ...] = (
    (Backpressure, HTTPStatus.TOO_MANY_REQUESTS),
    (Unavailable, HTTPStatus.SERVICE_UNAVAILABLE),
    (NotAllowed, HTTPStatus.FORBIDDEN),
    (NotFound, HTTPStatus.NOT_FOUND),
    (Gone, HTTPStatus.GONE),
    (Conflict, HTTPStatus.CONFLICT),
    (WrongInput, HTTPStatus.UNPROCESSABLE_ENTITY),
)
"""The first class that fits decides."""

DESCRIBED: dict[int | str, dict[str, Any]] = {
    "default": {
        "description": "A problem document (RFC 9457); more members may follow, such as `errors` by parameter",
        "content": {
            "application/problem+json": {
                "schema": {
                    "type": "object",
                    "required": ["type", "title", "status", "detail"],
                    "properties": {
                        "type": {"const": "about:blank"},
                        "title": {"type": "string"},
                        "status": {"type": "integer"},
                        "detail": {"type": "string", "description": "A sentence that says what to do"},
                    },
                }
            }
        },
    }
}
"""The answer of every route when something is wrong, for the description of the API."""

log = structlog.get_logger(__name__)


def problem(status: int, detail: str, headers: dict[str, str] | None = None, **more: Any) -> JSONResponse:
    """Return a problem document."""
    title = HTTPStatus(status).phrase
    content = {"type": "about:blank", "title": title, "status": int(status), "detail": detail, **more}
    return JSONResponse(content, status, headers, media_type="application/problem+json")


def install(app: FastAPI) -> None:
    """Make every error of the app a problem document."""
    app.add_exception_handler(EmberwatchError, _ours)
    app.add_exception_handler(RequestValidationError, _parameters)
    app.add_exception_handler(HTTPException, _http)
    app.add_exception_handler(Exception, _unforeseen)


async def _ours(_request: Request, error: Exception) -> JSONResponse:
    status = next((code for kind, code in STATUS if isinstance(error, kind)), HTTPStatus.INTERNAL_SERVER_ERROR)
    headers = {}
    if isinstance(error, Backpressure):
        headers["Retry-After"] = str(max(1, round(error.retry_after)))
    elif isinstance(error, Unavailable):
        headers["Retry-After"] = "1"
    more: dict[str, Any] = {}
    if isinstance(error, QueryError):
        more = {"position": error.position}
    elif isinstance(error, MentionError):
        more = {"field": error.field}
    return problem(status, str(error), headers, **more)


async def _parameters(_request: Request, error: Exception) -> JSONResponse:
    found = error.errors() if isinstance(error, RequestValidationError) else []
    mistakes = [
        {
            "parameter": ".".join(str(part) for part in one["loc"][1:]),
            "in": str(one["loc"][0]),
            "error": one["msg"].removeprefix("Value error, "),
        }
        for one in found
    ]
    detail = "; ".join(f"{one['parameter'] or one['in']}: {one['error']}" for one in mistakes)
    return problem(HTTPStatus.UNPROCESSABLE_ENTITY, detail, errors=mistakes)


async def _http(request: Request, error: Exception) -> JSONResponse:
    if not isinstance(error, HTTPException):
        raise error
    headers = dict(error.headers) if error.headers else None
    detail = str(error.detail)
    if detail == HTTPStatus.NOT_FOUND.phrase:
        detail = f"There is nothing at {request.url.path[:200]}; /api/v1/openapi.json lists what there is."
    elif detail == HTTPStatus.METHOD_NOT_ALLOWED.phrase:
        allowed = f"; use {headers['Allow']}" if headers and "Allow" in headers else ""
        detail = f"{request.method} is not possible at {request.url.path[:200]}{allowed}."
    return problem(error.status_code, detail, headers)


async def _unforeseen(request: Request, error: Exception) -> JSONResponse:
    log.error("http.unforeseen", path=request.url.path, error=type(error).__name__)
    return problem(
        HTTPStatus.INTERNAL_SERVER_ERROR, "That should not have happened; the log of the dashboard knows more."
    )
