"""What a person can do about an incident: one key each; only what ends it asks again."""

import msgspec

from app.domain.incident import Incident
from dashboard.i18n import Words
from dashboard.panel import Node
from dashboard.room.case import Case

KEYS = {
    "acknowledge": "a",
    "own": "o",
    "comment": "c",
    "hand-over": "h",
    "silence": "s",
    "resolve": "r",
    "false-alarm": "f",
    "statement": "m",
    "undo": "z",
}
"""Deed → its key, shown beside it."""
MINUTES = (30, 60, 120, 480, 1440)
"""Lengths of a silence to choose from."""


def bar(case: Case, say: Words) -> Node:
    """Return the deeds that cannot wait, under the thumb: acknowledge, take it."""
    one = case.incident
    found: list[Node] = []
    if one.alive and (one.state == "firing" or one.worse):
        found.append(button("acknowledge", "room.again" if one.worse else "room.acknowledge", say, first=True))
    if one.alive and one.owner is None:
        found.append(button("own", "room.own", say, first=not found))
    return (
        "div",
        {"key": "bar", "class": "case-bar", "role": "group", "aria-label": say.say("room.deeds")},
        *found,
        _me(case, say),
    )


def button(
    verb: str, key: str, say: Words, *, first: bool = False, body: object = None, pressed: bool | None = None
) -> Node:
    """Return a button that does a deed at once; `body` is what it sends, `pressed` whether that is so already."""
    sent = msgspec.json.encode(body).decode() if body is not None else ""
    attributes = {"key": f"{verb}{sent}", "type": "button", "data-verb": verb}
    if first:
        attributes["class"] = "first"
    if sent:
        attributes["data-body"] = sent
    if pressed is not None:
        attributes["aria-pressed"] = str(pressed).lower()
    return ("button", attributes, say.say(key), *shown_key(verb))


def shown_key(verb: str) -> tuple[Node, ...]:
    """Return the key of a deed, as it stands on the button."""
    return (" ", ("kbd", {"aria-hidden": "true"}, KEYS[verb])) if verb in KEYS else ()


def _me(case: Case, say: Words) -> Node:
    """Return the choice of who acts: until people sign in, they say who they are."""
    people = [person for person in case.people if person.active]
    if not people:
        return ("a", {"key": "me", "href": f"/admin/people?lang={say.language}"}, say.say("room.no_people"))
    options = [("option", {"value": "", "key": ""}, say.say("room.anybody"))]
    options += [("option", {"value": person.id, "key": person.id}, person.name) for person in people]
    return ("label", {"key": "me", "class": "me"}, say.say("room.me"), " ", ("select", {"id": "case-me"}, *options))


def forms(case: Case, say: Words) -> Node:
    """Return the deeds that need a word: hand over, silence, and what ends it."""
    one = case.incident
    title: Node = ("h2", {"key": "title"}, say.say("room.more"))
    found = _alive(case, one, say) if one.alive else ()
    if one.silence is not None and one.quiet(case.now):
        attributes = {"key": "unsilence", "type": "button", "data-verb": "unsilence", "data-silence": one.silence}
        found = (*found, ("button", attributes, say.say("room.unsilence")))
    if not found:
        return ("div", {"key": "forms", "class": "none"})
    return ("section", {"key": "forms", "class": "case-deeds"}, title, *found)


def _alive(case: Case, one: Incident, say: Words) -> tuple[Node, ...]:
    others = [person for person in case.people if person.active and person.id != one.owner]
    options = [("option", {"value": person.id, "key": person.id}, person.name) for person in others]
    lengths = [("option", {"value": str(n), "key": str(n)}, say.span(60 * n)) for n in MINUTES]
    hand = form(
        "hand-over", say, field("to", "select", say, *options), field("note", "input", say), undo=one.owner or ""
    )
    return (
        *((hand,) if others else ()),
        form("silence", say, field("minutes", "select", say, *lengths), field("reason", "input", say)),
        form("resolve", say, field("reason", "input", say), danger=True),
        form("false-alarm", say, field("reason", "input", say), danger=True),
    )


def form(verb: str, say: Words, *fields: Node, danger: bool = False, undo: str = "") -> Node:
    """Return a deed that unfolds: its fields, and the button that does it."""
    key = verb.replace("-", "_")
    more = {"data-undo": undo} if undo else {}
    attributes = {"type": "button", "data-verb": verb, "class": "danger" if danger else "first", **more}
    sure: tuple[Node, ...] = (("p", {"class": "help"}, say.say(f"room.sure.{key}")),) if danger else ()
    return (
        "details",
        {"key": f"form-{verb}", "class": "deed", "id": f"deed-{verb}"},
        ("summary", {}, say.say(f"room.{key}"), *shown_key(verb)),
        ("div", {"class": "deed-form"}, *fields, *sure, ("button", attributes, say.say(f"room.do.{key}"))),
    )


def field(name: str, tag: str, say: Words, *options: Node, **more: str) -> Node:
    """Return a field with its label above it."""
    attributes = {"name": name, **({"type": "text", "maxlength": "4000"} if tag == "input" else {}), **more}
    return ("label", {"key": name}, ("span", {}, say.say(f"room.field.{name}")), (tag, attributes, *options))
