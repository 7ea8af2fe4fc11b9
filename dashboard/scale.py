"""The scale of storms where room is short: the name of a level, and in a word each what is missing to the next."""

from app.domain.level import HIGHEST, Level
from app.domain.level_words import name
from dashboard.i18n import Words


def named(level: int, say: Words) -> str:
    """Return the name of a level: 3 is "moderate breeze"."""
    return name(level, say.language)


def missing(level: Level, say: Words) -> str:
    """Return what keeps it from the next level, what is needed most first; "" where nothing is known or missing."""
    above = level.value + 1
    lacks = [one for one in level.grounds if one.level == above and not one.met]
    if not lacks or above > HIGHEST:
        return ""
    musts = [one for one in lacks if one.must] or lacks
    conditions = dict.fromkeys(say.say(f"condition.{one.condition}") for one in musts)
    return say.say("level.missing", level=above, conditions=", ".join(conditions))
