"""What we understood of a mention."""

from typing import Literal, get_args

import msgspec

from app.domain.mention import Mention

Label = Literal["negative", "neutral", "positive", "uncertain"]
LABELS: tuple[Label, ...] = get_args(Label)

IntentLabel = Literal["complaint", "query", "suggestion", "request", "review", "praise", "lead"]
INTENTS: tuple[IntentLabel, ...] = get_args(IntentLabel)
"""What an author may want, several at once; docs/glossary.md says what each means."""


class Evidence(msgspec.Struct, frozen=True, array_like=True, gc=False):
    """A span of the text that speaks for a verdict; `weight` from -1 (negative) to 1 (positive)."""

    text: str
    start: int
    end: int
    weight: float


class Sentiment(msgspec.Struct, frozen=True, array_like=True, gc=False):
    """Probabilities that sum to 1, the label drawn from them, and the words behind it."""

    label: Label
    negative: float
    neutral: float
    positive: float
    evidence: tuple[Evidence, ...] = ()


class Intent(msgspec.Struct, frozen=True, array_like=True, gc=False):
    """What the author wants; `score` from 0 to 1."""

    label: str
    score: float
    evidence: tuple[Evidence, ...] = ()


class Analysis(msgspec.Struct, frozen=True, array_like=True, gc=False):
    """Everything the analyzers found; `language` is ISO 639-1 or "unknown"."""

    language: str
    sentiment: Sentiment
    intents: tuple[Intent, ...] = ()
    terms: tuple[str, ...] = ()
    """Folded content words, two-word phrases and hashtags (with their #), at most 24, each once."""
    voice: str = ""
    """Fingerprint of the normalised text, 16 hexadecimal digits: copies share it, near-copies differ in few bits; empty
    where there is too little text to tell."""
    model: str = ""
    """Name and version of what drew the sentiment, such as `sentiment-1` or `sentiment-1+nordlicht-3`."""
    corrected: tuple[str, ...] = ()
    """What a person has set (`sentiment`, `intents`); no analyzer changes that again."""


NOT_ANALYSED = Analysis("unknown", Sentiment("uncertain", 1 / 3, 1 / 3, 1 / 3))
"""What a mention carries before the analyzers saw it."""


class AnalysedMention(msgspec.Struct, frozen=True, array_like=True, gc=False, tag="mention"):
    """A mention with what we understood of it."""

    mention: Mention
    analysis: Analysis
