"""How people write: gaps filled, and habits such as typos, small letters, ae for ä and emoji."""

import re
from collections.abc import Mapping
from random import Random

from ingest.demo.cast import FOLD
from ingest.demo.content import SLOT, fillings

HABIT_CHANNELS = frozenset({"bluesky", "mastodon", "forum", "reviews"})
WORD = re.compile(r"(?<![\w#@:/.])[A-Za-zäöüß]{5,}(?![\w:/])")
KEPT = frozenset({"nordlicht", "strom"})
"""Words that people spell right because the brand is looked for by them."""
FOLD_ALL = FOLD | str.maketrans({"Ä": "Ae", "Ö": "Oe", "Ü": "Ue"})
EMOJI = {
    "negative": ("😡", "🙄", "🤦", "😤", "👎", "😞"),
    "neutral": ("🤔", "🤷", "👀", "💡", "⚡"),
    "positive": ("👍", "😊", "🙏", "💚", "🎉", "🙌"),
}
SLIPS = 0.6
"""Share of their posts in which people with a habit show it."""


def fill(text: str, language: str, rng: Random, given: Mapping[str, str]) -> str:
    """Return the text with every gap filled, by what is given or by chance; the same gap twice gets the same."""
    chosen = dict(given)
    choices = fillings()[language]

    def value(match: re.Match[str]) -> str:
        name = match.group(1)
        if name not in chosen:
            chosen[name] = rng.choice(choices[name])
        return chosen[name]

    filled = SLOT.sub(value, text)
    return filled[:1].upper() + filled[1:] if text.startswith("{") else filled


def accent(text: str, habits: frozenset[str], sentiment: str, rng: Random) -> str:
    """Return the text as somebody with these habits types it."""
    for habit in sorted(habits):
        if rng.random() < SLIPS:
            text = WAYS[habit](text, sentiment, rng)
    return text


def _lower(text: str, _sentiment: str, _rng: Random) -> str:
    return text.lower()


def _ascii(text: str, _sentiment: str, _rng: Random) -> str:
    return text.translate(FOLD_ALL)


def _typos(text: str, _sentiment: str, rng: Random) -> str:
    words = [match for match in WORD.finditer(text) if match.group().lower() not in KEPT]
    if not words:
        return text
    match = rng.choice(words)
    return text[: match.start()] + _slip(match.group(), rng) + text[match.end() :]


def _slip(word: str, rng: Random) -> str:
    """Swap, drop or double one letter inside a word."""
    at = rng.randrange(1, len(word) - 2)
    return rng.choice(
        (
            word[:at] + word[at + 1] + word[at] + word[at + 2 :],
            word[:at] + word[at + 1 :],
            word[:at] + word[at] + word[at:],
        )
    )


def _emoji(text: str, sentiment: str, rng: Random) -> str:
    return f"{text} {rng.choice(EMOJI[sentiment]) * rng.choice((1, 1, 1, 2))}"


def _loud(text: str, sentiment: str, _rng: Random) -> str:
    return text if sentiment == "neutral" else text.rstrip(".") + "!!"


def _hashtag(text: str, _sentiment: str, _rng: Random) -> str:
    return text if "#nordlicht" in text.lower() else f"{text} #nordlicht"


WAYS = {"lower": _lower, "ascii": _ascii, "typos": _typos, "emoji": _emoji, "loud": _loud, "hashtag": _hashtag}
