"""Corrections among what analysis has to do: what of them is analysed anew, and who has to hear of them at once."""

from collections.abc import Iterable

from app.bus.port import Bus, Entry
from app.domain.analysis import AnalysedMention, Analysis
from app.domain.brand import brands_of
from app.domain.correction import CORRECTED, Correction, StreamEvent, corrected
from app.domain.mention import Mention
from app.errors import Unavailable


def to_analyse(event: StreamEvent | None) -> Mention | None:
    """Return the mention whose text an event needs analysed; of a correction only if something was taken back."""
    if isinstance(event, Correction):
        return event.mention if event.anew else None
    return event if isinstance(event, Mention) else None


def understood(event: Mention | Correction, analysis: Analysis) -> AnalysedMention:
    """Return an event's mention as analysers, and whoever corrected it, understand it."""
    return corrected(event, analysis) if isinstance(event, Correction) else AnalysedMention(event, analysis)


async def tell(bus: Bus, settled: Iterable[Entry]) -> None:
    """Say of which brands something was corrected that may have raised an alarm; a hint, so it may be lost."""
    said = (entry.event.mention.brands for entry in settled if isinstance(entry.event, Correction))
    brands = sorted({brand for all_ in said for brand in brands_of(all_)})
    if brands:
        try:
            await bus.command(CORRECTED, {"brands": ",".join(brands)})
        except Unavailable:
            return
