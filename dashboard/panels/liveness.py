"""The footer: how many sources are alive, how late they are, and plain words for one that is not."""

from statistics import median

from app.domain.fault import Fault
from app.domain.source import SourceState
from dashboard.hearing import down, known
from dashboard.i18n import Words, words
from dashboard.outage import outage
from dashboard.panel import Drawing, Node, View
from dashboard.storm import drilled

BEHIND = 5.0
"""Seconds the data may be old before it is told how many mentions wait to be counted; as in `assets/clock.js`."""

MEANT = {"held", "stopped"}
"""How a source stands that is not meant to listen: told only where no other is silent."""


class LivenessPanel:
    """Tells silence from not listening; the page itself adds the age of the data."""

    name = "liveness"
    title = "liveness.title"
    slot = "foot"

    def draw(self, view: View) -> Drawing:
        """Return sources, lag, what is unreachable, and the DEMO mark; what may go where room is short is numbered."""
        say = words(view.screen.language, view.screen.zone)
        now = view.around.server_time
        mine = known(view.around)
        dead = [one for one in mine if down(one, now)]
        counted = say.count("liveness.sources", len(mine), alive=len(mine) - len(dead))
        nodes: list[Node] = [("span", {"key": "sources", "data-drop": "1"}, counted)]
        late = lag(mine, dead)
        if late is not None:
            nodes.append(
                ("span", {"key": "lag", "data-drop": "4"}, say.say("liveness.lag", seconds=say.number(late, 1)))
            )
        if view.around.waiting and now - view.around.watermark > BEHIND:
            nodes.append(("span", {"key": "waiting"}, say.count("liveness.waiting", view.around.waiting)))
        nodes += (_faulty(fault, say, now) for fault in view.around.faults)
        if dead and not any(fault.part == "redis" for fault in view.around.faults):  # without it none can be heard of
            silent = {one.source for one in view.around.alarms if one.resolved_at is None}
            told = [one for one in dead if one.status not in MEANT] or dead
            said = f"{say.say('liveness.alarm')} " if silent & {one.id for one in told} else ""
            alarm: Node = ("span", {"class": "what", "data-drop": "0"}, said)
            nodes.append(("span", {"key": "dead", "class": "dead"}, alarm, *_plainly(told, say, now)))
        marks = (("drill.word", drilled(view.around, view.screen.wall)), ("liveness.demo", demo(view)))
        stamps = [key for key, there in marks if there]
        nodes += (
            ("span", {"class": "demo" if place else "demo last", "key": key}, say.say(key))
            for place, key in enumerate(stamps)
        )
        return Drawing(tuple(nodes))


def demo(view: View) -> bool:
    """Tell whether what is shown comes from a demo source."""
    incident = any(one.demo for one in view.around.open_incidents())
    cards = any(card.mention.demo for card in view.state.cards.shown)
    return view.brand.demo or incident or cards or view.state.demo(view.at)


def lag(sources: list[SourceState], dead: list[SourceState]) -> float | None:
    """Return the median lag of the living sources in seconds; None where none knows it."""
    lags = [one.lag for one in sources if one.lag is not None and one not in dead]
    return max(0.0, median(lags)) if lags else None


def _faulty(fault: Fault, say: Words, now: float) -> Node:
    told = say.say("liveness.since", time=say.when(fault.since, now))
    since: Node = ("span", {"class": "since", "data-drop": "3"}, f" {told}")
    kept: Node = ("span", {"class": "why", "data-drop": "5"}, f": {say.say('liveness.kept')}")
    what = say.say(f"liveness.fault.{fault.part}.{fault.kind}")
    return ("span", {"key": f"fault-{fault.part}", "class": "dead"}, what, since, kept)


def _plainly(dead: list[SourceState], say: Words, now: float) -> tuple[Node, ...]:
    told = outage(dead, say, now)
    first, *rest = told.names
    others: Node = ("span", {"class": "rest", "data-drop": "2"}, *(f", {name}" for name in rest))
    since: Node = ("span", {"class": "since", "data-drop": "3"}, f" {told.since}")
    why: Node = ("span", {"class": "why", "data-drop": "5"}, f": {told.cause}" if told.cause else "")
    more = f" · {say.count('liveness.more', told.others)}" if told.others else ""
    return (first, others, f" {told.state}", since, why, more)
