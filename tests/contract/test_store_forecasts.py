"""Forecasts and their score, on SQLite and PostgreSQL."""

import pytest
from msgspec.structs import replace

from app.domain.forecast import Forecast, Kept, Point
from app.domain.incident import Incident

NOON = 1_795_010_400.0
SAID = Forecast(NOON, None, NOON + 60, NOON + 3600, 2.0, 9.0, (Point(NOON, 1.0, 2.0, 3.0),), over=0.1)


@pytest.fixture(params=["sqlite_store", pytest.param("postgres_store", marks=pytest.mark.long)])
def store(request):
    return request.getfixturevalue(request.param)


def test_forecasts_come_back_in_order_and_are_replaced_in_place(store):
    one, later = Kept("i1", SAID), Kept("i1", Forecast(NOON + 300, "past"))
    with store.transaction() as tx:
        tx.forecasts.keep([later, one, Kept("i2", SAID)])
    with store.transaction() as tx:
        tx.forecasts.keep([replace(one, judged=True, time_held=True, height_held=False)])
    with store.reading() as tx:
        assert tx.forecasts.of("i1") == [replace(one, judged=True, time_held=True, height_held=False), later]
        assert tx.forecasts.latest("i1") == NOON + 300
        assert tx.forecasts.latest("i3") is None


def test_only_what_is_over_waits_to_be_judged(store):
    def incident(name, state):
        return Incident(name, f"brand-{name}", NOON, state, "warning", ())

    with store.transaction() as tx:
        for name, state in (("over", "resolved"), ("on", "firing"), ("done", "resolved")):
            tx.incidents.save(incident(name, state))
        tx.forecasts.keep([Kept("over", SAID), Kept("on", SAID), Kept("done", SAID, judged=True), Kept("gone", SAID)])
    with store.reading() as tx:
        assert tx.forecasts.unjudged() == ["over"]


def test_the_record_counts_what_could_be_judged(store):
    with store.reading() as tx:
        assert tx.forecasts.record() == (None, 0)
    with store.transaction() as tx:
        tx.forecasts.keep(
            [
                Kept("i1", SAID, judged=True, time_held=True, height_held=True),
                Kept("i2", SAID, judged=True, time_held=True, height_held=False),
                Kept("i3", SAID, judged=True),
                Kept("i4", SAID),
            ]
        )
    with store.reading() as tx:
        assert tx.forecasts.record() == (0.75, 2)
