"""After the storm: how long, how high, how fast we were; and what it was, for the budget of false alarms."""

from typing import get_args

from app.domain.events import EventKind
from app.domain.incident import Verdict
from app.effects import said_at
from dashboard.i18n import Words
from dashboard.panel import Node
from dashboard.room.case import Case
from dashboard.room.deeds import button
from dashboard.scale import named


def aftermath(case: Case, say: Words) -> Node:
    """Return the figures of an incident that is over; while it is not, nothing."""
    if case.incident.alive:
        return ("div", {"key": "after", "class": "none"})
    rows: list[Node] = [
        ("div", {"key": name}, ("dt", {}, say.say(f"room.after.{name}")), ("dd", {}, value))
        for name, value in figures(case, say).items()
    ]
    title: Node = ("h2", {"key": "title"}, say.say("room.after.title"))
    return ("section", {"key": "after", "class": "case-after"}, title, ("dl", {"key": "figures"}, *rows))


def figures(case: Case, say: Words) -> dict[str, str]:
    """Return name → figure: lengths are counted from the moment it was opened, the length of all from its beginning."""
    one = case.incident
    highest = max((event.level for event in case.events), default=0)
    highest = max(highest, one.highest_level, one.level.value if one.level else 0)
    told = sum(delivery.state == "delivered" for delivery in case.deliveries)
    said = [said_at(event) for event in case.statements()]
    return {
        "length": say.span(case.ended - case.began),
        "peak": say.say("room.after.pace", n=say.number(one.peak)),
        "level": f"{highest}, {named(highest, say)}",
        "acknowledged": _after(case, _first(case, "acknowledged", "owned", "handed_over"), say),
        "owned": _after(case, _first(case, "owned", "handed_over"), say),
        "said": _after(case, min(said, default=None), say),
        "told": say.number(told),
    }


def verdict(case: Case, say: Words) -> Node:
    """Return the choice between real and noise, which can be made again."""
    one = case.incident
    choices = [
        button("verdict", f"room.verdict.{name}", say, body={"verdict": name}, pressed=one.verdict == name)
        for name in get_args(Verdict)
    ]
    return (
        "section",
        {"key": "verdict", "class": "case-verdict", "role": "group", "aria-label": say.say("room.verdict.title")},
        ("h2", {"key": "title"}, say.say("room.verdict.title")),
        ("p", {"key": "why", "class": "help"}, say.say("room.verdict.why")),
        ("div", {"key": "choices", "class": "buttons"}, *choices),
    )


def _first(case: Case, *kinds: EventKind) -> float | None:
    return min((event.at for event in case.events if event.kind in kinds), default=None)


def _after(case: Case, at: float | None, say: Words) -> str:
    return say.say("room.after.never") if at is None else say.span(at - case.incident.opened_at)
