"""`/wall/{wall}`: the frame that `assets/live.js` paints into. Dash brings the page, our websocket the frames."""

from typing import Any

from dash import html

from app.service import Context
from dashboard.i18n import LANGUAGES, Words, catalogue, words
from dashboard.page import Page


def page(context: Context) -> Page:
    """Return the page of the walls."""
    config = context.config

    def known() -> dict[str, str]:
        return {wall.id: wall.name for wall in context.config.walls}

    def layout(wall: str = "", lang: str = "", **_: Any) -> Any:
        walls = known()
        language = next((one for one in LANGUAGES if one == lang), config.site.language)
        say = words(language, config.site.zone)
        if wall not in walls:
            return _unknown(wall, walls, say)
        data: dict[str, Any] = {"data-wall": wall, "data-zone": config.site.zone, **_client(say)}
        return html.Div(id="wall", lang=language, **data)

    def title(wall: str = "", **_: Any) -> str:
        return f"{known().get(wall, wall)} · {config.site.name}"

    return Page("wall", "/wall/<wall>", layout, title, exists=lambda wall: wall in known())


def _client(say: Words) -> dict[str, str]:
    """Return the few sentences the page says by itself, as when nobody answers any more."""
    texts = [(key.split("."), text) for key, text in catalogue(say.language).items()]
    return {f"data-{key[1].replace('_', '-')}": text for key, text in texts if key[0] == "client"}


def _unknown(wall: str, walls: dict[str, str], say: Words) -> Any:
    choices = [html.Li(html.A(name, href=f"/wall/{id_}?lang={say.language}")) for id_, name in walls.items()]
    return html.Main(
        [html.H1(say.say("wall.unknown", wall=wall)), html.P(say.say("wall.choices")), html.Ul(choices)],
        className="plain",
        lang=say.language,
    )
