"""Explaining: what tellers find out about an incident, so that it says why it is one and what speaks against it."""

from collections.abc import Mapping

from anyio import to_thread
from msgspec.structs import replace

from alerts.explanation.confidence import confidence
from alerts.explanation.counter import Case, counters
from alerts.explanation.drivers import Drivers
from alerts.explanation.leaders import leaders_of
from alerts.explanation.level import strong
from alerts.explanation.resonance import resonance_of
from alerts.explanation.said import Said, read_said
from alerts.explanation.telling import Teller, Telling
from alerts.explanation.trial import Trial
from alerts.explanation.witness import SHOWN, first_post, witnesses
from alerts.explanation.wording import reason
from alerts.forecasting.live import Forecasting
from alerts.watching.hearing import heard
from alerts.watching.watch import CRISIS_SHARE
from app.domain.account import account
from app.domain.brand import Brand
from app.domain.explanation import Counter, Explanation
from app.domain.incident import Incident, Resonance, Signal
from app.domain.source import SourceState
from app.domain.tally import minutes
from app.service import Context

AWAY = 900.0
"""Seconds before the onset in which a gap of a source still matters: what it missed may come at once."""


def tellers(context: Context) -> tuple[Teller, ...]:
    """Return all tellers in order: figures first, for the others add to them; the sentence names the terms found."""
    found = Explaining(context)
    forecasting = Forecasting(context)
    return (
        compared, found.terms, found.authors, found.sentence, found.resonance, found.argued, strong, forecasting.told,
    )  # fmt: skip


async def compared(incident: Incident, telling: Telling) -> Incident:
    """Put in expected against actual with the usual band, and the channels since it began."""
    figures, told = telling.figures, _signal(telling)
    minute = told.window / 60 if told else 1.0
    channels: dict[str, int] = {}
    for start, one in minutes(telling.snapshot.tally, telling.scope).items():
        for channel, number in one.channels.items():
            if start >= figures.since - 60:
                channels[channel] = channels.get(channel, 0) + number
    before = incident.explanation or Explanation(telling.at, 0.0, 0.0, 0.0, 0.0)
    made = replace(
        before,
        at=telling.at,
        actual=figures.actual,
        expected=figures.expected,
        low=min(told.low / minute, figures.expected) if told else figures.expected,
        high=max(told.high / minute, figures.expected) if told else figures.expected,
        channels=channels,
        negative=figures.negative,
        basis=told.basis if told else figures.basis,
    )
    return replace(incident, explanation=made)


class Explaining:
    """The tellers that ask the archive; one after the other, each in a thread."""

    def __init__(self, context: Context) -> None:
        self._context = context
        self._drivers = Drivers(context)

    async def terms(self, incident: Incident, telling: Telling) -> Incident:
        """Put in the terms that drive it."""
        found = await self._drivers.of(telling.snapshot, _scoped(telling), telling.figures.since)
        if not found:
            return incident
        terms = tuple(one.term for one in found)
        return replace(incident, terms=terms, explanation=replace(_told(incident), drivers=found))

    async def authors(self, incident: Incident, telling: Telling) -> Incident:
        """Put in the lead authors, with their share of the influence of all."""
        since, known = telling.figures.since, incident.authors
        found = await leaders_of(self._context, telling.snapshot, _scoped(telling), since, known)
        told = _told(incident)
        return replace(incident, authors=found.names, explanation=replace(told, leads=found.leads or told.leads))

    async def sentence(self, incident: Incident, telling: Telling) -> Incident:
        """Put in the reason as a sentence."""
        figures, decision, zone = telling.figures, telling.decision, self._context.config.site.zone
        return replace(incident, reason=reason(figures, incident.terms, zone, decision.words, decision.signals))

    async def resonance(self, incident: Incident, telling: Telling) -> Incident:
        """Put in how many voices there are, and the share of what looks steered by one hand."""
        since, before = telling.figures.since, incident.resonance
        found = await resonance_of(self._context, telling.snapshot, _scoped(telling), since, before)
        return replace(incident, resonance=found, explanation=replace(_told(incident), bots=steered(found)))

    async def argued(self, incident: Incident, telling: Telling) -> Incident:
        """Put in the first post, the evidence, what was tried against it, and how sure it is."""
        context, at = self._context, telling.at
        states = {state.id: state for state in await context.bus.sources()}
        trial, listening = (
            Trial(telling.detectors, _instant(incident, telling), telling.bars),
            self._listened(telling, states),
        )

        def argue() -> Incident:
            accounts = frozenset(account(one) for one in telling.brand.accounts)
            since = telling.figures.since
            said = read_said(context.store, context.identity, telling.scope, since, at + 60, accounts)
            return _argued(incident, telling, said, trial, listening=listening)

        return await to_thread.run_sync(argue)

    def _listened(self, telling: Telling, states: Mapping[str, SourceState]) -> bool:
        """Tell whether every source of the brand listens now, and missed nothing since shortly before the onset."""
        brand, sources, now = telling.brand, self._context.config.sources, self._context.clock.now()
        mine = [states[one.id] for one in sources if one.brand in {None, brand.id} and one.id in states]
        since = telling.figures.since - AWAY
        return heard(brand, sources, states, now) and not any(gap.until >= since for one in mine for gap in one.gaps)


def steered(found: Resonance | None) -> float | None:
    """Return the share of the posts that belong to bursts which look coordinated, 0 to 1; None if nothing is known."""
    if found is None or not found.posts:
        return None
    return min(sum(burst.posts for burst in found.bursts if burst.marked) / found.posts, 1.0)


def _argued(incident: Incident, telling: Telling, said: Said, trial: Trial, *, listening: bool) -> Incident:
    told, figures = _told(incident), telling.figures
    first = first_post(said, incident.terms, figures.since)
    found = witnesses(said.since, first, [one.example for one in told.leads], incident.terms)
    tried = counters(
        Case(
            trial=trial,
            minutes=minutes(telling.snapshot.tally, telling.scope),
            said=said.since,
            raised=frozenset(one.detector for one in incident.signals),
            onset=figures.since,
            rate=figures.actual,
            negative=figures.negative,
            listening=listening,
            crisis_share=CRISIS_SHARE if incident.severity == "crisis" else None,
            seed=incident.id,
        )
    )
    argued = replace(
        told,
        first=first.key if first else told.first,
        evidence=found[:SHOWN] or told.evidence,
        spare=found[SHOWN:] if found else told.spare,
        counters=tried,
        confidence=_confidence(incident, tried, told),
    )
    return replace(incident, explanation=argued)


def _confidence(incident: Incident, tried: tuple[Counter, ...], told: Explanation) -> float | None:
    """Return how sure it is; None where only what states no risk has raised, such as a rule."""
    risk = max((one.risk for one in incident.signals), default=0.0)
    if risk <= 0.0:
        return None
    return round(confidence(risk, told.basis, tried, told.bots or 0.0), 3)


def _scoped(telling: Telling) -> Brand:
    """Return what is looked up in archive and tallies: the brand, or its topic by the name it is counted under."""
    return telling.brand if telling.scope == telling.brand.id else replace(telling.brand, id=telling.scope)


def _told(incident: Incident) -> Explanation:
    """Return the explanation so far; a teller that comes before the figures begins with none."""
    return incident.explanation or Explanation(0.0, 0.0, 0.0, 0.0, 0.0)


def _signal(telling: Telling) -> Signal | None:
    """Return the signal of which the figures tell; None where its detector was not asked."""
    wanted = "negative" if telling.figures.negative else "volume"
    return next((one for one in telling.decision.signals if one.detector == wanted), None)


def _instant(incident: Incident, telling: Telling) -> float:
    """Return when to try it: now if it raises now, else the end of the minute in which it raised last."""
    if any(one.alarm for one in telling.decision.signals):
        return telling.at
    last = max((one.at for one in incident.signals if one.alarm), default=telling.at)
    return min(int(last) // 60 * 60 + 59.0, telling.at)
