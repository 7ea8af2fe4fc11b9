"""Reasoning in words: expected against actual, how many distinct posts, how sure it is, why a post was chosen."""

from collections.abc import Iterable

from app.domain.explanation import Explanation, Why
from app.domain.incident import Resonance
from app.domain.spoken import band, number, pace, percent, times

CHOSEN: dict[str, dict[Why, str]] = {
    "de": {
        "first": "der erste Beitrag",
        "reach": "größte Reichweite",
        "followed": "am meisten aufgegriffen",
        "typical": "was die meisten sagen",
        "other_side": "die andere Seite",
        "other_channel": "aus einem anderen Kanal",
        "newest": "das Neueste",
    },
    "en": {
        "first": "the first post",
        "reach": "largest reach",
        "followed": "taken up most",
        "typical": "what most say",
        "other_side": "the other side",
        "other_channel": "from another channel",
        "newest": "the newest",
    },
}
SURE = (0.9, 0.75, 0.5)
"""Confidence from which an incident is called very sure, sure and fairly sure; a word, for it is no probability."""
HOW_SURE = {
    "de": ("sehr sicher", "sicher", "eher sicher", "unsicher"),
    "en": ("very sure", "sure", "fairly sure", "unsure"),
}


def compared(told: Explanation, language: str) -> str:
    """Return expected against actual, with the usual band: "6,4-mal so viele Erwähnungen wie üblich (…)."."""
    many, both = times(told.ratio, language), pace(told.actual, told.expected, language)
    usual = band(told.low, told.high, language) if told.high > told.low else ""
    if language == "de":
        what = "negative Erwähnungen" if told.negative else "Erwähnungen"
        return f"{many} so viele {what} wie üblich ({both}{f'; gewöhnlich {usual}' if usual else ''})."
    what = "negative mentions" if told.negative else "mentions"
    return f"{many} as many {what} as usual ({both}{f'; ordinarily {usual}' if usual else ''})."


def copied(found: Resonance, bots: float | None, language: str) -> str:
    """Return how many distinct posts by how many people there are, and the shares of reposts and of one hand.

    Who says two things has written two distinct posts, so that there may be more of them than people.
    """
    posts, voices = number(found.posts, language), number(found.voices, language)
    reposts = percent(found.reposts, language)
    people = number(found.authors, language)
    made = percent(bots, language) if bots else ""
    if language == "de":
        who = "Person" if found.authors == 1 else "Personen"
        like = f", {made} wie von einer Hand gesteuert" if made else ""
        return f"{posts} Beiträge, {voices} verschiedene, von {people} {who}, {reposts} Reposts{like}."
    who = "person" if found.authors == 1 else "people"
    like = f", {made} that look steered by one hand" if made else ""
    return f"{posts} posts, {voices} distinct, by {people} {who}, {reposts} reposts{like}."


def confident(told: Explanation | None, language: str) -> str:
    """Return how sure an incident is and what it holds: "sehr sicher · hält 4 von 4 Gegenproben"."""
    if told is None or told.confidence is None:
        word = "noch nicht zu sagen" if language == "de" else "cannot be told yet"
    else:
        word = HOW_SURE[language][sum(told.confidence < least for least in SURE)]
    held, of, _ = _checked(one.holds for one in told.counters) if told else (0, 0, 0)
    if not of:
        return word
    return (
        f"{word} · hält {held} von {of} Gegenproben"
        if language == "de"
        else f"{word} · holds {held} of {of} counter-checks"
    )


def checks(holds: Iterable[bool | None], language: str) -> str:
    """Return the title of the counter-checks by what came of them: "Gegenproben: hält 3 von 4, 1 offen"."""
    held, of, left = _checked(holds)
    german = language == "de"
    parts = [f"hält {held} von {of}" if german else f"holds {held} of {of}"] if of else []
    parts += [f"{left} offen" if german else f"{left} open"] if left else []
    title = "Gegenproben" if german else "Counter-checks"
    return f"{title}: {', '.join(parts)}" if parts else title


def _checked(holds: Iterable[bool | None]) -> tuple[int, int, int]:
    """Return how many hold, of how many that could be told, and how many could not."""
    found = list(holds)
    told = [one for one in found if one is not None]
    return sum(told), len(told), len(found) - len(told)
