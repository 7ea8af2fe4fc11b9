"""What is known to be missing: gaps of the last day, quotas that run out, items nobody could read."""

from dashboard.i18n import Words, words
from dashboard.panel import Drawing, Node, View
from dashboard.standing import called

DAY = 86_400
SCARCE = 0.2
"""Share of a quota below which it is shown."""

MOST = 3


class GapsPanel:
    """Counts the gaps of a day and names the latest."""

    name = "gaps"
    title = "gaps.title"
    slot = "main"

    def draw(self, view: View) -> Drawing:
        """Return the number of gaps, the latest of them, then what may become one."""
        say, now = words(view.screen.language, view.screen.zone), view.around.server_time
        found = sorted(
            ((gap, one) for one in view.around.sources for gap in one.gaps if gap.until > now - DAY),
            key=lambda both: -both[0].until,
        )
        title: Node = ("h2", {}, say.say(self.title))
        big: Node = ("span", {"class": "word"}, say.number(len(found)) if found else say.say("gaps.none"))
        lines: list[Node] = [
            ("p", {"class": "than", "key": f"{one.id}-{gap.since}", "data-drop": str(place)},
             say.say("gaps.one", name=called(one, say), since=say.clock(gap.since), until=say.clock(gap.until)))
            for place, (gap, one) in enumerate(found[:MOST], 1)
        ]  # fmt: skip
        if not found:
            lines = [("p", {"class": "than", "key": "none"}, say.say("gaps.none_why"))]
        return Drawing((title, big, *lines, *_limits(view, say)))


def _limits(view: View, say: Words) -> list[Node]:
    told: list[Node] = []
    for one in view.around.sources:
        if one.quota is not None and one.quota.limit > 0 and one.quota.left < SCARCE * one.quota.limit:
            share = say.share(round(one.quota.left), round(one.quota.limit))
            said = say.say("gaps.quota", name=called(one, say), share=share)
            told.append(("p", {"key": f"quota-{one.id}", "data-drop": str(MOST + 2)}, said))
    unread = sum(one.unreadable for one in view.around.sources)
    if unread:
        told.append(
            ("p", {"class": "than", "key": "unread", "data-drop": str(MOST + 3)}, say.count("gaps.unreadable", unread))
        )
    return told
