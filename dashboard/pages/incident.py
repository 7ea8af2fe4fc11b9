"""`/incident/{id}`: the room of one incident, for a phone first; `assets/incident.js` keeps it up to date."""

from typing import Any

from dash import html

from app.errors import EmberwatchError
from app.service import Context
from dashboard.masthead import framed, speaking
from dashboard.page import Page
from dashboard.room.saying import attributes

LIST = "/incidents"


def page(context: Context) -> Page:
    """Return the page of one incident."""

    def exists(incident: str = "") -> bool:
        try:
            with context.store.reading() as tx:
                tx.incidents.get(incident)
        except EmberwatchError:
            return False
        return True

    def layout(incident: str = "", lang: str = "", **_: Any) -> Any:
        say = speaking(context.config, lang)
        room = html.Div(id="incident", className="case", **attributes(say, f"/incident/{incident}/board"))
        path = f"/incident/{incident}"
        back = html.P(html.A(say.say("room.list"), href=f"{LIST}?lang={say.language}"), className="case-back")
        return framed(say, context.config.site.name, path, [room, *told(), back])

    def title(lang: str = "", **_: Any) -> str:
        return f"{speaking(context.config, lang).say('room.title')} \u00b7 {context.config.site.name}"

    return Page("incident", "/incident/<incident>", layout, title, exists=exists)


def told() -> list[Any]:
    """Return where the page says what came of a deed, and how old it is."""
    return [
        html.Div(
            [html.P(id="case-said", role="status"), html.Button(id="case-undo", hidden=True, type="button")],
            className="case-told-bar",
        ),
        html.P(id="case-age", className="than"),
    ]
