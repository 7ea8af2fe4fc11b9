"""`/admin/channels/<connector>`: what a connector hears, needs and promises, as docs/channels tells it."""

from pathlib import Path
from typing import Any

from dash import dcc, html

from app.service import Context
from dashboard.masthead import address, framed, speaking
from dashboard.page import Page

ROOT = Path(__file__).parents[2]
PLACES = (ROOT / "docs" / "channels", ROOT / "assets" / "channels")
"""Where the pages stand in a checkout and in an installed package."""


def page(context: Context) -> Page:
    """Return the page of one connector."""

    def layout(connector: str = "", lang: str = "", **_: Any) -> Any:
        say = speaking(context.config, lang)
        back = html.P(html.A(say.say("sources.back"), href=address("/admin/sources", say)))
        file = _found(connector)
        if file is None:
            return framed(
                say, context.config.site.name, "", [html.H1(say.say("sources.no_page", name=connector)), back]
            )
        told = dcc.Markdown(file.read_text("utf-8"), className="manual", link_target="_self")
        return framed(say, context.config.site.name, f"/admin/channels/{connector}", [back, html.Div(told, lang="en")])

    return Page(
        "channels",
        "/admin/channels/<connector>",
        layout,
        lambda connector="", **_: f"{connector} \u00b7 {context.config.site.name}",
        exists=lambda connector="", **_: _found(connector) is not None,
    )


def _found(connector: str) -> Path | None:
    """Return the file of a connector; only names of files that are there lead anywhere."""
    files = {file.stem: file for place in PLACES if place.is_dir() for file in place.glob("*.md")}
    return files.get(connector)
