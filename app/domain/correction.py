"""What a person says a mention means, instead of the analyzers; it stands until a person takes it back."""

from collections.abc import Collection, Sequence
from typing import Literal, get_args

import msgspec
from msgspec.structs import replace

from app.domain.analysis import INTENTS, LABELS, AnalysedMention, Analysis, Intent, IntentLabel
from app.domain.mention import Deletion, Heartbeat, Mention
from app.domain.tally import Contribution

Verdict = Literal["negative", "neutral", "positive"]
VERDICTS: tuple[Verdict, ...] = get_args(Verdict)
"""What a person may call a mention; only analyzers are uncertain."""

Field = Literal["sentiment", "intents"]
FIELDS: tuple[Field, ...] = get_args(Field)
"""What of an analysis a person may set."""

Chosen = Literal["person", "random"]
"""How a mention came before who judged it: they found it themselves, or it was drawn at random."""


CORRECTED = "corrected"
"""Under which it is said on the bus of which brands (`brands`, with commas) a mention was corrected."""


class Judgement(msgspec.Struct, frozen=True):
    """What persons have said of a mention; None where they left it to the analyzers."""

    sentiment: Verdict | None = None
    intents: tuple[IntentLabel, ...] | None = None

    @property
    def fields(self) -> tuple[Field, ...]:
        """Return what is set."""
        return tuple(field for field in FIELDS if getattr(self, field) is not None)


class Correction(msgspec.Struct, frozen=True, array_like=True, gc=False, tag="correction"):
    """A mention as a person wants it understood, on its way through the bus like an edit.

    `analysis` is what it becomes; of what stands in `anew` (taken back) the analyzers have to say again what they find.
    """

    mention: Mention
    analysis: Analysis
    at: float
    anew: tuple[Field, ...] = ()

    @property
    def key(self) -> str:
        """Return the key of the mention."""
        return self.mention.key


StreamEvent = Mention | Deletion | Heartbeat | Correction
"""What travels on the stream `mentions:{p}`; one that is not in this list is newer than this release."""


def imposed(analysis: Analysis, said: Judgement) -> Analysis:
    """Return an analysis with what persons said of the mention; probabilities and evidence stay the analyzers'."""
    if not said.fields:
        return analysis
    sentiment, intents = analysis.sentiment, analysis.intents
    if said.sentiment is not None:
        sentiment = replace(sentiment, label=said.sentiment)
    if said.intents is not None:
        intents = _intents(analysis, said.intents)
    return replace(analysis, sentiment=sentiment, intents=intents, corrected=said.fields)


def reverted(analysis: Analysis, field: Field, found: Sequence[str]) -> Analysis:
    """Return an analysis with what analyzers had said of a field, until they say it again."""
    if field == "intents":
        return replace(analysis, intents=_intents(analysis, found))
    label = next(one for one in LABELS if one in found)
    return replace(analysis, sentiment=replace(analysis.sentiment, label=label))


def _intents(analysis: Analysis, labels: Collection[str]) -> tuple[Intent, ...]:
    found = {intent.label: intent for intent in analysis.intents}
    return tuple(found.get(label) or Intent(label, 1.0) for label in INTENTS if label in labels)


def standing(counted: Contribution) -> Judgement:
    """Return what persons have said of a mention, from what is counted of it."""
    sentiment = next((label for label in VERDICTS if label == counted.label), None)
    intents = tuple(label for label in INTENTS if label in counted.intents)
    return Judgement(
        sentiment if "sentiment" in counted.corrected else None, intents if "intents" in counted.corrected else None
    )


def kept(fresh: AnalysedMention, before: Contribution) -> AnalysedMention:
    """Return a new version of a mention with what persons had said of the one before."""
    return AnalysedMention(fresh.mention, imposed(fresh.analysis, standing(before))) if before.corrected else fresh


def corrected(event: Correction, found: Analysis | None) -> AnalysedMention:
    """Return the mention as it is to be counted; `found` is what analyzers say, if anything was taken back."""
    analysis = event.analysis
    if found is not None and "sentiment" in event.anew:
        analysis = replace(analysis, sentiment=found.sentiment, model=found.model)
    if found is not None and "intents" in event.anew:
        analysis = replace(analysis, intents=found.intents)
    return AnalysedMention(event.mention, analysis)
