"""Forecasts at each telling: from the minutes on the bus, kept at intervals, judged once the storm is over."""

import pytest
from msgspec.structs import replace

from alerts.detectors.volume import VolumeDetector
from alerts.explanation.telling import Telling
from alerts.explanation.wording import Figures
from alerts.forecasting.live import Forecasting, bins, usually
from alerts.watching.watch import Decision
from app.bus.port import Snapshot
from app.config.model import Config
from app.domain.brand import Brand
from app.domain.incident import Incident
from app.domain.tally import MinuteTally
from app.service import Context

pytestmark = pytest.mark.anyio
NOON = 1_795_010_400
BRAND = Brand("nordlicht", "Nordlicht Strom", "nordlicht")
INCIDENT = Incident("i1", "nordlicht", NOON, "firing", "warning", (), since=float(NOON))
RISING = [1, 3, 4, 9, 12, 20, 31, 40]


def minutes(counts, begin=NOON):
    """Counts by five minutes, all in the first minute of each."""
    return [MinuteTally(begin + 300 * place, count, neutral=count) for place, count in enumerate(counts)]


def buckets(found, scope="nordlicht"):
    tally = {}
    for minute in found:
        hour = tally.setdefault(f"{scope}:m:{minute.start // 3600 * 3600}", {})
        hour[f"{minute.start % 3600 // 60}:n"] = minute.count
    return tally


def telling(found, at, detectors=()):
    figures = Figures(float(NOON), 4.0, 1.0, 0.9, at=at)
    return Telling(
        BRAND,
        "nordlicht",
        Decision((), "update", figures),
        figures,
        Snapshot({}, at, buckets(found), {}, {}),
        at,
        detectors,
    )


@pytest.fixture
def forecasting(store, clock, identity, tmp_path):
    return Forecasting(Context(Config(brands=(BRAND,)), tmp_path, clock, None, store, identity))


def test_bins_end_with_the_last_full_minute_and_hold_the_onset():
    found, end = bins({one.start: one for one in minutes([1, 2, 3])}, NOON + 30.0, NOON + 899.0)
    assert end == NOON + 840
    assert found == [1.0, 2.0, 3.0]
    assert bins({}, NOON, NOON - 60) == ([], NOON - 60.0)


async def test_a_telling_puts_the_forecast_in_and_keeps_one_in_five_minutes(forecasting, store):
    at = float(NOON + 300 * len(RISING))
    told = await forecasting.told(INCIDENT, telling(minutes(RISING), at + 9))
    said = told.forecast
    assert (said.refused, said.at, said.covered, said.judged) == (None, at, None, 0)
    assert said.curve[0].start == at
    again = await forecasting.told(INCIDENT, telling(minutes(RISING), at + 70))
    assert again.forecast.at == at + 60
    later = await forecasting.told(INCIDENT, telling(minutes(RISING), at + 310))
    with store.reading() as tx:
        assert [one.forecast for one in tx.forecasts.of("i1")] == [said, later.forecast]


async def test_once_it_is_over_it_is_judged_and_the_score_is_told(forecasting, store):
    at = float(NOON + 300 * len(RISING))
    first = (await forecasting.told(INCIDENT, telling(minutes(RISING), at))).forecast
    whole = minutes([*RISING, *[40] * 8, *[20] * 12, *[3] * 24])
    over = replace(INCIDENT, state="resolved", resolved_at=float(whole[-1].start + 300))
    with store.transaction() as tx:
        tx.incidents.save(over)
        tx.tallies.seed("nordlicht", "past", whole, at)
    new = replace(INCIDENT, id="i2", since=over.resolved_at)
    soon = await forecasting.told(new, telling([], over.resolved_at + 300))
    assert (soon.forecast.refused, soon.forecast.judged) == ("thin", 0)
    told = await forecasting.told(new, telling([], over.resolved_at + 900))
    with store.reading() as tx:
        kept = tx.forecasts.of("i1")[0]
    assert (kept.judged, kept.time_held, kept.height_held) == (True, True, first.low <= kept.peak <= first.high)
    assert kept.peak == pytest.approx((9 + 12 + 20 + 31 + 9 * 40) / 60, rel=0.2)
    assert (told.forecast.judged, told.forecast.covered) == (1, kept.held)


@pytest.mark.parametrize("fate", [{"folded_into": "i9"}, {"drill": "d1"}])
async def test_what_went_on_elsewhere_is_not_judged(forecasting, store, fate):
    at = float(NOON + 300 * len(RISING))
    await forecasting.told(INCIDENT, telling(minutes(RISING), at))
    with store.transaction() as tx:
        tx.incidents.save(replace(INCIDENT, state="resolved", resolved_at=at, **fate))
    told = await forecasting.told(replace(INCIDENT, id="i2"), telling(minutes(RISING), at + 1000))
    assert told.forecast.judged == 0
    with store.reading() as tx:
        assert tx.forecasts.unjudged() == []


async def test_without_an_archived_past_nothing_is_judged(forecasting, store):
    at = float(NOON + 300 * len(RISING))
    await forecasting.told(INCIDENT, telling(minutes(RISING), at))
    with store.transaction() as tx:
        tx.incidents.save(replace(INCIDENT, state="resolved", since=at + 60, resolved_at=at))
    told = await forecasting.told(replace(INCIDENT, id="i2"), telling(minutes(RISING), at + 1000))
    assert told.forecast.judged == 0


def test_what_is_usual_is_what_the_volume_detector_learned():
    volume = VolumeDetector("nordlicht", "UTC")
    assert usually(telling([], NOON, (volume,))) == 0
    assert usually(telling([], NOON)) == 0
    volume.learn(MinuteTally(NOON - 60 * place, 4) for place in range(3000, 0, -1))
    assert usually(telling([], NOON, (volume,))) == pytest.approx(4, rel=0.2)
