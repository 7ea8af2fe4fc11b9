"""`/`: the way to the walls."""

from typing import Any

from dash import html

from app.service import Context
from dashboard.i18n import LANGUAGES, words
from dashboard.page import Page


def page(context: Context) -> Page:
    """Return the start page."""
    config = context.config

    def layout(lang: str = "", **_: Any) -> Any:
        language = next((one for one in LANGUAGES if one == lang), config.site.language)
        say = words(language, config.site.zone)
        walls = [html.Li(html.A(wall.name, href=f"/wall/{wall.id}?lang={language}")) for wall in context.config.walls]
        ways = [
            html.Li(html.A(say.say("admin.incidents"), href=f"/incidents?lang={language}")),
            html.Li(html.A(say.say("admin.title"), href=f"/admin?lang={language}")),
            html.Li(html.A(f"+ {say.say('admin.new.brands')}", href=f"/admin/queries?lang={language}")),
            html.Li(html.A(say.say("sources.page"), href=f"/admin/sources?lang={language}")),
            html.Li(html.A(say.say("start.api"), href="/api/v1/openapi.json")),
            html.Li(html.A(say.say("start.health"), href="/readyz")),
        ]
        return html.Main(
            [
                html.H1(config.site.name),
                html.P(f"{say.say('start.title')} · {say.say('start.lead')}"),
                html.H2(say.say("start.walls")),
                html.Ul(walls, className="walls"),
                html.Ul(ways),
            ],
            className="plain",
            lang=language,
        )

    return Page("start", "/", layout, title=lambda **_: config.site.name)
