"""The answer, as a sentence on top."""

from dashboard.drivers import drivers
from dashboard.i18n import Words, words
from dashboard.panel import Drawing, View
from dashboard.storm import incident_of
from dashboard.usual import Band, band, basis

LEAD = 40
"""Characters of brand and verdict that stay on one line."""


class HeadlinePanel:
    """Says in one sentence how a brand is doing."""

    name = "headline"
    title = "headline.title"
    slot = "head"

    def draw(self, view: View) -> Drawing:
        """Return the sentence: brand, verdict, figures or drivers."""
        say = words(view.screen.language, view.screen.zone)
        verdict, why, mark = _answer(view, say)
        short = {"class": "lead"} if len(view.brand.name) + len(verdict) <= LEAD else {}
        lead = ("span", short, f"{view.brand.name}: ", ("b", {"class": mark}, verdict))
        return Drawing((("h1", {"key": "answer"}, lead, f" {why}"),))


def _answer(view: View, say: Words) -> tuple[str, str, str]:
    state, at = view.state, view.at
    rate = say.number(state.rate(at))
    incident = incident_of(view)
    if incident is not None:
        terms = incident.terms[:2] or tuple(drivers(view.brand, state, at, 2))
        why = say.say("headline.drivers", terms=", ".join(terms)) if terms else say.say("headline.storm", rate=rate)
        return say.say("headline.tipping"), why, "n"
    if not state.count(at):
        kind = "silent" if state.newest else "waiting"
        return say.say(f"headline.{kind}"), say.say(f"headline.{kind}_why"), "s"
    usual = band(view)
    if usual is None:
        why = say.say("headline.unknown_why", basis=say.hours(basis(view)))
        return say.say("headline.unknown", rate=rate), why, "s"
    figures = say.say("headline.figures", rate=rate, low=say.figure(usual.low), high=say.figure(usual.high))
    return say.say(f"headline.{_mood(state.pace(at), usual)}"), figures, ""


def _mood(pace: float, usual: Band) -> str:
    if pace > usual.high:
        return "busy"
    return "quiet" if pace < usual.low else "calm"
