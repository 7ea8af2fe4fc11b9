"""The top of the room: what happens in a sentence, how bad, since when, how sure, who has it."""

from app.domain.reasoning import confident
from dashboard.i18n import Words
from dashboard.panel import Node
from dashboard.room.case import Case
from dashboard.scale import named
from dashboard.staging import SEEN

TERMS = 3


def head(case: Case, say: Words) -> Node:
    """Return the sentence with the level beside it; all of it fits the top of a phone."""
    one = case.incident
    return (
        "header",
        {"key": "head", "class": "case-head"},
        ("p", {"class": "case-kind"}, " · ".join(_kind(case, say))),
        ("h1", {"key": "what"}, sentence(case, say)),
        _level(case, say),
        ("p", {"class": "case-state", "key": "state"}, ("b", {}, state(case, say)), f" {_age(case, say)}"),
        ("p", {"class": "than", "key": "sure"}, f"{say.say('takeover.sure')}: {_sure(case, say)}"),
        *((("p", {"class": "case-drill", "key": "drill"}, say.say("room.drill")),) if one.drill else ()),
    )


def sentence(case: Case, say: Words) -> str:
    """Return what happens: how bad, around whom, about what."""
    one = case.incident
    word = named(one.level.value, say) if one.level else say.say(f"incident.severity.{one.severity}")
    about = say.say("takeover.about", level=word[:1].upper() + word[1:], brand=case.name)
    return f"{about}: {', '.join(one.terms[:TERMS])}." if one.terms else f"{about}."


def state(case: Case, say: Words) -> str:
    """Return how it stands and with whom: nobody yet, seen by, in the hands of, over."""
    one = case.incident
    if not one.alive:
        return say.say("room.over", time=say.when(case.ended, case.now), who=actor(case, one.resolved_by, say))
    if one.owner:
        return say.say("room.owned", who=case.called(one.owner))
    if one.state in SEEN and one.acknowledged_at:
        time = say.when(one.acknowledged_at, case.now)
        return say.say("room.seen", who=actor(case, one.acknowledged_by, say), time=time)
    return say.say("room.firing")


def actor(case: Case, who: str | None, say: Words) -> str:
    """Return who acted: a person of ours by name, our own service or this machine in a word."""
    return say.choose(f"room.actor.{who}", case.called(who, say.say("room.actor.nobody")))


def _kind(case: Case, say: Words) -> list[str]:
    one = case.incident
    told = [case.name, *([one.topic] if one.topic else []), say.say(f"incident.severity.{one.severity}")]
    if one.demo:
        told.append(say.say("liveness.demo"))
    if one.silent_until is not None and one.quiet(case.now):
        told.append(say.say("takeover.silenced", time=say.when(one.silent_until, case.now)))
    return told


def _level(case: Case, say: Words) -> Node:
    level = case.incident.level
    if level is None:
        return ("div", {"class": "case-level", "key": "level"}, ("p", {}, say.say("incident.unmeasured")))
    bars = [("i", {"class": "on" if step <= level.value else "off", "key": str(step)}) for step in range(1, 7)]
    lacks = case.told.level.missing if case.told and case.told.level else ""
    return (
        "div",
        {"class": "case-level", "key": "level"},
        ("b", {"class": "n" if level.value else ""}, str(level.value)),
        ("div", {}, ("strong", {}, named(level.value, say)), ("p", {"class": "than", "key": "lacks"}, lacks)),
        ("div", {"class": "steps", "aria-hidden": "true"}, *bars),
    )


def _age(case: Case, say: Words) -> str:
    length, time = say.span(case.ended - case.began), say.when(case.began, case.now)
    return say.say("room.age" if case.incident.alive else "room.lasted", length=length, time=time)


def _sure(case: Case, say: Words) -> str:
    return confident(case.incident.explanation, say.language)
