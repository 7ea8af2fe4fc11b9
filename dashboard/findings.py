"""A preview as a person reads it: how many, when, what changes, and the newest with the words that matched."""

from collections import Counter
from typing import Any

from dash import html

from app.domain.preview import HOUR, Example, Finds, Preview
from app.domain.query import Query
from app.domain.spelling import Place
from app.domain.why import why
from dashboard.i18n import DAY, Words
from dashboard.masthead import aria

HOURS = 72
"""Hours of which each gets a bar; a longer time is shown by days."""
BARS = 90
"""Bars at most; what is older is left to the number above."""
BEFORE, LONGEST = 60, 280
"""Characters shown before the first word that matched, and in all."""
SOME = 3
"""Examples of what is added and lost that are shown at once."""

Nodes = list[Any]


def drawn(found: Preview, wanted: Query, force: Query | None, say: Words, now: float) -> Nodes:
    """Return the blocks of a preview."""
    nodes: Nodes = [_answer(found, say, now)]
    if not found.complete and found.since is not None:
        nodes.append(html.P(say.say("found.partly", when=say.when(found.since, now)), className="partly"))
    if not found.matched.count:
        nodes.append(html.P(say.say("found.nothing")))
    if found.added is not None and found.lost is not None:
        nodes += _difference(found.added, found.lost, wanted, force or wanted, say, now)
    if found.volume:
        nodes += _volume(found.volume, say, now)
    if found.matched.examples:
        nodes += [
            html.H3(say.say("found.examples")),
            html.Ol([example(one, wanted, say, now) for one in found.matched.examples], className="examples"),
        ]
    return nodes


def _answer(found: Preview, say: Words, now: float) -> html.P:
    reach = say.say("found.all") if found.since is None else say.say("found.back", when=say.when(found.since, now))
    return html.P(
        [
            html.B(say.count("found.matches", found.matched.count)),
            f" {say.say('found.among', n=say.number(found.looked_at))} ({reach})",
        ],
        className="answer",
    )


def _difference(added: Finds, lost: Finds, wanted: Query, force: Query, say: Words, now: float) -> Nodes:
    if not (added.count or lost.count):
        return [html.H3(say.say("found.difference")), html.P(say.say("found.same"))]
    parts = (("added", "+", added, wanted), ("lost", "\u2212", lost, force))
    return [
        html.H3(say.say("found.difference")),
        *(_change(key, sign, finds, query, say, now) for key, sign, finds, query in parts if finds.count),
    ]


def _change(key: str, sign: str, finds: Finds, query: Query, say: Words, now: float) -> html.Details:
    number = say.count(f"found.{key}", finds.count)
    shown = [example(one, query, say, now) for one in finds.examples]
    return html.Details(
        [html.Summary([html.B(sign, **aria(hidden="true")), f" {number}"]), html.Ol(shown, className="examples")],
        open=finds.count <= SOME,
        className=f"change {key}",
    )


def _volume(volume: tuple[tuple[int, int], ...], say: Words, now: float) -> Nodes:
    """Return bars from the first hour with a match until now; days where hours would be too many."""
    by_hour = now - volume[0][0] <= HOURS * HOUR
    step = HOUR if by_hour else DAY
    counts: Counter[int] = Counter()
    for start, count in volume:
        counts[start // step * step] += count
    last = int(now) // step * step
    first = max(min(counts), last - (BARS - 1) * step)
    starts = range(first, last + step, step)
    most = max(counts[start] for start in starts) or 1
    bars = [_bar(start, counts[start], most, say, now, day=not by_hour) for start in starts]
    title = say.say("found.volume" if by_hour else "found.volume_days")
    span = say.say("found.from_to", first=_when(first, say, now, day=not by_hour), last=say.when(now, now))
    return [
        html.H3(f"{title} ({say.say('found.most', n=say.number(most))})"),
        html.Ol(bars, className="hours"),
        html.P(span, className="ends"),
    ]


def _bar(start: int, count: int, most: int, say: Words, now: float, *, day: bool) -> html.Li:
    words = say.say("found.bar", when=_when(start, say, now, day=day), n=say.number(count))
    inside = html.Span(style={"height": f"{100 * count / most:.1f}%"}, className="bar" if count else "bar none")
    return html.Li([inside, html.Span(words, className="aloud")], title=words)


def _when(start: int, say: Words, now: float, *, day: bool) -> str:
    return say.date(start) if day else say.when(start, now)


def example(one: Example, query: Query, say: Words, now: float) -> html.Li:
    """Return something said, with the words that matched marked."""
    said = one.mention
    author = said.author.name or said.author.handle or said.author.id
    label = say.say(f"label.{one.analysis.sentiment.label}") if one.analysis else say.say("found.unheard")
    about = f"{author} · {say.channel(said.channel)} · {say.when(said.published_at, now)} · {label}"
    return html.Li([html.P(marked(said.text, why(query, said)), lang=said.language or ""), html.Small(about)])


def _beginning(text: str, place: int) -> int:
    """Return where to begin to read before a place: at a word, if there is one."""
    first = max(0, place - BEFORE)
    blank = text.find(" ", first, place) if first else -1
    return first if blank < 0 else blank + 1


def marked(text: str, places: list[Place]) -> Nodes:
    """Return a text, cut to what can be read at a glance, with those places marked."""
    first = _beginning(text, places[0].start) if places else 0
    last = min(len(text), first + LONGEST)
    nodes: Nodes = ["… "] if first else []
    at = first
    for place in places:
        if place.end > last:
            break
        nodes += [text[at : place.start], html.Mark(text[place.start : place.end])]
        at = place.end
    nodes.append(text[at:last] + (" …" if last < len(text) else ""))
    return nodes
