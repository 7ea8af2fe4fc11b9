"""`/admin/proposals`: words to add to a query, each with what it would bring, accepted or refused with one key."""

from typing import Any

import dash
from dash import ALL, Input, Output, State, ctx, dcc, html, no_update

from app.domain.proposal import Judged, Proposal
from app.domain.query import parse
from app.domain.why import why
from app.errors import EmberwatchError
from app.service import Context
from dashboard import findings
from dashboard.i18n import Words
from dashboard.learning import Learner
from dashboard.masthead import address, aria, framed, speaking
from dashboard.operator import operator
from dashboard.page import Page

PATH = "/admin/proposals"
LIKELY = 0.5


def page(context: Context) -> Page:
    """Return the page, and register what it does."""
    desk = _Desk(context)
    desk.register()
    return Page("proposals", PATH, desk.layout, title=desk.title)


class _Desk:
    """The page for one installation."""

    def __init__(self, context: Context) -> None:
        self._context, self._learner = context, Learner(context)

    def title(self, lang: str = "", **_: str) -> str:
        config = self._context.config
        return f"{speaking(config, lang).say('proposal.title')} · {config.site.name}"

    def layout(self, brand: str = "", lang: str = "", **_: str) -> Any:
        config = self._context.config
        say, known = speaking(config, lang), config.watched.brands
        chosen = next((one for one in known if one.id == brand), known[0])
        links = [
            html.Li(
                dcc.Link(one.name, href=address(PATH, say, brand=one.id)),
                className="here" if one is chosen else "",
                **(aria(current="page") if one is chosen else {}),
            )
            for one in known
        ]
        content = [
            html.Nav(
                [html.H2(say.say("proposal.brands")), html.Ul(links)],
                className="rows",
                **aria(label=say.say("proposal.brands")),
            ),
            html.Section(
                [
                    html.H1([html.Small(say.say("proposal.title")), chosen.name]),
                    html.P([say.say("proposal.lead"), " ", say.say("proposal.keys")], className="lead"),
                    html.P("", id="p-said", role="status", className="said"),
                    html.Div(id="p-list"),
                ],
                className="proposals",
            ),
        ]
        store = dcc.Store(id="p-subject", data={"brand": chosen.id, "lang": say.language})
        return html.Div([store, framed(say, config.site.name, PATH, content, brand=chosen.id)])

    def register(self) -> None:
        """Say which callback answers what."""
        dash.callback(
            Output("p-list", "children"),
            Output("p-said", "children"),
            Input("p-subject", "data"),
            Input({"type": "p-accept", "id": ALL}, "n_clicks"),
            Input({"type": "p-refuse", "id": ALL}, "n_clicks"),
            State("p-said", "children"),
        )(self.answer)

    async def answer(self, subject: dict[str, str], accepts: list[int], refuses: list[int], said: Any) -> Any:
        """Do what was clicked, then show what is left."""
        config = self._context.config
        say, clicked = speaking(config, subject["lang"]), ctx.triggered_id
        try:
            if isinstance(clicked, dict):
                if not any(accepts) and not any(refuses):  # buttons that were just drawn
                    return no_update, no_update
                said = await self._do(clicked, say)
            found = await self._learner.proposals(subject["brand"])
        except EmberwatchError as error:
            return no_update, html.Span(str(error), lang="en")
        return [_shown(one, say, self._context.clock.now()) for one in found] or html.P(say.say("proposal.none")), said

    async def _do(self, clicked: dict[str, str], say: Words) -> str:
        accepted = clicked["type"] == "p-accept"
        deed = self._learner.accept if accepted else self._learner.refuse
        done = await deed(operator(), clicked["id"])
        name = next(one.name for one in self._context.config.watched.brands if one.id == done.brand)
        return say.say("proposal.accepted" if accepted else "proposal.refused", term=done.term, brand=name)


def _shown(one: Proposal, say: Words, now: float) -> html.Article:
    how = (
        say.say("proposal.spelling", near=one.near)
        if one.near
        else say.say("proposal.word", odds=say.number(one.odds, 1))
    )
    share = say.share(round(100 * one.precision), 100)
    return html.Article(
        [
            html.H2(html.Code(one.term), id=f"p-{one.id}"),
            html.P(how),
            html.P(say.count("proposal.brings", one.brings, share=share)),
            html.Ol([_example(post, one.term, say, now) for post in one.examples], className="examples"),
            html.Div(
                [
                    html.Button(
                        say.say("proposal.accept"),
                        id={"type": "p-accept", "id": one.id},
                        n_clicks=0,
                        className="first accept",
                    ),
                    html.Button(
                        say.say("proposal.refuse"),
                        id={"type": "p-refuse", "id": one.id},
                        n_clicks=0,
                        className="refuse",
                    ),
                ],
                className="buttons",
            ),
        ],
        key=one.id,
        tabIndex="0",
        className="proposal",
        **aria(labelledby=f"p-{one.id}"),
    )


def _example(post: Judged, term: str, say: Words, now: float) -> html.Li:
    said = post.mention
    share = say.share(round(100 * post.likely), 100)
    judged = say.say("proposal.likely" if post.likely >= LIKELY else "proposal.unlikely", share=share)
    author = said.author.name or said.author.handle or said.author.id
    about = f"{judged} · {author} · {say.channel(said.channel)} · {say.when(said.published_at, now)}"
    text = html.P(findings.marked(said.text, why(parse(term), said)), lang=said.language or "")
    return html.Li([text, html.Small(about)])
