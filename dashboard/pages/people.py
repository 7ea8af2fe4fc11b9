"""`/admin/people`: who is told and when they are on duty; `assets/people.js` and `assets/duty.js` fill it."""

import json
from typing import Any

from dash import html

from app.service import Context
from dashboard.i18n import Words, catalogue
from dashboard.masthead import address, aria, framed, speaking
from dashboard.page import Page
from dashboard.peopleboard import PATH


def page(context: Context) -> Page:
    """Return the page of people: duty and escalation, or one person's form."""

    def layout(id: str = "", new: str = "", brand: str = "", lang: str = "", **_: Any) -> Any:  # noqa: A002 # as it stands in the address
        config = context.config
        say = speaking(config, lang)
        loading = say.say("people.loading")
        rows = html.Nav(html.Div(loading, id="p-persons"), className="rows", **aria(label=say.say("people.persons")))
        warning = html.Div(id="people-warning", role="alert")
        main = _form(say) if id or new else _duty(context, say, brand)
        told: dict[str, Any] = {
            "data-words": json.dumps(_words(say)),
            "data-brands": json.dumps([[one.id, one.name] for one in config.brands]),
            "data-zone": config.site.zone,
            "data-person": id,
            "data-brand": brand,
        }
        content = [rows, html.Div([warning, main], id="people", className="peopled", **told)]
        return framed(say, config.site.name, PATH, content, id=id, new=new, brand=brand)

    def title(lang: str = "", **_: Any) -> str:
        return f"{speaking(context.config, lang).say('people.title')} · {context.config.site.name}"

    return Page("people", PATH, layout, title)


def _form(say: Words) -> html.Section:
    return html.Section(
        [
            html.H1(say.say("people.title"), id="p-heading"),
            html.Div(id="p-form"),
            html.P(id="p-said", role="status", className="said"),
        ],
        className="block",
        **aria(labelledby="p-heading"),
    )


def _duty(context: Context, say: Words, brand: str) -> html.Div:
    file = html.P(html.A(say.say("people.file"), href="/api/v1/duty.ics", download="duty.ics"))
    return html.Div(
        [
            html.H1(say.say("people.title")),
            html.P(say.say("people.lead"), className="lead"),
            html.Div(id="p-now", className="now", **aria(live="polite")),
            html.H2(say.say("people.week")),
            _brands(context, say, brand),
            html.Ol(id="p-week", className="week"),
            file,
            html.Div(
                [
                    html.Section([html.H2(say.say("people.shifts")), html.Div(id="p-shifts"), html.Div(id="p-shift")]),
                    html.Section([html.H2(say.say("people.chain")), html.Div(id="p-chain"), html.Div(id="p-steps")]),
                ],
                className="halves",
            ),
            html.P(id="p-said", role="status", className="said"),
        ]
    )


def _brands(context: Context, say: Words, brand: str) -> html.Ul | None:
    """Return the way to the duty of each brand, where there are several."""
    if len(context.config.brands) == 1:
        return None
    choices = [("", say.say("people.chain_common")), *((one.id, one.name) for one in context.config.brands)]
    links = [
        html.Li(html.A(name, href=address(PATH, say, brand=one)), **(aria(current="true") if one == brand else {}))
        for one, name in choices
    ]
    return html.Ul(links, className="brands")


def _words(say: Words) -> dict[str, str]:
    """Return what the forms say."""
    start = "people.client."
    return {key.removeprefix(start): text for key, text in catalogue(say.language).items() if key.startswith(start)}
