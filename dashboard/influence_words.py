"""Influence in words: what counts most of an author, on which side they stand, and why."""

from app.domain.analysis import Label
from app.domain.stance import Side
from app.leading import Influencer
from dashboard.i18n import LANGUAGES, Words, words

SIDES: dict[Side, Label] = {"critic": "negative", "neutral": "neutral", "advocate": "positive", "unknown": "uncertain"}
"""Side → the sign it is shown with."""


def side(one: Influencer, say: Words) -> str:
    """Return in a word on which side somebody stands, or that they are one of us."""
    return say.say("influencers.side.ours" if one.ours else f"influencers.side.{one.stance.label}")


def most(one: Influencer, say: Words, *, quoted: bool = True) -> str:
    """Return what counts most of somebody in a few words; a term that was taken up only if it may be `quoted`."""
    part = one.score.main
    number, of = say.number(part.figure), say.number(one.score.turns)
    if part.name == "reach":
        return say.say("influencers.main.reach", n=say.short(one.reach))
    if part.name == "adoption":
        return say.say(f"influencers.main.{'adoption' if quoted else 'word'}", n=number, term=one.score.term)
    return say.say(f"influencers.main.{part.name}", n=number, of=of)


def reasons(one: Influencer, window: float, zone: str) -> dict[str, str]:
    """Return why somebody leads, as a sentence by language."""
    return {language: _reason(one, window, words(language, zone)) for language in LANGUAGES}


def _reason(one: Influencer, window: float, say: Words) -> str:
    score, span = one.score, say.span(window)
    told = [say.say("influencers.reason.nobody", span=span)]
    if score.following:
        number, of = say.number(score.following), say.number(score.turns)
        kinds = [
            say.count(f"influencers.reason.{part.name}", int(part.figure))
            for part in score.parts
            if part.name not in {"reach", "adoption"} and part.figure
        ]
        told = [say.say("influencers.reason.following", n=number, of=of, span=span, kinds=", ".join(kinds))]
    if score.term:
        taken = round(score.part("adoption").figure)
        told.append(say.count("influencers.reason.adoption", taken, term=score.term))
    told.append(say.say("influencers.reason.reach", n=say.number(one.reach)))
    told.append(side(one, say) if one.ours else _side(one, say))
    return "; ".join(told) + "."


def _side(one: Influencer, say: Words) -> str:
    posts = say.count("influencers.reason.posts", one.stance.posts)
    if one.stance.label == "unknown":
        return say.say("influencers.reason.unknown", posts=posts)
    since = say.date(one.stance.since or 0.0)
    if one.stance.before is None:
        return say.say("influencers.reason.side", side=side(one, say), since=since, posts=posts)
    before = say.say(f"influencers.side.{one.stance.before}")
    return say.say("influencers.reason.changed", side=side(one, say), since=since, before=before, posts=posts)
