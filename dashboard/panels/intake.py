"""What all sources bring together in an hour, against what is usual."""

from statistics import median

from dashboard.i18n import words
from dashboard.panel import Drawing, Node, View

MUCH, LITTLE = 1.5, 0.5
"""Multiples of the usual beyond which it is more or less than that."""


class IntakePanel:
    """Shows items an hour, the usual and a word for it."""

    name = "intake"
    title = "intake.title"
    slot = "main"

    def draw(self, view: View) -> Drawing:
        """Return the number, the comparison, the word and the delay; both sums are of the same sources."""
        say = words(view.screen.language, view.screen.zone)
        known = [one for one in view.around.sources if one.rate is not None]
        rate = sum(one.rate or 0.0 for one in known)
        compared = [one for one in known if one.usual is not None]
        title: Node = ("h2", {}, say.say(self.title))
        big: Node = ("span", {"class": "big"}, say.short(round(rate)) if known else say.say("intake.none"))
        told: list[Node] = [("p", {"class": "than"}, say.say("intake.no_habit"))]
        if known and len(compared) == len(known):
            usual = sum(one.usual or 0.0 for one in compared)
            told = [
                ("p", {"class": "than"}, say.say("intake.usual", usual=say.short(round(usual)))),
                ("p", {}, say.say(f"intake.{_word(rate, usual)}")),
            ]
        lags = [one.lag for one in view.around.sources if one.lag is not None]
        if lags:
            told.append(
                ("p", {"class": "than", "data-drop": "1"}, say.say("intake.lag", seconds=say.figure(median(lags))))
            )
        return Drawing((title, big, *told))


def _word(rate: float, usual: float) -> str:
    if rate > MUCH * usual:
        return "above"
    return "below" if rate < LITTLE * usual else "inside"
