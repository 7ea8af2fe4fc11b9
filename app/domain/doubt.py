"""Doubt: what a query would say of a mention if its author's profile, not looked up yet, were as the query likes."""

from app.domain.clause import And, Node, Not, Or
from app.domain.field import Field
from app.domain.subject import Subject

OF_AUTHORS = ("author", "followers")
"""Fields about which a profile may tell more."""


def may(node: Node, subject: Subject, *, hold: bool = True) -> bool:
    """Tell whether a node may hold (or may not, if not `hold`) once the author is known; never False if it then does.

    Every field in doubt is taken as it suits, even where one profile cannot suit them all.
    """
    match node:
        case Field() if node.in_doubt(subject):
            return True
        case Not():
            return may(node.part, subject, hold=not hold)
        case And() | Or():
            found = (may(part, subject, hold=hold) for part in node.parts)
            return all(found) if isinstance(node, And) is hold else any(found)
        case _:
            return node.holds(subject) is hold
