"""Who moves it: the authors of the last hour by reach."""

import math

from dashboard.audience import named
from dashboard.i18n import Words, words
from dashboard.influence import Influencer
from dashboard.panel import Drawing, Node, View
from dashboard.sign import MARKS, SIGNS

SHOWN = 4


class InfluencersPanel:
    """Shows name, side, reach and how often somebody spoke."""

    name = "influencers"
    title = "influencers.title"
    slot = "main"
    pace = 2.0

    def draw(self, view: View) -> Drawing:
        """Return a list with meters; the longest meter is the widest reach."""
        say = words(view.screen.language, view.screen.zone)
        found = view.state.influencers(view.at, SHOWN)
        title: Node = ("h2", {}, say.say(self.title))
        if not found:
            return Drawing((title, ("p", {"class": "than"}, say.say("influencers.none"))))
        widest = max(one.profile.followers for one in found)
        rows = [_row(one, place, widest, view, say) for place, one in enumerate(found, 1)]
        return Drawing((title, ("ol", {"key": "list"}, *rows)))


def _row(one: Influencer, place: int, widest: int, view: View, say: Words) -> Node:
    shown = (
        one.profile.name
        if named(view.screen)
        else say.say("influencers.hidden", n=place, channel=say.channel(one.profile.channel))
    )
    # a root scale: reach spans five orders of magnitude, and a bar of 1 % says nothing
    width = 100 * math.sqrt(one.profile.followers / widest) if widest else 0
    sign: Node = ("i", {"class": "swatch"}) if one.label == "uncertain" else ("i", {"class": "sign"}, SIGNS[one.label])
    return (
        "li",
        {"key": one.key, "data-drop": str(place)},
        ("span", {"class": f"who {MARKS[one.label]}"}, sign, " ", ("span", {"class": "name"}, shown)),
        (
            "small",
            {},
            say.count("influencers.mentions", one.mentions),
            " · ",
            ("b", {}, say.short(one.profile.followers)),
        ),
        ("span", {"class": "meter"}, ("i", {"class": f"fill {MARKS[one.label]}", "style": {"width": f"{width:.0f}%"}})),
    )
