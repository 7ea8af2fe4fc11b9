import pytest
from pydantic import BaseModel

from alerts.watching.hearing import heard, stretches
from app.config import Source
from app.domain.brand import Brand
from app.domain.source import SourceState
from app.domain.tally import MinuteTally

NOW = 1_795_010_400.0
BRAND, DEMO = Brand("acme", "Acme", "acme"), Brand("nordlicht", "Nordlicht", "nordlicht", demo=True)


class NoOptions(BaseModel):
    pass


def sources(**brands: str | None) -> list[Source]:
    return [Source(id=name, connector="x", brand=brand, options=NoOptions()) for name, brand in brands.items()]


def states(*, age: float = 1, since: float = 3600, **status: str) -> dict[str, SourceState]:
    return {
        name: SourceState(name, "x", said, since=NOW - since, reported_at=NOW - age) for name, said in status.items()
    }


@pytest.mark.parametrize(
    ("status", "listens"), [("live", True), ("idle", True), ("unreachable", False), ("starting", False)]
)
def test_a_brand_is_heard_while_its_source_listens(status, listens):
    assert heard(BRAND, sources(live=None), states(live=status), NOW) is listens


def test_a_source_that_stopped_reporting_does_not_listen():
    assert not heard(BRAND, sources(live=None), states(live="live", age=60), NOW)


def test_every_source_must_listen_but_one_gone_for_a_day_is_not_waited_for():
    both = sources(live=None, push=None)
    assert not heard(BRAND, both, states(live="unreachable", push="idle"), NOW)
    gone = states(push="idle") | states(live="unreachable", since=90_000)
    assert heard(BRAND, both, gone, NOW)


def test_sources_of_other_brands_and_unknown_ones_do_not_matter():
    assert heard(BRAND, sources(live=None, other="else"), states(live="live", other="failed"), NOW)
    assert not heard(BRAND, sources(other="else", new=None), states(other="live"), NOW)


def test_a_demo_brand_waits_for_demo_sources_only_and_a_real_one_for_real_ones():
    known = states(live="unreachable") | {"demo": SourceState("demo", "demo", "live", NOW - 9, NOW, demo=True)}
    both = sources(live=None, demo=None)
    assert heard(DEMO, both, known, NOW)
    assert not heard(BRAND, both, known, NOW)
    assert heard(BRAND, sources(demo=None), known, NOW)


def test_who_brings_nothing_where_much_is_usual_is_not_believed_to_listen_for_a_day():
    for since, listens in ((600, True), (1300, False), (90_000, True)):
        hushed = SourceState("live", "x", "live", NOW - 99_999, NOW, heard_at=NOW - since, usual=40.0, patience=1200.0)
        assert heard(BRAND, sources(live=None, push=None), states(push="idle") | {"live": hushed}, NOW) is listens


def minutes(begin: int, end: int, count: int = 10) -> list[MinuteTally]:
    return [MinuteTally(60 * number, count) for number in range(begin, end)]


def test_nothing_to_cut():
    assert stretches([]) == []
    assert stretches(minutes(0, 90)) == [minutes(0, 90)]


def test_an_abrupt_silence_is_an_outage():
    assert stretches(minutes(0, 90) + minutes(210, 300)) == [minutes(0, 90), minutes(210, 300)]


def test_a_short_silence_and_a_quiet_night_are_no_outage():
    short = minutes(0, 90) + minutes(110, 200)
    assert stretches(short) == [short]
    evening = [MinuteTally(60 * at, 1) for at in range(0, 120, 15)]
    night = evening + [MinuteTally(60 * at, 1) for at in range(240, 400, 15)]
    assert stretches(night) == [night]
