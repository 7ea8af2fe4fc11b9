"""What `/admin/understanding` draws: one mention to be judged, and how often we were right."""

from collections.abc import Sequence
from typing import Any

from dash import html

from app.domain.accuracy import Agreement
from app.domain.analysis import INTENTS, AnalysedMention, Evidence, Sentiment
from app.domain.correction import VERDICTS, Judgement
from dashboard.accuracy import Scores
from dashboard.i18n import Words
from dashboard.masthead import aria

LONGEST = 1_500
"""Characters of a text that are shown."""
LEAST = 30
"""Judgements from which on a share is worth reading."""
WIDE = 0.12
"""The least share of the bar in which its figure has room."""


def card(one: AnalysedMention, said: Judgement, drawn: str, say: Words, now: float) -> html.Article:
    """Return a mention with what we think of it; `drawn` says how it came here (`random` or `uncertain`)."""
    mention, analysis = one.mention, one.analysis
    author = mention.author.name or mention.author.handle or mention.author.id
    language = say.choose(f"understanding.languages.{analysis.language}", analysis.language)
    about = " · ".join((author, say.channel(mention.channel), say.when(mention.published_at, now), language))
    marks = [html.Li(say.say(f"understanding.drawn.{drawn}"))]
    if said.fields:
        marks.append(html.Li(say.say("understanding.judged"), className="judged"))
    return html.Article(
        [
            html.P(about, className="about"),
            html.Ul(marks, className="marks"),
            html.P(evident(mention.text, analysis.sentiment.evidence), className="text", lang=mention.language or ""),
            _sentiment(analysis.sentiment, said, analysis.model, say),
            _intents(one, say),
        ],
        className="judge",
        tabIndex="-1",
        **{"data-key": mention.key, **aria(label=say.say("understanding.mention"))},
    )


def evident(text: str, evidence: Sequence[Evidence]) -> list[Any]:
    """Return a text with the words that speak for a verdict marked, each for its side."""
    nodes: list[Any] = []
    at, last = 0, min(len(text), LONGEST)
    for span in sorted(evidence, key=lambda one: one.start):
        if span.start < at or span.end > last or not span.weight:
            continue
        side = "positive" if span.weight > 0 else "negative"
        nodes += [text[at : span.start], html.Mark(text[span.start : span.end], className=side)]
        at = span.end
    return [*nodes, text[at:last] + (" …" if last < len(text) else "")]


def _sentiment(found: Sentiment, said: Judgement, model: str, say: Words) -> html.Div:
    who = "understanding.person" if said.sentiment else "understanding.we"
    parts = [
        html.Span(
            say.share(round(100 * share), 100) if share >= WIDE else "",
            className=label,
            style={"width": f"{100 * share:.1f}%"},
        )
        for label, share in ((label, float(getattr(found, label))) for label in VERDICTS)
    ]
    figures = ", ".join(
        f"{say.say(f'label.{label}')} {say.share(round(100 * getattr(found, label)), 100)}" for label in VERDICTS
    )
    told = html.P([say.say(who), " ", html.B(say.say(f"label.{found.label}"), className=f"is {found.label}")])
    bar = html.Div(parts, className="shares", role="img", **aria(label=figures))
    by = html.P(say.say("understanding.model", model=model), className="help") if model else ""
    return html.Div([told, bar, by], className="feeling")


def _intents(one: AnalysedMention, say: Words) -> html.Fieldset:
    there = {intent.label for intent in one.analysis.intents}
    toggles = [
        html.Button(
            say.say(f"intent.{label}"),
            id={"type": "u-intent", "label": label},
            n_clicks=0,
            className="toggle on" if label in there else "toggle",
            **aria(pressed=str(label in there).lower()),
        )
        for label in INTENTS
    ]
    return html.Fieldset([html.Legend(say.say("understanding.intents")), *toggles], className="intents")


def accuracy(scores: Sequence[Scores], say: Words) -> list[Any]:
    """Return how often we were right about a brand, language by language."""
    if not scores:
        return [html.P(say.say("understanding.nobody"))]
    heads = [say.say(f"understanding.{key}") for key in ("language", "random", "all", "wants")]
    rows = [
        html.Tr(
            [
                html.Th(say.choose(f"understanding.languages.{one.language}", one.language), scope="row"),
                *(
                    html.Td([html.Small(f"{head}: ", className="phone"), *_share(found, say)])
                    for head, found in zip(heads[1:], (one.random, one.sentiment, one.intents), strict=True)
                ),
            ]
        )
        for one in scores
    ]
    table = html.Table([html.Thead(html.Tr([html.Th(head, scope="col") for head in heads])), html.Tbody(rows)])
    return [table, html.P(say.say("understanding.bias"), className="help"), *_mistakes(scores, say)]


def _share(found: Agreement, say: Words) -> list[Any]:
    if found.share is None:
        return [say.say("understanding.none_yet")]
    low, high = (round(100 * edge) for edge in found.interval)
    told = say.say("understanding.of", share=say.share(round(100 * found.share), 100), n=say.number(found.sure))
    band = say.say("understanding.interval", low=low, high=high)
    inside = html.Span(style={"left": f"{low}%", "width": f"{max(high - low, 1)}%"}, className="band")
    dot = html.Span(style={"left": f"{100 * found.share:.1f}%"}, className="dot")
    few = "interval few" if found.sure < LEAST else "interval"
    unsure = say.count("understanding.unsure", found.uncertain) if found.uncertain else ""
    return [
        html.B(told),
        html.Span(band, className="range"),
        html.Span([inside, dot], className=few, **aria(hidden="true")),
        html.Small(unsure) if unsure else "",
    ]


def _mistakes(scores: Sequence[Scores], say: Words) -> list[Any]:
    """Return what was taken for what, the commonest first."""
    pairs: dict[tuple[str, str], int] = {}
    for one in scores:
        for (said, meant), count in one.sentiment.pairs.items():
            if said != meant:
                pairs[said[0], meant[0]] = pairs.get((said[0], meant[0]), 0) + count
    if not pairs:
        return []
    rows = [
        html.Li(
            say.say(
                "understanding.pair",
                said=say.say(f"label.{said}"),
                meant=say.say(f"label.{meant}"),
                n=say.number(count),
            )
        )
        for (said, meant), count in sorted(pairs.items(), key=lambda pair: -pair[1])
    ]
    return [html.Details([html.Summary(say.say("understanding.mistakes")), html.Ul(rows)])]
