"""What tellers find out: of a topic only its own, with gaps of sources, and without an archive nothing is made up."""

import pytest
from msgspec.structs import replace

from alerts.explanation.level import strong
from alerts.explanation.tellers import Explaining, compared, steered
from alerts.explanation.telling import Telling
from alerts.explanation.wording import Figures
from alerts.watching.watch import Decision
from app.bus.port import Snapshot
from app.config.model import Config
from app.domain.brand import Brand
from app.domain.burst import Burst
from app.domain.incident import Incident, Resonance, Signal
from app.domain.source import Gap, SourceState
from app.domain.tally import contribution, reduce
from app.service import Context
from tests.fixtures.store import NOON, said

pytestmark = pytest.mark.anyio
BRAND = Brand("nordlicht", "Nordlicht Strom", "nordlicht", ("@us.example",))
SCOPE = "nordlicht/bills"
SIGNAL = Signal(
    "volume", SCOPE, NOON, alarm=True, actual=20, expected=5, low=3, high=8, risk=12, window=300, basis=3 * 86_400.0
)
INCIDENT = Incident("i1", "nordlicht", NOON, "firing", "warning", (SIGNAL,), topic="bills", since=NOON - 300)


class Sources:
    """A bus that is asked for sources only."""

    def __init__(self, *states: SourceState) -> None:
        self._states = states

    async def sources(self) -> tuple[SourceState, ...]:
        return self._states


def live(**more) -> SourceState:
    return SourceState("live", "bluesky", "live", NOON - 9000, NOON, heard_at=NOON, **more)


@pytest.fixture
def context(store, clock, identity, tmp_path):
    def made(*states: SourceState) -> Context:
        config = Config(brands=(BRAND,), sources=({"id": "live", "connector": "bluesky"},))
        return Context(config, tmp_path, clock, Sources(*states), store, identity)

    return made


@pytest.fixture
def telling(store, identity):
    """Say twenty things about the topic and as many about the brand alone."""
    both = ("nordlicht", SCOPE)
    about = [said(identity, f"t{n}", f"Rechnung {n}", author=f"a{n}", at=NOON - 9 * n, brands=both) for n in range(20)]
    beside = [said(identity, f"b{n}", f"Netz {n}", author=f"b{n}", at=NOON - 9 * n) for n in range(20)]
    with store.transaction() as tx:
        tx.mentions.upsert([(one, 1) for one in (*about, *beside)])
    tally = reduce(contribution(one, one.mention.author.id) for one in (*about, *beside))
    figures = Figures(NOON - 300, 4.0, 1.0, 0.9, at=NOON, basis=3 * 86_400.0)
    decision = Decision((SIGNAL,), "open", figures)
    return Telling(BRAND, SCOPE, decision, figures, Snapshot({}, NOON, tally, {}, {}), NOON)


async def test_of_a_topic_only_what_is_said_of_it(context, telling, store, identity):
    told = await compared(INCIDENT, telling)
    assert told.explanation.channels == {"bluesky": 20}
    assert (told.explanation.low, told.explanation.high, told.explanation.basis) == (0.6, 1.6, 3 * 86_400.0)
    finding = Explaining(context(live()))
    for teller in (finding.terms, finding.authors, finding.sentence, finding.resonance, finding.argued):
        told = await teller(told, telling)
    assert len(told.explanation.leads) == 5
    assert {one.author for one in told.explanation.leads} <= {identity.author("bluesky", f"a{n}") for n in range(20)}
    assert told.reason["en"].startswith("Since ")
    with store.reading() as tx:
        texts = [tx.mentions.get(one.mention).analysed.mention.text for one in told.explanation.evidence]
    assert len(texts) == 5
    assert all(text.startswith("Rechnung") for text in texts)
    assert told.explanation.confidence > 0.5
    assert (await strong(told, telling)).level.value == 2


async def test_a_gap_of_a_source_shortly_before_leaves_the_outage_open(context, telling):
    gap = Gap(NOON - 900, NOON - 600, "The line was cut.")
    away = replace(live(), status="unreachable")
    for state, holds in ((live(), True), (live(gaps=(gap,)), None), (away, None)):
        told = await Explaining(context(state)).argued(INCIDENT, telling)
        assert {one.doubt: one.holds for one in told.explanation.counters}["source_outage"] is holds


async def test_before_the_archive_has_anything_earlier_evidence_stays(context, telling):
    first = await Explaining(context(live())).argued(INCIDENT, telling)
    elsewhere = telling._replace(scope="nordlicht/other")
    again = await Explaining(context(live())).argued(first, elsewhere)
    assert again.explanation.evidence == first.explanation.evidence
    assert again.explanation.first == first.explanation.first


async def test_where_only_a_rule_raised_nobody_says_how_sure_it_is(context, telling):
    for signals in ((), (replace(SIGNAL, detector="rule:mine", risk=0.0),)):
        told = await Explaining(context(live())).argued(replace(INCIDENT, signals=signals), telling)
        assert told.explanation.confidence is None


async def test_the_band_is_that_of_the_detector_that_is_told_or_none(telling):
    critic = replace(SIGNAL, detector="critic", low=100.0, high=90_000.0)
    told = await compared(INCIDENT, telling._replace(decision=replace(telling.decision, signals=(critic,))))
    assert (told.explanation.low, told.explanation.high) == (1.0, 1.0)


def test_the_share_that_is_steered_is_that_of_marked_bursts():
    found = Resonance(200, 40, 40, 0.1, 0.8, (Burst(0.9, (), NOON, 60, 50), Burst(0.2, (), NOON, 90, 80)))
    assert steered(found) == pytest.approx(0.3)
    assert steered(None) is None
    assert steered(replace(found, posts=0)) is None
