"""How strong it blows where there is no incident: 0 to 2, on the wall."""

from dashboard.panels.incident import IncidentPanel
from dashboard.unrest import unrest
from tests.unit.dashboard.rooms import BRAND, NOON, brand_state, said, text, usual, view


def seen(number: int, seconds: int = 300, **around):
    """Return a view of a brand of which that was said in the last minutes, negative and by as many people."""
    posts = [said(n, NOON - seconds + n * seconds / number, "negative", f"p{n}", 900) for n in range(number)]
    return view(brand_state(posts), usual={BRAND.id: usual(8.0, 12.0)}, **around)


def test_an_ordinary_pace_is_calm_and_counts_nobody():
    assert unrest(seen(50)).value == 0
    assert unrest(seen(50)).grounds == ()


def test_a_surge_without_an_incident_is_light_at_most():
    assert unrest(seen(90)).value == 1
    assert unrest(seen(900)).value == 2
    drawn = text(IncidentPanel().draw(seen(900)).nodes)
    assert "2schwache Brise" in drawn


def test_where_nothing_is_usual_yet_it_is_calm():
    posts = [said(n, NOON - n / 3, "negative", f"p{n}", 900) for n in range(900)]
    assert unrest(view(brand_state(posts))).value == 0
    thin = usual(8.0, 12.0, basis=60.0)
    assert unrest(view(brand_state(posts), usual={BRAND.id: thin})).value == 0


def test_it_does_not_flutter_about_what_a_level_takes():
    surge = [said(n, NOON - 600 + n * 300 / 120, "negative", f"p{n}", 900) for n in range(120)]
    after = [said(1000 + n, NOON - 300 + n * 300 / 65, "negative", f"q{n}", 900) for n in range(65)]
    told = {BRAND.id: usual(8.0, 12.0)}
    assert unrest(view(brand_state([*surge, *after]), usual=told)).value >= 1
    assert unrest(view(brand_state(after), usual=told)).value == 0
