"""Every source on its line: whether it listens, since when or why not, and what it brings against the usual."""

from dashboard.i18n import Words, words
from dashboard.panel import Drawing, Node, View
from dashboard.standing import MARKS, SIGNS, Standing, called, pace, standings, why

MOST = 8
"""Lines; the rest is counted."""
FEW = 5
"""Lines that may be larger."""


class SourcesPanel:
    """Lists the sources, those that need somebody first."""

    name = "sources"
    title = "sources.title"
    slot = "main"

    def draw(self, view: View) -> Drawing:
        """Return a line for each source; where room is short the healthy ones go first."""
        say = words(view.screen.language, view.screen.zone)
        found = standings(view.around.sources, view.around.server_time)
        lines = [_line(one, view, say, place) for place, one in enumerate(found[:MOST], 1)]
        title: Node = ("h2", {}, say.say(self.title))
        more = len(found) - MOST
        rest: tuple[Node, ...] = (("p", {"class": "than", "key": "rest"}, say.count("sources.rest", more)),)
        return Drawing(
            (
                title,
                ("ol", {"class": "heard few" if len(found) <= FEW else "heard"}, *lines),
                *(rest if more > 0 else ()),
            )
        )


def _line(stands: Standing, view: View, say: Words, place: int) -> Node:
    now = view.around.server_time
    mark = MARKS.get(stands.kind, "s")
    state: tuple[Node, ...] = (
        ("i", {"class": "sign"}, SIGNS[stands.kind]),
        " ",
        ("b", {}, say.say(f"sources.state.{stands.kind}")),
    )
    name: Node = ("span", {"class": "who"}, called(stands.one, say, view.around.sources))
    if stands.kind in {"deaf", "hushed", "waits", "held"}:
        since = say.say("sources.since", span=say.span(now - stands.since))
        told: tuple[Node, ...] = (("small", {"class": "why"}, f"{since}: {why(stands, say, now).rstrip('.')}"),)
    else:
        told = (
            ("small", {"class": "ago"}, _last(stands, say, now)),
            ("small", {"class": "pace"}, pace(stands, say)),
        )
    attributes = {"key": stands.one.id, "class": "line", "data-drop": str(place)}
    return ("li", attributes, name, ("span", {"class": mark}, *state), *told)


def _last(stands: Standing, say: Words, now: float) -> str:
    heard = stands.one.heard_at or stands.one.last_item_at
    return say.say("sources.ago", span=say.span(now - heard)) if heard else say.say("sources.never")
