"""`/rules`: the rule workshop; `assets/rules.js` fills it."""

import json
from typing import Any

from dash import html

from app.service import Context
from dashboard.i18n import Words, catalogue
from dashboard.masthead import aria, framed, speaking
from dashboard.page import Page

PATH = "/rules"


def page(context: Context) -> Page:
    """Return the workshop: the rules in force, one rule's form, and what it would have raised on the past."""

    def layout(id: str = "", brand: str = "", lang: str = "", **_: Any) -> Any:  # noqa: A002 # as it stands in the address
        config = context.config
        say = speaking(config, lang)
        parts = [*((one.id, one.name) for one in config.topics), *((one.id, one.name) for one in config.campaigns)]
        told: dict[str, Any] = {
            "data-words": json.dumps(_words(say)),
            "data-brands": json.dumps([[one.id, one.name] for one in config.brands]),
            "data-parts": json.dumps(parts),
            "data-zone": config.site.zone,
            "data-rule": id,
            "data-brand": brand,
        }
        content = [
            html.Nav(id="r-rows", className="rows", **aria(label=say.say("rules.title"))),
            html.Section(
                [html.H1(say.say("rules.title"), id="r-heading"), html.Div(say.say("rules.loading"), id="r-form")],
                className="form",
                **aria(labelledby="r-heading"),
            ),
            html.Section(
                [html.H2(say.say("rules.past"), id="r-past"), html.Div(id="r-found")],
                className="found",
                **aria(labelledby="r-past"),
            ),
        ]
        framing = framed(say, config.site.name, PATH, content, id=id, brand=brand)
        return html.Div(framing, id="rules", className="workshop", **told)

    def title(lang: str = "", **_: Any) -> str:
        return f"{speaking(context.config, lang).say('rules.title')} · {context.config.site.name}"

    return Page("rules", PATH, layout, title)


def _words(say: Words) -> dict[str, str]:
    """Return the words of the page by their key without `rules.`."""
    found = catalogue(say.language).items()
    return {key.removeprefix("rules."): text for key, text in found if key.startswith("rules.")}
