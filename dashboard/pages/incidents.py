"""`/incidents`: open incidents on top, then those of the past, of all brands or of one."""

from typing import Any

from dash import html

from app.service import Context
from dashboard.masthead import address, aria, framed, speaking
from dashboard.page import Page
from dashboard.room.saying import attributes

PATH = "/incidents"


def page(context: Context) -> Page:
    """Return the list of incidents."""

    def layout(brand: str = "", lang: str = "", **_: Any) -> Any:
        say, known = speaking(context.config, lang), context.config.watched.brands
        chosen = next((one for one in known if one.id == brand), None)
        every = [("", say.say("room.every_brand")), *((one.id, one.name) for one in known)]
        links = [
            html.Li(
                html.A(
                    name,
                    href=address(PATH, say, brand=id_),
                    **(aria(current="page") if id_ == (chosen.id if chosen else "") else {}),
                )
            )
            for id_, name in every
        ]
        query = f"?brand={chosen.id}" if chosen else ""
        blocks = [
            html.H1(say.say("room.list")),
            html.Nav(html.Ul(links), className="case-brands", **aria(label=say.say("understanding.brands"))),
            html.Div(id="incident", className="cases", **attributes(say, f"/incidents/board{query}")),
            html.P(id="case-age", className="than"),
        ]
        return framed(say, context.config.site.name, PATH, blocks, brand=chosen.id if chosen else "")

    def title(lang: str = "", **_: Any) -> str:
        return f"{speaking(context.config, lang).say('room.list')} \u00b7 {context.config.site.name}"

    return Page("incidents", PATH, layout, title)
