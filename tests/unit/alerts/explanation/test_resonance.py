"""How much of an incident is copies, kept with it."""

import pytest
from msgspec.structs import replace

from alerts.explanation.resonance import BURSTS, resonance, resonance_of
from app.bus.port import Snapshot
from app.domain.brand import Brand
from app.domain.burst import Burst
from app.domain.tally import TallyDelta
from app.service import Context
from tests.fixtures.store import NOON
from tests.speech_of_bots import analysed, bots, wave

SINCE = NOON // 600 * 600
BRAND = Brand("nordlicht", "Nordlicht Strom", "nordlicht")
ONE, OTHER = "0" * 16, "f" * 16
TALLY: TallyDelta = {
    f"nordlicht:v:{int(SINCE) - 600}": {f"{ONE}:n": 900},
    f"nordlicht:v:{int(SINCE)}": {f"{ONE}:n": 60, "~:all": 50, f"{OTHER}:n": 20, "@anna:n": 2},
    f"nordlicht:a:{int(SINCE)}": {"anna:n": 2, "bert:n": 80, "gone:n": 0},
    f"other:v:{int(SINCE)}": {"@x:n": 9},
}
SNAPSHOT = Snapshot({}, NOON, TALLY, {}, {})


def marked(at: float, score: float = 0.8) -> Burst:
    return Burst(score, (), at, 40, 30)


def test_posts_and_voices_are_those_since_the_onset():
    found = resonance(SNAPSHOT, BRAND, SINCE + 99, [])
    assert found is not None
    assert (found.posts, found.voices, found.authors) == (82, 3, 2)
    assert (round(found.reposts, 2), round(found.copies, 2), found.bursts) == (0.61, 0.96, ())


def test_nothing_is_said_where_nobody_looks_for_copies():
    empty = replace(SNAPSHOT, tally={f"nordlicht:v:{int(SINCE)}": {"@anna:n": 2}})
    assert resonance(empty, BRAND, SINCE, []) is None
    before = resonance(SNAPSHOT, BRAND, SINCE, [])
    assert resonance(empty, BRAND, SINCE, [], before) == before


def test_marked_bursts_stay_and_are_told_once():
    first = resonance(SNAPSHOT, BRAND, SINCE, [marked(NOON), marked(NOON + 50, 0.3)])
    assert first is not None
    assert first.bursts == (marked(NOON),)
    later = resonance(SNAPSHOT, BRAND, SINCE, [marked(NOON + 30, 0.9)], first)
    assert later is not None
    assert later.bursts == (marked(NOON + 30, 0.9),)
    gone = resonance(SNAPSHOT, BRAND, SINCE, [marked(NOON + 5_000)], later)
    assert gone is not None
    assert [one.started_at for one in gone.bursts] == [NOON + 30, NOON + 5_000]
    many = resonance(SNAPSHOT, BRAND, SINCE, [marked(NOON + 1_000 * n) for n in range(9)])
    assert many is not None
    assert len(many.bursts) == BURSTS


@pytest.mark.anyio
async def test_bursts_are_read_from_the_archive(store, clock, identity, tmp_path):
    with store.transaction() as tx:
        said = analysed(bots(identity, NOON - 200) + wave(identity, NOON - 200))
        tx.mentions.upsert([(one, 1) for one in said])
    context = Context(None, tmp_path, clock, None, store, identity, {})
    found = await resonance_of(context, SNAPSHOT, BRAND, NOON - 300, None)
    assert found is not None
    [burst] = found.bursts
    assert burst.authors == 30
    assert "young" in {one.name for one in burst.grounds}
