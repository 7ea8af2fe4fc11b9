"""Scorecards, out of the log of incidents."""

from app.domain.drill import Drill, Scorecard, score
from app.domain.events import IncidentEvent


def event(kind, at, incident="i1", level=0, **detail):
    return IncidentEvent(incident, "nord", at, kind, "person", "anna", "warning", level, detail)


def test_a_card_tells_how_fast_each_was():
    card = score(
        [
            event("opened", 1_060.04, level=2),
            event("escalated", 1_100.0, level=4),
            event("acknowledged", 1_130.0),
            event("owned", 1_400.0),
            event("ticked", 1_500.0, step="a", done=True),
            event("ticked", 1_510.0, step="b", done=True),
            event("ticked", 1_520.0, step="b", done=False),
            event("statement", 5_000.0),
            event("opened", 5_100.0, incident="i2"),
            event("resolved", 6_000.0),
        ],
        1_000.0,
    )
    wanted = Scorecard(60.0, 130.0, 400.0, 4_000.0, 5_000.0, highest_level=4, steps=1, incidents=2)
    assert card == wanted
    assert [card.within(name) for name in ("raised", "acknowledged", "owned", "statement", "resolved")] == [
        True, True, True, False, None,
    ]  # fmt: skip


def test_who_owns_has_acknowledged_and_what_never_came_is_none():
    card = score([event("opened", 990.0), event("owned", 1_010.0)], 1_000.0)
    assert (card.raised, card.acknowledged, card.owned, card.statement) == (0.0, 10.0, 10.0, None)
    assert score([], 0.0) == Scorecard()
    assert Scorecard().within("owned") is False


def test_a_drill_is_over_or_not():
    drill = Drill("d1", 0.0, "data-leak", "nord", "de")
    assert drill.alive
    assert not Drill("d1", 0.0, "data-leak", "nord", "de", "failed").alive
