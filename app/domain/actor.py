"""Who acts, and whether they may."""

from typing import Literal

import msgspec

from app.errors import NotAllowed

ActorKind = Literal["person", "machine", "system"]

GRANTS: dict[str, frozenset[str]] = {
    "admin": frozenset({"*"}),
    "machine": frozenset({"mention.push", "mention.correct", "author.mark"}),
    "responder": frozenset(
        {"incident.acknowledge", "incident.own", "incident.hand_over", "incident.comment", "incident.tick"}
    ),
    "system": frozenset(
        {
            "alarm.open",
            "alarm.resolve",
            "incident.open",
            "incident.update",
            "incident.join",
            "incident.resolve",
            "silence.lapse",
            "tally.seed",
            "mention.push",
            "retention.run",
        }
    ),
}
"""Role → verbs it may do; deny by default."""


class Actor(msgspec.Struct, frozen=True):
    """A person, a machine with a token, or one of our own services."""

    kind: ActorKind
    id: str
    roles: tuple[str, ...]
    brands: tuple[str, ...] = ()
    """The brands it is confined to; empty means all."""


LOOPBACK = Actor("person", "loopback", ("admin",))
"""Until accounts exist, whoever sits at the machine is the admin."""


def system(service: str) -> Actor:
    """Return the actor a service of ours acts as."""
    return Actor("system", service, ("system",))


def authorise(actor: Actor, verb: str, scope: str = "") -> None:
    """Raise `NotAllowed` unless one of the actor's roles grants `verb` on `scope` (a brand id, or "" for the site)."""
    granted = {verb for role in actor.roles for verb in GRANTS.get(role, ())}
    if "*" not in granted and verb not in granted:
        raise NotAllowed(f"{actor.kind} {actor.id!r} may not {verb}; ask an admin for a role that grants it.")
    if actor.brands and scope and scope not in actor.brands:
        raise NotAllowed(
            f"{actor.kind} {actor.id!r} is confined to {', '.join(actor.brands)} and may not touch {scope}."
        )


def may(actor: Actor, verb: str, scope: str = "") -> bool:
    """Tell whether `authorise` would let the actor do it."""
    try:
        authorise(actor, verb, scope)
    except NotAllowed:
        return False
    return True
