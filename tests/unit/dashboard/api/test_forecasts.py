"""Forecasts of an incident and effects of our answers over HTTP."""

import pytest
from msgspec.structs import replace

from app.clock import SystemClock
from app.domain.effect import UNKNOWN
from app.domain.events import IncidentEvent
from app.domain.forecast import Forecast, Kept, Point
from app.domain.incident import Incident
from app.domain.tally import MinuteTally

pytestmark = pytest.mark.anyio
AGO = 4 * 3600
HERE = "/api/v1/incidents/i1"


@pytest.fixture
def since():
    return SystemClock().now() // 300 * 300 - AGO


@pytest.fixture
def storm(store, since):
    """A storm of four hours with ten mentions a minute, of which twenty to forty were expected."""
    curve = tuple(Point(since + 1800 + 300 * place, 20.0, 30.0, 40.0) for place in range(48))
    said = Forecast(since + 1800, None, since + 1800, since + 7200, 20.0, 40.0, curve, 0.75, 2, 0.1)
    kept = Kept("i1", said, judged=True, peak_at=since + 3600, peak=25.0, time_held=True, height_held=True)
    one = Incident("i1", "nordlicht", since, "firing", "warning", (), since=since)
    spoken = [MinuteTally(int(since) + 60 * place, 10, neutral=10) for place in range(AGO // 60)]
    with store.transaction() as tx:
        tx.incidents.save(one)
        tx.forecasts.keep([kept, Kept("i1", Forecast(since, "young"))])
        tx.tallies.seed("nordlicht", "past", spoken, since)
    return one


def say(store, number, at, marked):
    event = IncidentEvent("i1", "nordlicht", marked, "statement", "person", "anna", "warning", 0, {"at": at}, number)
    with store.transaction() as tx:
        tx.events.append(event)


async def test_forecasts_are_told_with_what_came_of_them(http, storm):
    items = (await http.get(f"{HERE}/forecasts")).json()["items"]
    assert [one["refused"] for one in items] == ["young", None]
    assert items[0]["reason"]["en"] == "No forecast yet: the storm is too young."
    assert (items[1]["reason"], items[1]["judged"], items[1]["peak"], items[1]["height_held"]) == (
        None,
        True,
        25.0,
        True,
    )
    assert (items[1]["covered"], items[1]["over"], len(items[1]["curve"])) == (0.75, 0.1, 48)


async def test_the_effect_of_each_statement_in_the_order_they_were_said(http, store, storm, since):
    say(store, 1, since + 6000, since + 6000)
    say(store, 2, since + 1900, since + 6100)
    first, second = (await http.get(f"{HERE}/effects")).json()["items"]
    assert (first["verdict"], first["why"], first["actual"], first["low"]) == ("less", None, 10.0, 20.0)
    assert first["reason"]["de"].startswith("Weniger als erwartet: 10 Erwähnungen je Minute statt 20 bis 40.")
    assert len(first["band"]) == 13
    assert (second["verdict"], second["why"], second["reason"]) == ("unknown", "none", UNKNOWN["none"])


async def test_what_is_over_is_compared_with_what_came_after(http, store, storm, since):
    say(store, 1, since + 1900, since + 1900)
    with store.transaction() as tx:
        tx.incidents.save(replace(storm, state="resolved", resolved_at=since + 2400))
    (only,) = (await http.get(f"{HERE}/effects")).json()["items"]
    assert only["verdict"] == "less"


async def test_without_a_statement_there_is_no_effect(http, storm):
    assert (await http.get(f"{HERE}/effects")).json() == {"items": [], "next": None}
    assert (await http.get("/api/v1/incidents/nowhere/effects")).status_code == 404
    assert (await http.get("/api/v1/incidents/nowhere/forecasts")).status_code == 404
