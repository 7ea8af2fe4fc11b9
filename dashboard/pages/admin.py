"""`/admin`: what is listened for and where, and from which place each row comes."""

from typing import Any

from dash import html

from app.domain.saved import Kind
from app.service import Context
from dashboard.draft import KINDS
from dashboard.i18n import Words
from dashboard.masthead import address, framed, speaking
from dashboard.page import Page

PATH = "/admin"


def page(context: Context) -> Page:
    """Return the overview."""

    def layout(lang: str = "", **_: Any) -> Any:
        config = context.config
        say = speaking(config, lang)
        blocks = [html.H1(say.say("admin.heard")), html.P(say.say("admin.lead"), className="lead"), _people(say)]
        if faults := context.watchlist.faults:
            told = [html.Li(fault.reason, lang="en") for fault in faults]
            blocks.append(
                html.Section([html.H2(say.say("admin.faults")), html.Ul(told)], className="faults", role="alert")
            )
        blocks += [_rows(context, kind, say) for kind in KINDS]
        blocks.append(_spam(context, say))
        blocks.append(_sources(context, say))
        return framed(say, config.site.name, PATH, blocks)

    def title(lang: str = "", **_: Any) -> str:
        return f"{speaking(context.config, lang).say('admin.title')} · {context.config.site.name}"

    return Page("admin", PATH, layout, title)


def _people(say: Words) -> html.Div:
    """Return the place where `assets/duty.js` says that nobody would be told, and the way to mend it."""
    to = html.A(say.say("people.see"), href=address("/admin/people", say))
    return html.Div([html.Div(id="people-warning", role="alert"), html.P(to)])


def _rows(context: Context, kind: Kind, say: Words) -> html.Section:
    saved = context.watchlist.in_force.saved
    rows = [
        html.Tr(
            [
                html.Th(html.A(row.name, href=address("/admin/queries", say, kind=kind, id=row.id)), scope="row"),
                html.Td(html.Code(row.query)),
                html.Td(say.say("admin.from_screen" if (kind, row.id) in saved else "admin.from_file")),
            ]
        )
        for row in getattr(context.config, kind)
    ]
    new = html.P(html.A(f"+ {say.say(f'admin.new.{kind}')}", href=address("/admin/queries", say, kind=kind)))
    title = html.H2(f"{say.say(f'admin.kinds.{kind}')} ({say.number(len(rows))})", id=f"kind-{kind}")
    heads = [say.say("admin.name"), say.say("admin.what"), say.say("admin.origin")]
    shown = _table(heads, rows) if rows else html.P(say.say("admin.none"))
    return html.Section([title, shown, new], className="kind")


def _spam(context: Context, say: Words) -> html.Section:
    to = html.A(say.say("admin.new.spam"), href=address("/admin/queries", say, kind="spam"))
    shown = [html.Li(html.Code(query)) for query in context.config.spam]
    listed = html.Ul(shown, className="plainly") if shown else html.P(say.say("admin.none"))
    title = html.H2(f"{say.say('admin.kinds.spam')} ({say.number(len(shown))})", id="kind-spam")
    return html.Section([title, listed, html.P(to)], className="kind")


def _sources(context: Context, say: Words) -> html.Section:
    rows = [
        html.Tr([html.Th(one.id, scope="row"), html.Td(one.connector), html.Td(say.say("admin.from_file"))])
        for one in context.config.sources
    ]
    heads = [say.say("admin.source"), say.say("admin.connector"), say.say("admin.origin")]
    to = html.P(html.A(say.say("admin.to_sources"), href=address("/admin/sources", say)))
    shown = _table(heads, rows) if rows else html.P(say.say("admin.none"))
    title = html.H2(f"{say.say('admin.listening')} ({say.number(len(rows))})")
    return html.Section([title, shown, to], className="kind")


def _table(heads: list[str], rows: list[html.Tr]) -> html.Table:
    return html.Table([html.Thead(html.Tr([html.Th(head, scope="col") for head in heads])), html.Tbody(rows)])
