"""`/admin/understanding`: how often we are right, and mentions to judge, one after the other, with one key each."""

from collections.abc import Mapping
from itertools import zip_longest
from typing import Any

import dash
from anyio import to_thread
from dash import ALL, Input, Output, State, ctx, dcc, html, no_update

from app.domain.analysis import AnalysedMention
from app.domain.brand import Brand
from app.domain.correction import FIELDS, VERDICTS, Judgement, imposed
from app.errors import EmberwatchError, Gone, NotFound
from app.judgement import Judgements
from app.service import Context
from app.store.corrections import Said
from dashboard import judging, schooling
from dashboard.accuracy import candidates, scores
from dashboard.i18n import Words
from dashboard.masthead import address, aria, framed, speaking
from dashboard.operator import operator
from dashboard.page import Page

PATH = "/admin/understanding"
QUEUE = 20
"""Mentions fetched at once: half drawn at random, half those we were uncertain about."""
STEPS = {"u-back": -1, "u-next": 1}
Done = tuple[str, AnalysedMention | None]
"""What to tell, and the mention as it is understood by then."""
Queue = dict[str, Any]
"""brand, lang, items (key, ticket, how drawn), the place in them, and what was said, to take it back."""


def page(context: Context) -> Page:
    """Return the page, and register what it does."""
    desk = _Desk(context)
    desk.register()
    return Page("understanding", PATH, desk.layout, title=desk.title)


class _Desk:
    """The page for one installation."""

    def __init__(self, context: Context) -> None:
        self._context = context
        self._judgements = Judgements(context.store, context.bus, context.clock)

    def title(self, lang: str = "", **_: str) -> str:
        config = self._context.config
        return f"{speaking(config, lang).say('understanding.title')} · {config.site.name}"

    def layout(self, brand: str = "", lang: str = "", **_: str) -> Any:
        config = self._context.config
        say, known = speaking(config, lang), config.watched.brands
        chosen = next((one for one in known if one.id == brand), known[0])
        section = html.Section(
            [
                html.H1([html.Small(say.say("understanding.title")), chosen.name]),
                html.P(say.say("understanding.lead"), className="lead"),
                html.Div(
                    [
                        html.P("", id="u-said", role="status", className="said"),
                        html.Div(html.P(say.say("understanding.loading")), id="u-card"),
                        _buttons(say),
                        html.P(say.say("understanding.keys"), className="help keys"),
                    ],
                    className="judging",
                ),
                html.Div(
                    [
                        html.H2(say.say("understanding.right")),
                        html.Div(id="u-accuracy"),
                        html.Div(id="u-schooling", className="schooling"),
                    ],
                    className="rightness",
                ),
            ],
            className="understanding",
        )
        start: Queue = {"brand": chosen.id, "lang": say.language, "items": None, "at": 0, "past": []}
        content = [_brands(known, chosen, say), section]
        queue = dcc.Store(id="u-queue", data=start)
        begin = dcc.Store(id="u-begin", data=chosen.id)
        return html.Div([queue, begin, framed(say, config.site.name, PATH, content, brand=chosen.id)])

    def register(self) -> None:
        """Say which callback answers what."""
        clicks = [Input(f"u-{name}", "n_clicks") for name in (*VERDICTS, "back", "next", "undo", "more")]
        dash.callback(
            Output("u-queue", "data"),
            Output("u-card", "children"),
            Output("u-said", "children"),
            Output("u-accuracy", "children"),
            Output("u-schooling", "children"),
            Input("u-begin", "data"),
            Input({"type": "u-intent", "label": ALL}, "n_clicks"),
            *clicks,
            State("u-queue", "data"),
        )(self.answer)

    async def answer(self, _begin: str, _intents: list[int], *more: Any) -> Any:
        """Do what was clicked, then show the mention that is next."""
        queue: Queue = more[-1]
        say, clicked = speaking(self._context.config, queue["lang"]), ctx.triggered_id
        if clicked not in (None, "u-begin") and not ctx.triggered[0]["value"]:
            return (no_update,) * 5  # buttons that were just drawn
        try:
            said, fresh = await self._do(clicked, queue, say)
            shown = await self._shown(queue, fresh, say)
            found = await to_thread.run_sync(scores, self._context)
            taught = await to_thread.run_sync(schooling.runs, self._context, queue["brand"])
        except EmberwatchError as error:
            return no_update, no_update, html.Span(str(error), lang="en"), no_update, no_update
        mine = [one for one in found if one.brand == queue["brand"]]
        lessons = schooling.drawn(taught, queue["brand"], say, self._context.clock.now())
        return queue, shown, said, judging.accuracy(mine, say), lessons

    async def _do(self, clicked: Any, queue: Queue, say: Words) -> Done:
        if queue["items"] is None or clicked in ("u-begin", "u-more"):
            await self._fill(queue)
            return "", None
        if isinstance(clicked, str) and clicked in STEPS:
            queue["at"] = min(max(queue["at"] + STEPS[clicked], 0), len(queue["items"]))
            return "", None
        if clicked == "u-undo":
            return await self._undo(queue, say)
        if queue["at"] >= len(queue["items"]):
            return "", None
        key, ticket, _ = queue["items"][queue["at"]]
        if isinstance(clicked, dict):
            return await self._toggle(queue, key, ticket, clicked["label"], say)
        verdict = str(clicked).removeprefix("u-")
        done = await self._judge(queue, key, ticket, Said("sentiment", verdict), say)
        queue["at"] += 1
        return done

    async def _fill(self, queue: Queue) -> None:
        """Fetch mentions to judge: drawn at random and uncertain ones in turn, each once."""
        half = QUEUE // 2
        drawn = await to_thread.run_sync(candidates, self._context, queue["brand"], "random", half)
        doubtful = await to_thread.run_sync(candidates, self._context, queue["brand"], "uncertain", half)
        tickets = {one.mention.key: self._judgements.ticket(one.mention.key) for one in drawn}
        both = [one.mention.key for pair in zip_longest(drawn, doubtful) for one in pair if one is not None]
        queue["items"] = [
            (key, tickets.get(key, ""), "random" if key in tickets else "uncertain") for key in dict.fromkeys(both)
        ]
        queue["at"], queue["past"] = 0, []

    async def _judge(self, queue: Queue, key: str, ticket: str, said: Said, say: Words) -> Done:
        """Keep what was said, and what stood there before, so that it can be undone."""
        before, _ = await to_thread.run_sync(self._standing, key)
        judged = await self._judgements.judge(operator(), key, [said], ticket)
        queue["past"].append((queue["at"], key, said.field, getattr(before, said.field)))
        values = said.value if isinstance(said.value, tuple) else (said.value,)
        names = [say.say(f"{'label' if said.field == 'sentiment' else 'intent'}.{one}") for one in values if one]
        what = ", ".join(names) or say.say("understanding.no_intent")
        return say.say(f"understanding.{'kept' if judged.delivered else 'later'}", value=what), judged.analysed

    async def _toggle(self, queue: Queue, key: str, ticket: str, label: str, say: Words) -> Done:
        one, _ = await to_thread.run_sync(self._stands, key)
        there = {intent.label for intent in one.analysis.intents}
        return await self._judge(queue, key, ticket, Said("intents", tuple(sorted(there ^ {label}))), say)

    async def _undo(self, queue: Queue, say: Words) -> Done:
        if not queue["past"]:
            return say.say("understanding.nothing"), None
        at, key, field, before = queue["past"].pop()
        value = tuple(before) if isinstance(before, list) else before
        said = Said(next(one for one in FIELDS if one == field), value)
        judged = await self._judgements.judge(operator(), key, [said])
        queue["at"] = at
        return say.say("understanding.undone"), judged.analysed

    async def _shown(self, queue: Queue, fresh: AnalysedMention | None, say: Words) -> Any:
        """Return the mention at its place; one that was deleted meanwhile says so."""
        items, at = queue["items"], queue["at"]
        if at >= len(items):
            return html.P(say.say("understanding.done" if items else "understanding.empty"), className="end")
        key, _, drawn = items[at]
        count = html.P(say.say("understanding.place", at=at + 1, of=len(items)), className="place")
        try:
            one, judgement = await to_thread.run_sync(self._stands, key)
        except (Gone, NotFound):
            return [count, html.P(say.say("understanding.gone"))]
        one = fresh if fresh is not None and fresh.mention.key == key else one
        return [count, judging.card(one, judgement, drawn, say, self._context.clock.now())]

    def _standing(self, key: str) -> tuple[Judgement, Mapping[str, int]]:
        with self._context.store.reading() as tx:
            return tx.corrections.standing(key)

    def _stands(self, key: str) -> tuple[AnalysedMention, Judgement]:
        """Return a mention as persons understand it, even if the archive does not have that yet."""
        with self._context.store.reading() as tx:
            stood, (judgement, _) = tx.mentions.get(key).analysed, tx.corrections.standing(key)
        return AnalysedMention(stood.mention, imposed(stood.analysis, judgement)), judgement


def _brands(known: tuple[Brand, ...], chosen: Brand, say: Words) -> html.Nav:
    links = [
        html.Li(
            dcc.Link(one.name, href=address(PATH, say, brand=one.id)),
            className="here" if one is chosen else "",
            **(aria(current="page") if one is chosen else {}),
        )
        for one in known
    ]
    title = say.say("understanding.brands")
    return html.Nav([html.H2(title), html.Ul(links)], className="rows", **aria(label=title))


def _buttons(say: Words) -> html.Div:
    verdicts = [
        html.Button([html.Kbd(str(place)), say.say(f"label.{label}")], id=f"u-{label}", n_clicks=0, className=label)
        for place, label in enumerate(VERDICTS, 1)
    ]
    ways = [
        html.Button(say.say(f"understanding.{name}"), id=f"u-{name}", n_clicks=0)
        for name in ("back", "next", "undo", "more")
    ]
    return html.Div(
        [html.Div(verdicts, className="verdicts"), html.Div(ways, className="ways")],
        role="group",
        **aria(label=say.say("understanding.your_word")),
    )
