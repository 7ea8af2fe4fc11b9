"""The answer, as a sentence on top."""

from typing import NamedTuple

from app.domain.incident import Incident
from dashboard.audience import quoted
from dashboard.drivers import drivers
from dashboard.hearing import hearing
from dashboard.i18n import Words, words
from dashboard.outage import outage
from dashboard.panel import Drawing, Node, View
from dashboard.storm import incident_of
from dashboard.usual import Band, band, basis

LEAD = 40
"""Characters of brand and verdict that stay on one line."""

MUCH = 1.4
"""How many times the usual is worth saying."""


class Answer(NamedTuple):
    """What is said of a brand: the verdict, why, and the class of its colour."""

    verdict: str
    why: str
    mark: str = ""
    terms: tuple[str, ...] = ()


class HeadlinePanel:
    """Says in one sentence how a brand is doing."""

    name = "headline"
    title = "headline.title"
    slot = "head"

    def draw(self, view: View) -> Drawing:
        """Return the sentence: brand, verdict, figures or drivers; a long name gives way to the verdict."""
        say = words(view.screen.language, view.screen.zone)
        answer = _answer(view, say)
        verdict: Node = ("b", {"class": answer.mark}, answer.verdict)
        if len(view.brand.name) + len(answer.verdict) <= LEAD:
            lead: tuple[Node, ...] = (("span", {"class": "lead", "key": "lead"}, f"{view.brand.name}: ", verdict),)
        else:
            lead = (("span", {"class": "brand", "key": "brand"}, f"{view.brand.name}:"), " ", verdict)
        return Drawing((("h1", {"key": "answer"}, *lead, " ", _why(answer)),))


def _why(answer: Answer) -> Node:
    """Return the second half of the sentence; where room is short the last terms go first, then all of it."""
    hint = {"class": "hint", "key": "why", "data-drop": "1"}
    if not answer.terms:
        return ("span", hint, answer.why)
    first, *rest = answer.terms
    more = (("span", {"key": str(n), "data-drop": str(n)}, f", {term}") for n, term in enumerate(rest, 2))
    return ("span", hint, f"{answer.why}: {first}" if answer.why else first, *more, ".")


def _answer(view: View, say: Words) -> Answer:
    state, at = view.state, view.at
    listeners = hearing(view.brand, state, view.around)
    if listeners.deaf:
        told = outage(listeners.dead, say, view.around.server_time)
        why = say.say("headline.deaf_why", source=", ".join(told.names), state=told.state, since=told.since)
        return Answer(say.say("headline.deaf"), why, "s")
    usual = band(view)
    if (storm := incident_of(view)) is not None and not _within(storm, usual, view):
        return _tipping(view, say)
    if not state.count(at):
        kind = "silent" if state.newest else "waiting"
        return Answer(say.say(f"headline.{kind}"), say.say(f"headline.{kind}_why"), "s")
    rate = say.number(state.rate(at))
    if usual is None:
        why = say.say("headline.unknown_why", basis=say.hours(basis(view)))
        return Answer(say.say("headline.unknown", rate=rate), why, "s")
    figures = say.say("headline.figures", rate=rate, low=say.figure(usual.low), high=say.figure(usual.high))
    return Answer(say.say("headline.open" if storm else f"headline.{_mood(state.pace(at), usual)}"), figures)


def _within(storm: Incident, usual: Band | None, view: View) -> bool:
    """Tell whether an open incident is no storm any more, or not yet one: level 0, and no more is said than usual."""
    calm = storm.level is not None and storm.level.value == 0
    return calm and usual is not None and bool(view.state.count(view.at)) and view.state.pace(view.at) <= usual.high


def _tipping(view: View, say: Words) -> Answer:
    usual, rate = band(view), view.state.rate(view.at)
    terms = tuple(drivers(view)) if quoted(view.screen) else ()
    factor = rate / usual.expected if usual and usual.expected > 0 else 0.0
    why = say.say("headline.times", factor=_times(factor, say)) if factor >= MUCH else ""
    if not terms:
        why = f"{why}." if why else say.say("headline.storm", rate=say.number(rate))
    return Answer(say.say("headline.tipping"), why, "n", terms)


def _times(factor: float, say: Words) -> str:
    """Write a multiple: calm figures, as a sentence that changes every second is not read."""
    return say.number(factor, 0 if factor >= 2 else 1)  # noqa: PLR2004 - below, a whole number would say too little


def _mood(pace: float, usual: Band) -> str:
    if pace > usual.high:
        return "busy"
    return "quiet" if pace < usual.low else "calm"
