"""Drills in every store."""

import pytest
from msgspec.structs import replace

from app.domain.drill import Drill, Scorecard
from app.errors import NotFound


def test_a_drill_is_kept_with_its_card_and_the_latest_come_first(any_store):
    first = Drill("d1", 100.0, "data-leak", "nord", "de", recipients=("anna",))
    with any_store.transaction() as tx:
        tx.drills.save(first)
        tx.drills.save(replace(first, id="d2", at=200.0))
        tx.drills.save(replace(first, state="done", score=Scorecard(60.0, highest_level=3)))
    with any_store.reading() as tx:
        assert [one.id for one in tx.drills.latest()] == ["d2", "d1"]
        assert tx.drills.latest(1)[0].id == "d2"
        assert tx.drills.get("d1").score == Scorecard(60.0, highest_level=3)
        assert tx.dispatch.drilled({"d1"}) == {"d1": ("anna",)}
        with pytest.raises(NotFound, match="api/v1/drills"):
            tx.drills.get("d9")
