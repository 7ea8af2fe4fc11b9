"""Silences and the incidents under them: begun, broken through, over, ended."""

import pytest
from msgspec.structs import replace

from app.crisis import Silencing, lapse, resolve_incident, update_incident
from app.crisis.writing import By
from app.domain.actor import Actor
from app.errors import Conflict, NotAllowed, NotFound, WrongInput
from tests.unit.app.crisis.conftest import ALERTS, ANNA, BEN, NOON, Life, signal

pytestmark = pytest.mark.anyio
HOUR = 3600.0


@pytest.fixture
def silencing(life):
    return Silencing(*life.all)


async def test_what_opens_under_a_silence_is_kept_and_silent(life, silencing):
    silence = await silencing.begin(ANNA, "acme", "Wartung", NOON + HOUR)
    opened = await life.open()
    assert (opened.silence, opened.silent_until) == (silence.id, NOON + HOUR)
    assert opened.quiet(NOON)
    assert (await life.open(id="i2", brand="other")).silence is None
    assert (life.log("i1"), life.audit()[0]) == (["opened"], "silence.begin")


async def test_a_silence_on_an_incident_survives_its_resolve_and_holds_for_the_next(life, silencing):
    opened = await life.open(topic="bills")
    kept, silence = await silencing.on(ANNA, "i1", "Bekannt", NOON + HOUR)
    assert (silence.topic, silence.severity, silence.incident) == ("bills", "warning", "i1")
    assert (kept.silence, await life.shown()) == (silence.id, kept)
    assert life.details("silenced") == [
        {"silence": silence.id, "until": NOON + HOUR, "owner": "anna", "reason": "Bekannt"}
    ]
    await resolve_incident(life.store, life.bus, ALERTS, opened, NOON + 60)
    assert (await life.open(id="i2", topic="bills")).silence == silence.id
    assert (await life.open(id="i3", topic="hotline")).silence is None


async def test_a_double_click_begins_one_silence(life, silencing):
    await life.open()
    _, first = await silencing.on(ANNA, "i1", "Bekannt", NOON + HOUR)
    life.clock.advance(1)
    _, second = await silencing.on(ANNA, "i1", "Bekannt", NOON + HOUR + 1)
    free = [await silencing.begin(BEN, "acme", "Wartung", NOON + HOUR) for _ in range(2)]
    assert (first.id, free[0].id) == (second.id, free[1].id)
    assert life.audit() == ["incident.open", "silence.begin", "silence.begin"]
    assert life.log() == ["opened", "silenced"], "of two that end at once the first holds"


async def test_what_gets_graver_than_its_silence_breaks_through(life, silencing):
    opened = await life.open()
    await silencing.on(ANNA, "i1", "Bekannt", NOON + HOUR)
    same = await update_incident(life.store, life.bus, ALERTS, replace(opened, peak=90), NOON + 60)
    assert same.quiet(NOON + 60)
    graver = await update_incident(life.store, life.bus, ALERTS, replace(opened, severity="crisis"), NOON + 120)
    assert not graver.quiet(NOON + 120)
    assert life.log() == ["opened", "silenced", "escalated", "unsilenced"]


async def test_another_detector_breaks_through_a_silence_of_one(life, silencing):
    await silencing.begin(ANNA, "acme", "Zählfehler", NOON + HOUR, detector="volume")
    opened = await life.open()
    assert opened.quiet(NOON)
    more = replace(opened, signals=(*opened.signals, signal("negative")))
    await update_incident(life.store, life.bus, ALERTS, more, NOON + 60)
    assert life.log() == ["opened", "joined", "unsilenced"]


async def test_ended_by_hand_or_by_its_time_it_is_heard_again_once(life, silencing):
    opened = await life.open()
    _, silence = await silencing.on(ANNA, "i1", "Bekannt", NOON + HOUR)
    assert await lapse(life.store, life.bus, ALERTS, opened, NOON + HOUR - 1) == life.kept()
    for at in (NOON + HOUR, NOON + HOUR + 60):
        heard = await lapse(life.store, life.bus, ALERTS, opened, at)
        assert heard.silence is None
    late = await update_incident(life.store, life.bus, ALERTS, opened, NOON + HOUR - 5)
    assert late.silence is None, "detectors are seconds behind: that silences nothing again"
    assert life.log() == ["opened", "silenced", "unsilenced"]
    assert life.audit().count("silence.lapse") == 1
    life.clock.advance(HOUR)
    with pytest.raises(Conflict, match="is over already"):
        await silencing.end(ANNA, silence.id)
    other = await silencing.begin(ANNA, "acme", "Wartung", NOON + 3 * HOUR)
    over = await silencing.end(BEN, other.id)
    assert await silencing.end(BEN, other.id) == over
    assert (over.until, over.ended_by) == (life.clock.now(), "ben")
    assert life.log()[3:] == ["silenced", "unsilenced"]
    with pytest.raises(NotFound, match="no silence 's9'"):
        await silencing.end(ANNA, "s9")


async def test_what_may_not_be_silenced_leaves_nothing(life, silencing):
    await life.open(drill="d1")
    with pytest.raises(WrongInput, match="drills cannot be silenced"):
        await silencing.on(ANNA, "i1", "Bekannt", NOON + HOUR)
    with pytest.raises(WrongInput, match="30 days"):
        await silencing.begin(ANNA, "acme", "Bekannt", NOON + 31 * 24 * HOUR)
    with pytest.raises(NotAllowed):
        await silencing.begin(By(Actor("machine", "crm", ("machine",))), "acme", "Bekannt", NOON + HOUR)
    with pytest.raises(NotFound, match="no person"):
        await silencing.begin(By(ANNA.actor, "nobody"), "acme", "Bekannt", NOON + HOUR)
    with life.store.reading() as tx:
        assert tx.silences.find(NOON).items == []
    assert life.audit() == ["incident.open"]


async def test_silences_are_listed_active_and_past_by_page(any_store, bus, clock):
    life = Life(any_store, bus, clock)
    silencing = Silencing(any_store, bus, clock)
    by = By(ANNA.actor)
    made = [await silencing.begin(by, "acme", f"Grund {n}", NOON + (n + 1) * HOUR) for n in range(4)]
    life.clock.advance(2 * HOUR)
    now = clock.now()
    with any_store.reading() as tx:
        active = tx.silences.find(now, active=True, brand="acme", limit=1)
        assert active.items == [made[3]]
        assert tx.silences.find(now, active=True, cursor=active.next).items == [made[2]]
        assert tx.silences.find(now, active=False).items == [made[1], made[0]]
        assert tx.silences.active(now) == [made[2], made[3]]
        assert tx.silences.active(now, "other") == []
