"""`/admin/queries`: what is listened for, one row at a time, with what it finds shown before it is saved."""

from typing import Any

import dash
from dash import Input, Output, State, dcc, html, no_update

from app.config.merged import row_of
from app.domain.preview import Wish
from app.domain.query import parse
from app.domain.saved import Kind, id_of
from app.errors import EmberwatchError
from app.service import Context
from dashboard import draft, findings
from dashboard.draft import KINDS, Draft, Slip
from dashboard.form import FIELDS, buttons, fields, pointed
from dashboard.i18n import Words
from dashboard.masthead import address, aria, framed, speaking
from dashboard.operator import operator
from dashboard.page import Page
from dashboard.preview import Asked, in_force, preview

PATH = "/admin/queries"
POINTED = ("name", "id", "query", "accounts", "exclude", "brand", "start", "end")
"""Fields beside which a mistake may be shown."""
SPAM: Kind = "spam"
_SLIPS = [Output(f"q-{name}-slip", "children", allow_duplicate=True) for name in POINTED]
_VALUES = [State(f"q-{name}", "value") for name in FIELDS]


def page(context: Context) -> Page:
    """Return the page, and register what it does."""
    desk = _Desk(context)
    desk.register()
    return Page("queries", PATH, desk.layout, title=desk.title)


def _kind(written: str) -> Kind:
    return next((one for one in (*KINDS, SPAM) if one == written), "brands")


def _draft(values: tuple[Any, ...]) -> Draft:
    held = dict(zip(FIELDS, values, strict=True))
    among = tuple(held.pop("brands") or ())
    return Draft(brands=among, **{name: str(value or "") for name, value in held.items()})


class _Desk:
    """The page for one installation."""

    def __init__(self, context: Context) -> None:
        self._context = context

    def title(self, lang: str = "", **_: str) -> str:
        return f"{speaking(self._context.config, lang).say('query.title')} · {self._context.config.site.name}"

    def layout(self, kind: str = "brands", id: str = "", lang: str = "", done: str = "", **_: str) -> Any:  # noqa: A002 # as it stands in the address
        config = self._context.config
        say, which = speaking(config, lang), _kind(kind)
        row = row_of(config, which, id) if id or which == SPAM else None
        written = draft.drafted(row, config.site.zone)
        new = row is None and which != SPAM
        gone = say.say("query.unknown", name=id) if id and new and not done else ""
        now = say.second(self._context.clock.now())
        said = say.say(f"query.{done}", time=now) if done in {"saved", "deleted", "restored"} else ""
        about = say.say(f"admin.{'new' if new else 'about'}.{which}")
        heading: list[Any] = [html.Small(about), written.name] if written.name else [about]
        form = html.Section(
            [
                html.H1(heading, id="q-heading"),
                html.P(
                    gone or [said, self._wall(say, which, id)] if gone or said else "",
                    id="q-said",
                    role="status",
                    className="said",
                ),
                *fields(which, written, config, say, new=new),
                buttons(written.name, say, new=new or which == SPAM, over=self._over(which, id)),
            ],
            className="form",
            **aria(labelledby="q-heading"),
        )
        found = html.Section(
            [
                html.H2(say.say("found.title"), id="q-found-title"),
                html.Div(html.P(say.say("found.begin")), id="q-found", **aria(live="polite")),
            ],
            className="found",
            **aria(labelledby="q-found-title"),
        )
        subject = {"kind": which, "id": "" if new else id, "lang": say.language}
        return html.Div(
            [
                dcc.Store(id="q-subject", data=subject),
                dcc.Store(id="q-draft"),
                dcc.Location(id="q-where", refresh="callback-nav"),
                framed(say, config.site.name, PATH, [self._rows(say, which, id), form, found], kind=which, id=id),
            ]
        )

    def _rows(self, say: Words, kind: Kind, id_: str) -> html.Nav:
        """Return the way to every row, and to a new one of each kind."""
        config, groups = self._context.config, []
        for one in KINDS:
            links = [
                html.Li(
                    dcc.Link(row.name, href=address(PATH, say, kind=one, id=row.id)),
                    className="here" if (one, row.id) == (kind, id_) else "",
                    **(aria(current="page") if (one, row.id) == (kind, id_) else {}),
                )
                for row in getattr(config, one)
            ]
            new = html.Li(
                dcc.Link(f"+ {say.say(f'admin.new.{one}')}", href=address(PATH, say, kind=one)), className="new"
            )
            groups += [html.H2(say.say(f"admin.kinds.{one}")), html.Ul([*links, new])]
        here = {"className": "here", **aria(current="page")} if kind == SPAM else {}
        spam = dcc.Link(say.say("admin.kinds.spam"), href=address(PATH, say, kind=SPAM))
        groups.append(html.Ul([html.Li(spam, **here)]))
        return html.Nav(groups, className="rows", **aria(label=say.say("query.title")))

    def _over(self, kind: Kind, id_: str) -> bool:
        """Tell whether a row is saved over one of config.yaml."""
        stated = self._context.watchlist.stated(kind, id_)
        return stated is not None and stated != row_of(self._context.config, kind, id_)

    def register(self) -> None:
        """Say which callback answers what."""
        dash.clientside_callback(
            dash.ClientsideFunction("desk", "paused"),
            Output("q-draft", "data"),
            [Input(f"q-{name}", "value") for name in ("query", "exclude", "brands", "brand", "start", "end")],
        )
        dash.clientside_callback(
            dash.ClientsideFunction("desk", "sure"),
            Output("q-sure", "hidden"),
            Input("q-delete", "n_clicks"),
            Input("q-no", "n_clicks"),
            prevent_initial_call=True,
        )
        dash.callback(
            Output("q-found", "children"),
            Output("q-query-slip", "children"),
            Output("q-exclude-slip", "children"),
            Input("q-draft", "data"),
            State("q-subject", "data"),
            prevent_initial_call=True,
        )(self.look)
        dash.callback(
            Output("q-said", "children", allow_duplicate=True),
            Output("q-where", "href"),
            Output("q-back", "hidden"),
            *_SLIPS,
            Input("q-save", "n_clicks"),
            State("q-subject", "data"),
            *_VALUES,
            prevent_initial_call=True,
        )(self.save)
        dash.callback(
            Output("q-said", "children", allow_duplicate=True),
            Output("q-where", "href", allow_duplicate=True),
            Input("q-yes", "n_clicks"),
            State("q-subject", "data"),
            prevent_initial_call=True,
        )(self.delete)
        dash.callback(
            Output("q-said", "children", allow_duplicate=True),
            Output("q-where", "href", allow_duplicate=True),
            Input("q-back", "n_clicks"),
            State("q-subject", "data"),
            prevent_initial_call=True,
        )(self.back)
        dash.callback(
            Output("q-said", "children", allow_duplicate=True),
            *(Output(f"q-{name}", "value") for name in FIELDS),
            *_SLIPS,
            Input("q-revert", "n_clicks"),
            State("q-subject", "data"),
            prevent_initial_call=True,
        )(self.revert)

    async def look(self, held: dict[str, Any] | None, subject: dict[str, str]) -> Any:
        """Show what the draft would find."""
        config, kind = self._context.config, _kind(subject["kind"])
        say = speaking(config, subject["lang"])
        held = dict.fromkeys(FIELDS, "") | (held or {})
        written = _draft(tuple(held[name] for name in FIELDS))
        wish, slips = draft.wish(kind, written, config.site.zone, say)
        marks = [pointed(slips.get(name), getattr(written, name), say) for name in ("query", "exclude")]
        if wish is None:
            return [html.P(say.say("found.broken" if slips else "found.begin"))], *marks
        return await self._found(wish, kind, written, subject["id"], say), *marks

    async def _found(self, wish: Wish, kind: Kind, written: Draft, id_: str, say: Words) -> list[Any]:
        context = self._context
        config = context.config
        force = in_force(config, kind, id_) if id_ or kind == SPAM else None
        brands: tuple[str, ...] = ()
        if kind == "topics":
            brands = written.brands or tuple(one.id for one in config.watched.brands)
        asked = Asked(wish, force, () if kind == SPAM else tuple(map(parse, config.watched.spam)), brands)
        try:
            found = await preview(context, asked)
        except EmberwatchError as error:
            return [html.P([say.say("found.unavailable"), " ", html.Span(str(error), lang="en")], role="alert")]
        return findings.drawn(found, wish.query, force.query if force else None, say, context.clock.now())

    async def save(self, _clicks: int, subject: dict[str, str], *values: Any) -> Any:
        """Put the draft in force, or say beside each field what is wrong with it."""
        context, kind = self._context, _kind(subject["kind"])
        say, written = speaking(context.config, subject["lang"]), _draft(values)
        row, slips = draft.row(kind, written, context.config, say, subject["id"] or None)
        marks = [pointed(slips.get(name), getattr(written, name), say) for name in POINTED]
        if row is None:
            return [html.B(say.say("query.not_saved")), *_first(slips)], no_update, no_update, *marks
        try:
            await context.watchlist.save(operator(), row)
        except EmberwatchError as error:
            return (
                [html.B(say.say("query.not_saved")), " ", html.Span(str(error), lang="en")],
                no_update,
                no_update,
                *marks,
            )
        id_ = id_of(row)
        if subject["id"] or kind == SPAM:
            said = say.say("query.saved", time=say.second(context.clock.now()))
            return [said, self._wall(say, kind, id_)], no_update, not self._over(kind, id_), *marks
        return no_update, address(PATH, say, kind=kind, id=id_, done="saved"), no_update, *marks

    async def back(self, _clicks: int, subject: dict[str, str]) -> Any:
        """Let config.yaml speak for the row again."""
        context, kind = self._context, _kind(subject["kind"])
        say, stated = speaking(context.config, subject["lang"]), context.watchlist.stated(kind, subject["id"])
        try:
            if stated is not None:
                await context.watchlist.save(operator(), stated)
        except EmberwatchError as error:
            return html.Span(str(error), lang="en"), no_update
        return no_update, address(PATH, say, kind=kind, id=subject["id"], done="restored")

    async def delete(self, _clicks: int, subject: dict[str, str]) -> Any:
        """Take the row off the list."""
        context, kind = self._context, _kind(subject["kind"])
        say = speaking(context.config, subject["lang"])
        try:
            await context.watchlist.remove(operator(), kind, subject["id"])
        except EmberwatchError as error:
            return html.Span(str(error), lang="en"), no_update
        return no_update, address(PATH, say, kind=kind, done="deleted")

    def revert(self, _clicks: int, subject: dict[str, str]) -> Any:
        """Fill the form with what is in force."""
        config, kind = self._context.config, _kind(subject["kind"])
        row = row_of(config, kind, subject["id"]) if subject["id"] or kind == SPAM else None
        held = draft.drafted(row, config.site.zone)
        values = [list(held.brands) if name == "brands" else getattr(held, name) for name in FIELDS]
        return speaking(config, subject["lang"]).say("query.reverted"), *values, *([] for _ in POINTED)

    def _wall(self, say: Words, kind: Kind, id_: str) -> Any:
        wall = self._context.config.walls[0].id
        brand = id_ if kind == "brands" and row_of(self._context.config, kind, id_) else ""
        return html.A(say.say("query.see"), href=address(f"/wall/{wall}", say, brand=brand), className="see")


def _first(slips: dict[str, Slip]) -> list[Any]:
    return [" ", next((slip.sentence for slip in slips.values()), "")]
