"""The footer: how many sources are alive, how late they are, and plain words for one that is not."""

from statistics import median

from app.domain.source import SourceState
from dashboard.i18n import Words, words
from dashboard.panel import Drawing, Node, View

ALIVE = {"live", "idle"}
SILENT = 15.0
"""Seconds without a report after which a source counts as not heard from."""


class LivenessPanel:
    """Tells silence from not listening; the page itself adds the age of the data."""

    name = "liveness"
    title = "liveness.title"
    slot = "foot"

    def draw(self, view: View) -> Drawing:
        """Return sources, lag, what is unreachable, and the DEMO mark."""
        say = words(view.screen.language, view.screen.zone)
        now = view.around.server_time
        mine = [one for one in view.around.sources if one.status != "starting" or now - one.since > SILENT]
        dead = [one for one in mine if one.status not in ALIVE or _silent(one, now)]
        nodes: list[Node] = [
            ("span", {"key": "sources"}, say.count("liveness.sources", len(mine), alive=len(mine) - len(dead)))
        ]
        late = lag(mine, dead)
        if late is not None:
            nodes.append(
                ("span", {"key": "lag", "data-drop": "1"}, say.say("liveness.lag", seconds=say.number(late, 1)))
            )
        if dead:
            nodes.append(("span", {"key": "dead", "class": "dead"}, *_plainly(dead, view, say)))
        if demo(view):
            nodes.append(("span", {"class": "demo last", "key": "demo"}, say.say("liveness.demo")))
        return Drawing(tuple(nodes))


def demo(view: View) -> bool:
    """Tell whether what is shown comes from a demo source."""
    incident = any(one.demo for one in view.around.open_incidents())
    cards = any(card.mention.demo for card in view.state.cards.shown)
    return view.brand.demo or incident or cards or view.state.demo(view.at)


def lag(sources: list[SourceState], dead: list[SourceState]) -> float | None:
    """Return the median lag of the living sources in seconds; None where none knows it."""
    known = [one.lag for one in sources if one.lag is not None and one not in dead]
    return max(0.0, median(known)) if known else None


def _silent(one: SourceState, now: float) -> bool:
    return now - one.reported_at > SILENT


def _plainly(dead: list[SourceState], view: View, say: Words) -> tuple[Node, ...]:
    worst = min(dead, key=lambda one: one.since)
    state = worst.status if worst.status not in ALIVE | {"starting"} else "silent"
    since = worst.since if state != "silent" else worst.reported_at
    source = say.choose(f"channel.{worst.connector}", worst.id)
    sentence = say.say(f"liveness.state.{state}", source=source, time=say.when(since, view.around.server_time))
    more = (" · ", say.count("liveness.more", len(dead) - 1)) if len(dead) > 1 else ()
    told = cause(worst.reason)
    reason = (("span", {"class": "why"}, f": {say.say(f'liveness.reason.{told}')}"),) if told else ()
    return (sentence, *reason, *more)


CAUSES = (
    ("name", ("dns", "by name", "resolv", "getaddrinfo", "name or service", "nodename")),
    ("refused", ("refused", "abgelehnt")),
    ("timeout", ("timed out", "timeout", "no answer", "does not answer")),
    ("network", ("unreachable", "no route", "network")),
    ("closed", ("closed", "reset", "disconnect", "broken")),
)
"""Cause → what the connector's sentence holds then; a wall has room for two words of it, in its own language."""


def cause(reason: str) -> str | None:
    """Return the cause behind a connector's sentence; None where it is none of the usual ones."""
    said = reason.lower()
    return next((name for name, marks in CAUSES if any(mark in said for mark in marks)), None)
