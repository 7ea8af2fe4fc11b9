"""The web application: FastAPI with Dash on it, routers and pages by entry point, errors in one form."""

import re
from collections.abc import Awaitable, Callable
from functools import partial
from pathlib import Path
from typing import Any

import dash
import plotly
from anyio import to_thread
from dash.backends._fastapi import reset_current_request, set_current_request
from fastapi import FastAPI, Request
from fastapi.responses import FileResponse, HTMLResponse, Response

from app import registry
from app.domain.drill import STAMP, Mark
from app.service import Context
from dashboard import live, problem
from dashboard.auth import Guard, Tokens
from dashboard.hub import Hub
from dashboard.page import Page

ASSETS = Path(__file__).parents[1] / "assets"
PLOTLY = Path(plotly.__file__).parent / "package_data" / "plotly.min.js"
YEAR = 31_536_000


async def build(context: Context, hub: Hub) -> FastAPI:
    """Return the application, ready to be served."""
    app = FastAPI(title="Emberwatch", openapi_url="/api/v1/openapi.json", docs_url=None, redoc_url=None)
    problem.install(app)
    for name in registry.names("routers"):
        app.include_router(registry.load("routers", name)(context), responses=problem.DESCRIBED)
    app.include_router(live.router(context.config, hub))
    app.add_api_route("/vendor/plotly.min.js", _plotly, include_in_schema=False)
    pages: list[Page] = [registry.load("pages", name)(context) for name in registry.names("pages")]
    site = await _dash(app, context.config.site.language, pages, context.drill)
    _secure(app, _policy(site), context.drill)
    tokens = Tokens(context.store, context.clock)
    app.add_middleware(Guard, tokens=tokens, host=context.options.get("host", "127.0.0.1"))
    return app


async def _plotly() -> FileResponse:
    return FileResponse(PLOTLY, headers={"Cache-Control": f"public, max-age={YEAR}"}, media_type="text/javascript")


async def _dash(app: FastAPI, language: str, pages: list[Page], drill: Mark | None) -> dash.Dash:
    """Put Dash onto the app: its own pages registry, our routes, nothing from elsewhere."""
    index = dash.dash._default_index.replace("<html>", f'<html lang="{language}">')  # noqa: SLF001 # Dash offers no other way to name a language
    if drill is not None:  # whatever page it is, before a line of ours has run
        index = index.replace("<body>", f'<body data-drill="{STAMP}">')
    site = dash.Dash(
        "dashboard",
        server=app,  # type: ignore[arg-type] # Dash's hints know only Flask
        backend="fastapi",
        use_pages=True,
        pages_folder="",
        assets_folder=str(ASSETS),
        assets_ignore=r".*\.(yaml|md)$",
        include_pages_meta=False,
        serve_locally=True,
        suppress_callback_exceptions=True,
        update_title="",
        index_string=index,
        enable_mcp=False,
        meta_tags=[{"name": "viewport", "content": "width=device-width, initial-scale=1"}],
        title="Emberwatch",
    )
    site.backend.websocket_capability = False  # the renderer need not open Dash's websocket: the walls have ours
    dash.page_registry.clear()
    for page in pages:
        where = {"path_template": page.path} if "<" in page.path else {"path": page.path}
        register: Any = dash.register_page
        register(page.name, name=page.name, title=page.title, layout=page.layout, **where)
        if page.path != "/":
            app.add_api_route(re.sub(r"<(\w+)>", r"{\1}", page.path), _index(site, page), include_in_schema=False)
    site.layout = dash.html.Div([dash.page_container])
    hooks: list[Callable[[], Any]] = vars(site.backend)["_before_request_funcs"]
    for prepare in hooks:  # else only the first request to "/" puts the pages' callbacks in
        found = prepare()
        if found is not None:
            await found
    return site


def _index(site: dash.Dash, page: Page) -> Callable[[Request], Awaitable[Response]]:
    async def index(request: Request) -> Response:
        token = set_current_request(request)  # type: ignore[no-untyped-call] # Dash leaves it untyped
        try:
            there = await to_thread.run_sync(partial(page.exists, **request.path_params))  # it may ask the archive
            status = 200 if there else 404
            return HTMLResponse(site.index(), status)  # type: ignore[no-untyped-call] # as above
        finally:
            reset_current_request(token)  # type: ignore[no-untyped-call] # as above

    return index


def _policy(site: dash.Dash) -> str:
    """Return the content security policy: nothing from elsewhere; inline only what Dash wrote, by hash.

    `unsafe-eval` stays allowed for who watches the wall from outside: browser drivers such as Playwright wait for an
    expression by evaluating its text in the page (EvalError without it). Our own scripts evaluate nothing, and what
    people write reaches the page as text nodes only. Plotly writes style elements.
    """
    scripts = " ".join(site.csp_hashes())
    return (
        f"default-src 'none'; script-src 'self' 'unsafe-eval' {scripts}; style-src 'self' 'unsafe-inline'; "
        "img-src 'self' data: blob:; font-src 'self'; connect-src 'self'; frame-ancestors 'none'; base-uri 'none'; "
        "form-action 'self'"
    )


def _secure(app: FastAPI, policy: str, drill: Mark | None) -> None:
    @app.middleware("http")
    async def headers(request: Request, call_next: Callable[[Request], Awaitable[Response]]) -> Response:
        response = await call_next(request)
        response.headers.setdefault("X-Content-Type-Options", "nosniff")
        response.headers.setdefault("Referrer-Policy", "same-origin")
        if drill is not None:
            response.headers["X-Emberwatch-Drill"] = drill.id
        if response.headers.get("content-type", "").startswith("text/html"):
            response.headers["Content-Security-Policy"] = policy
            response.headers["Cache-Control"] = "no-store"
        return response
