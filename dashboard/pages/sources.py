"""`/admin/sources`: who listens, why not, and what to do; `assets/sources.js` keeps it up to date."""

from typing import Any

from dash import html

from app.service import Context
from dashboard.i18n import Words, catalogue
from dashboard.masthead import framed, speaking
from dashboard.page import Page

PATH = "/admin/sources"


def page(context: Context) -> Page:
    """Return the page of sources."""

    def layout(lang: str = "", **_: Any) -> Any:
        say = speaking(context.config, lang)
        blocks = [
            html.H1(say.say("sources.page")),
            html.P(say.say("sources.lead"), className="lead"),
            html.P(id="sources-answer", className="answer", role="status"),
            html.Div(id="sources", className="sources", **_sentences(say)),
        ]
        return framed(say, context.config.site.name, PATH, blocks)

    def title(lang: str = "", **_: Any) -> str:
        return f"{speaking(context.config, lang).say('sources.page')} \u00b7 {context.config.site.name}"

    return Page("sources", PATH, layout, title)


def _sentences(say: Words) -> dict[str, Any]:
    """Return what the page says by itself."""
    texts = ((key.split("."), text) for key, text in catalogue(say.language).items())
    return {f"data-{key[2]}": text for key, text in texts if key[:2] == ["sources", "client"]}
