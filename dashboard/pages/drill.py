"""`/admin/drills`: practise a storm, and see how fast people were; `assets/drills.js` fills it."""

import json
from typing import Any

from dash import html

from app.domain.drill import TARGETS
from app.scenarios import scenarios
from app.service import Context
from dashboard.i18n import Words, catalogue
from dashboard.masthead import aria, framed, speaking
from dashboard.page import Page

PATH = "/admin/drills"


def page(context: Context) -> Page:
    """Return the page of drills."""

    def layout(lang: str = "", **_: Any) -> Any:
        config = context.config
        say = speaking(config, lang)
        played = [[one.id, one.name[say.language], one.about[say.language], one.minutes] for one in scenarios()]
        told: dict[str, Any] = {
            "data-words": json.dumps(_words(say)),
            "data-brands": json.dumps([[one.id, one.name] for one in config.brands]),
            "data-walls": json.dumps([[one.id, one.name] for one in config.walls]),
            "data-scenarios": json.dumps(played),
            "data-targets": json.dumps(TARGETS),
            "data-zone": config.site.zone,
            "data-inside": "1" if context.drill else "",
        }
        content = [
            html.H1(say.say("drills.title")),
            html.P(say.say("drills.lead"), className="lead"),
            html.Section(html.Div(id="d-running", **aria(live="polite")), id="d-now"),
            html.Section(
                [
                    html.H2(say.say("drills.new")),
                    html.Div(id="d-form"),
                    html.P(id="d-said", role="status", className="said"),
                ],
                className="block",
            ),
            html.Section([html.H2(say.say("drills.past")), html.Div(say.say("drills.loading"), id="d-past")]),
        ]
        main = html.Div(content, id="drills", className="peopled drills", **told)
        return framed(say, config.site.name, PATH, [main])

    def title(lang: str = "", **_: Any) -> str:
        return f"{speaking(context.config, lang).say('drills.title')} · {context.config.site.name}"

    return Page("drills", PATH, layout, title)


def _words(say: Words) -> dict[str, str]:
    start = "drills.client."
    return {key.removeprefix(start): text for key, text in catalogue(say.language).items() if key.startswith(start)}
