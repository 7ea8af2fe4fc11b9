"""The room of one incident as a whole, in the order in which it is needed."""

from dashboard.i18n import Words
from dashboard.panel import Node
from dashboard.room import reasons
from dashboard.room.aftermath import aftermath, verdict
from dashboard.room.case import Case
from dashboard.room.curve import block
from dashboard.room.deeds import bar, forms
from dashboard.room.head import head
from dashboard.room.log import deliveries, log
from dashboard.room.plan import plan, statement


def board(case: Case, say: Words) -> tuple[Node, ...]:
    """Return what to paint: on a phone one after the other, on a desk in two columns."""
    first = (aftermath(case, say), block(case, say), *reasons.blocks(case, say))
    then = (
        plan(case, say),
        statement(case, say),
        forms(case, say),
        verdict(case, say),
        log(case, say),
        deliveries(case, say),
    )
    return (
        head(case, say),
        bar(case, say),
        ("div", {"key": "facts", "class": "case-column"}, *first),
        ("div", {"key": "work", "class": "case-column"}, *then),
    )
