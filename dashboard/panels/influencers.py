"""Who moves it: whom the talk of the last hours follows, how much, and on which side they stand."""

import math

from app.domain.analysis import Label
from app.leading import Influencer as Leader
from dashboard.audience import named, quoted
from dashboard.i18n import Words, words
from dashboard.influence import Influencer
from dashboard.influence_words import SIDES, most, side
from dashboard.leaders import WINDOW
from dashboard.panel import Drawing, Node, View
from dashboard.sign import MARKS, SIGNS

SHOWN = 4
LINE = 40
"""Characters that fit a line of the block."""


class InfluencersPanel:
    """Shows name, side, score and what counts most in it; reach alone until the conversation is known."""

    name = "influencers"
    title = "influencers.title"
    slot = "main"
    pace = 2.0

    def draw(self, view: View) -> Drawing:
        """Return a list with meters; the longest meter is the highest score."""
        say = words(view.screen.language, view.screen.zone)
        leaders = view.around.leaders.get(view.brand.id)
        if leaders:
            title: Node = ("h2", {}, say.say("influencers.leading", span=say.span(WINDOW)))
            return _listed(title, [_leader(one, place, view, say) for place, one in enumerate(leaders[:SHOWN], 1)])
        found = view.state.influencers(view.at, SHOWN)
        title = ("h2", {}, say.say(self.title))
        if not found:
            return Drawing((title, ("p", {"class": "than"}, say.say("influencers.none"))))
        widest = max(one.profile.followers for one in found)
        return _listed(title, [_speaker(one, place, widest, view, say) for place, one in enumerate(found, 1)])


def _listed(title: Node, rows: list[Node]) -> Drawing:
    return Drawing((title, ("ol", {"key": "list"}, *rows)))


def _leader(one: Leader, place: int, view: View, say: Words) -> Node:
    label = SIDES[one.stance.label]
    told = _told(one, say, quoted=named(view.screen) and quoted(view.screen))
    name: Node = ("span", {"class": "name"}, _name(one, place, view, say))
    return (
        "li",
        {"key": one.key, "data-drop": str(place)},
        ("span", {"class": f"who {MARKS[label]}"}, _sign(label), " ", name),
        ("small", {}, ("b", {}, say.say("influencers.score", n=say.number(one.score.total)))),
        ("small", {"class": "told"}, told),
        _meter(label, one.score.total),
    )


def _told(one: Leader, say: Words, *, quoted: bool) -> str:
    """Return side and main reason; a term too long for its line is left out whole, as nobody reads half of it."""
    told = f"{side(one, say)} · {most(one, say, quoted=quoted)}"
    return told if len(told) <= LINE else f"{side(one, say)} · {most(one, say, quoted=False)}"


def _speaker(one: Influencer, place: int, widest: int, view: View, say: Words) -> Node:
    # a root scale: reach spans five orders of magnitude, and a bar of 1 % says nothing
    width = 100 * math.sqrt(one.profile.followers / widest) if widest else 0
    return (
        "li",
        {"key": one.key, "data-drop": str(place)},
        (
            "span",
            {"class": f"who {MARKS[one.label]}"},
            _sign(one.label),
            " ",
            ("span", {"class": "name"}, _name(one, place, view, say)),
        ),
        (
            "small",
            {},
            say.count("influencers.mentions", one.mentions),
            " · ",
            ("b", {}, say.short(one.profile.followers)),
        ),
        _meter(one.label, width),
    )


def _name(one: Leader | Influencer, place: int, view: View, say: Words) -> str:
    if named(view.screen):
        return one.profile.name
    return say.say("influencers.hidden", n=place, channel=say.channel(one.profile.channel))


def _sign(label: Label) -> Node:
    return ("i", {"class": "swatch"}) if label == "uncertain" else ("i", {"class": "sign"}, SIGNS[label])


def _meter(label: Label, width: float) -> Node:
    return ("span", {"class": "meter"}, ("i", {"class": f"fill {MARKS[label]}", "style": {"width": f"{width:.0f}%"}}))
