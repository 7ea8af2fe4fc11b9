"""The list of incidents: open ones on top, then those of the past."""

from collections.abc import Mapping, Sequence

from app.domain.incident import Incident
from dashboard.i18n import Words
from dashboard.panel import Node
from dashboard.scale import named

SIGN = {"firing": "●", "acknowledged": "◐", "owned": "◑", "resolved": "○"}


def listing(
    open_: Sequence[Incident],
    past: Sequence[Incident],
    names: Mapping[str, str],
    people: Mapping[str, str],
    say: Words,
    now: float,
) -> tuple[Node, ...]:
    """Return both lists; `names` are those of brands, `people` those of ours, by id."""
    return (
        ("h2", {"key": "open"}, say.say("room.open")),
        _rows(open_, names, people, say, now, "room.none_open"),
        ("h2", {"key": "past"}, say.say("room.past")),
        _rows(past, names, people, say, now, "room.none_past"),
    )


def _rows(
    found: Sequence[Incident], names: Mapping[str, str], people: Mapping[str, str], say: Words, now: float, nothing: str
) -> Node:
    if not found:
        return ("p", {"key": nothing, "class": "than"}, say.say(nothing))
    order = sorted(found, key=lambda one: (-(one.level.value if one.level else 0) if one.alive else 0, -one.opened_at))
    return (
        "ul",
        {"key": f"{nothing}-list", "class": "case-list"},
        *(_row(one, names, people, say, now) for one in order),
    )


def _row(one: Incident, names: Mapping[str, str], people: Mapping[str, str], say: Words, now: float) -> Node:
    level = (
        max(one.highest_level, one.level.value if one.level else 0)
        if not one.alive
        else one.level.value
        if one.level
        else 0
    )
    grade = named(level, say)
    began = one.since or one.opened_at
    length = say.span((now if one.alive else one.resolved_at or one.updated_at) - began)
    stands = (
        say.say("room.owned", who=people.get(one.owner, one.owner)).rstrip(".")
        if one.owner and one.alive
        else say.say(f"room.state.{one.state}")
    )
    about = [say.when(began, now), length, say.say(f"incident.severity.{one.severity}"), stands]
    if one.verdict:
        about.append(say.say(f"room.verdict.{one.verdict}"))
    if one.silent_until is not None and one.quiet(now):
        about.append(say.say("takeover.silenced", time=say.when(one.silent_until, now)))
    for key, there in (("drill.word", one.drill), ("liveness.demo", one.demo)):
        if there:
            about.append(say.say(key))
    title = f"{names.get(one.brand, one.brand)}: {', '.join(one.terms[:3]) or grade}"
    return (
        "li",
        {"key": one.id, "class": "alive" if one.alive else "over"},
        (
            "a",
            {"href": f"/incident/{one.id}?lang={say.language}"},
            ("b", {"class": "case-figure"}, str(level)),
            ("span", {}, ("strong", {}, title), ("small", {}, f"{SIGN[one.state]} {' · '.join(about)}")),
        ),
    )
