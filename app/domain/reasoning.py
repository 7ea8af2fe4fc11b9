"""Reasoning in words: expected against actual, how many voices there are, how sure it is, why a post was chosen."""

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
SURE, LIKELY = 0.8, 0.5
"""Confidence from which an incident is called sure, and likely."""
CERTAIN = 0.99
"""More is never said."""


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
    """Return how many voices are behind the posts, and the shares of reposts and of what looks like one hand."""
    posts, voices = number(found.posts, language), number(found.voices, language)
    reposts = percent(found.reposts, language)
    made = percent(bots, language) if bots else ""
    if language == "de":
        like = f", {made} wie von einer Hand gesteuert" if made else ""
        return f"{posts} Beiträge, {voices} Stimmen, {reposts} Reposts{like}."
    like = f", {made} that look steered by one hand" if made else ""
    return f"{posts} posts, {voices} voices, {reposts} reposts{like}."


def confident(confidence: float | None, language: str) -> str:
    """Return how sure an incident is, in words: "sicher (92 %)"."""
    if confidence is None:
        return "noch nicht zu sagen" if language == "de" else "cannot be told yet"
    words = ("sicher", "wahrscheinlich", "unsicher") if language == "de" else ("sure", "likely", "unsure")
    share = percent(min(confidence, CERTAIN), language)
    return f"{words[(confidence < SURE) + (confidence < LIKELY)]} ({share})"
