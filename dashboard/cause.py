"""The reasons of a priority in words, German or English."""

from app.domain.analysis import INTENTS
from app.domain.priority import Priority, Reason
from dashboard.i18n import Words

HOLDING = frozenset({"undemanding", "unproven", "full"})
"""What only keeps a score from rising: a sentence about the mention leaves it out."""


def because(reason: Reason, say: Words) -> str:
    """Return one reason: "Beschwerde", "seit 47 min unbeantwortet"."""
    key, value = f"priority.{reason.name}", reason.value
    if reason.name in INTENTS:
        return say.say(f"intent.{reason.name}")
    if isinstance(value, str):
        return say.say(key, words=value)
    if reason.name in {"followers", "reach"}:
        return say.count(key, int(value))
    if reason.name == "rating":
        return say.say(f"{key}.{'one' if value == 1 else 'other'}", n=say.figure(value))
    return say.say(key, n=say.number(value), span=say.span(value), share=say.share(round(100 * value), 100))


def sentence(priority: Priority, say: Words) -> str:
    """Return why in one line, the weightiest first: "Beschwerde, 12.400 Follower, seit 47 min unbeantwortet"."""
    told = [because(one, say) for one in priority.reasons if one.name not in HOLDING]
    return ", ".join((told[0][:1].upper() + told[0][1:], *told[1:]))
