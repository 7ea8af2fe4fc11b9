"""One incident per brand and topic: what folds in, what is told anew, and in whose hands it stays."""

import anyio
import pytest
from msgspec.structs import replace

from app.crisis import Handling, join_incident, open_incident, update_incident
from app.domain.level import Level
from app.errors import Conflict
from tests.unit.app.crisis.conftest import ALERTS, ANNA, NOON, STORM, signal

pytestmark = pytest.mark.anyio
BILLS = {"topic": "bills", "signals": (signal("volume", "acme/bills"),), "severity": "note"}


async def update(life, kept, hours=0, **changes):
    life.clock.advance(60 + 3600 * hours)
    return await update_incident(life.store, life.bus, ALERTS, replace(kept, **changes), life.clock.now())


async def test_topics_have_incidents_of_their_own_until_the_brand_has_one(life):
    await life.open(id="t1", **BILLS)
    await life.open(id="t2", **BILLS | {"topic": "hotline", "signals": (signal("negative", "acme/hotline"),)})
    with pytest.raises(Conflict, match="acme/bills has an open incident already, t1"):
        await life.open(id="t3", **BILLS)
    await life.open(id="t4", **BILLS | {"brand": "other"})
    whole = await life.open()
    assert {(one.brand, one.detector) for one in whole.signals} == {
        ("acme", "volume"), ("acme/bills", "volume"), ("acme/hotline", "negative"),
    }  # fmt: skip
    for name in ("t1", "t2"):
        folded = life.kept(name)
        assert (folded.state, folded.folded_into, folded.resolved_by) == ("resolved", "i1", "alerts")
        assert life.details("resolved", name) == [{"reason": "folded", "into": "i1"}]
        assert await life.shown(name) == folded
    assert life.kept("t4").alive
    assert life.details("opened") == [{"peak": 80.0, "folded": "t1, t2"}]
    assert life.audit() == ["incident.open"] * 4
    with pytest.raises(Conflict, match="acme has an open incident as a whole, i1; join that one"):
        await life.open(id="t5", **BILLS)
    with pytest.raises(Conflict, match="is resolved and went on as i1; look there"):
        await Handling(*life.all).own(ANNA, "t1")


async def test_a_drill_folds_nothing_that_is_real(life):
    await life.open(id="t1", **BILLS)
    await life.open(id="d1", drill="d")
    assert life.kept("t1").alive
    assert (await life.open()).id == "i1"
    assert life.kept("d1").alive


@pytest.mark.parametrize(("severity", "state"), [("note", "firing"), ("warning", "owned"), ("crisis", "owned")])
async def test_what_is_no_graver_than_what_a_person_has_in_hand_stays_in_their_hands(life, severity, state):
    await life.open(id="t1", **BILLS | {"severity": severity})
    await Handling(*life.all).own(ANNA, "t1")
    whole = await life.open()
    assert (whole.state, whole.owner, whole.acknowledged_by) == (
        (state, "anna", "anna") if state == "owned" else ("firing", None, None)
    )
    assert whole.severity == max("warning", severity, key=("note", "warning", "crisis").index)


async def test_what_joins_is_told_once(life):
    await life.open()
    for _ in range(2):
        joined = await join_incident(
            life.store, life.bus, ALERTS, "i1", [signal("volume", "acme/bills"), signal("rule:r1")], NOON + 60
        )
    assert joined.rules == ("r1",)
    assert life.details("joined") == [{"rules": "r1", "scopes": "acme/bills"}]
    assert life.audit() == ["incident.open", "incident.join"]
    graver = await join_incident(life.store, life.bus, ALERTS, "i1", [], NOON + 90, ["r1"], "crisis")
    assert (graver.severity, life.log()) == ("crisis", ["opened", "joined", "escalated"])
    told = await update(life, STORM, signals=(signal("volume"), signal("negative")))
    assert {one.detector for one in told.signals} == {"volume", "negative", "rule:r1"}
    assert life.details("joined")[1:] == [{"detectors": "negative"}]


@pytest.mark.parametrize(
    ("steps", "log"),
    [
        ([{"peak": 90}, {"peak": 120}, {"peak": 159}], []),
        ([{"peak": 160}, {"peak": 300}, {"peak": 320}], ["escalated"] * 2),
        ([{"severity": "crisis"}, {"severity": "warning"}, {"severity": "crisis"}], ["escalated"]),
        ([{"level": Level(3)}, {"level": Level(3)}, {"level": Level(4)}], ["escalated"] * 2),
        ([{"level": Level(1)}, {"level": Level(2)}, {"level": Level(1)}, {"level": Level(2)}], ["calmer"]),
        ([{"level": Level(5)}, {"level": Level(3)}, {"level": Level(4)}, {"level": Level(4)}], ["escalated", "calmer"]),
        ([{"level": Level(5)}, {"level": Level(3)}, {"level": Level(5)}], ["escalated", "calmer"]),
        ([{"level": Level(2)}, {"level": Level(0)}, {"level": Level(2), "hours": 1}], ["calmer", "escalated"]),
        ([{"level": Level(0)}, {"level": None}, {"level": Level(0)}], ["calmer"]),
        ([{"level": Level(3), "severity": "crisis", "peak": 200}], ["escalated"]),
    ],
    ids=lambda value: str(len(value)),
)
async def test_only_what_really_changed_is_told(life, steps, log):
    await life.open()
    for step in steps:
        await update(life, STORM, **step)
    assert life.log()[1:] == log
    assert life.audit().count("incident.update") == len(steps)


async def test_an_escalation_says_why_and_from_what(life):
    await life.open()
    await update(life, STORM, level=Level(4), severity="crisis", peak=200)
    assert life.details("escalated") == [
        {
            "because": "severity, level, volume",
            "severity": "crisis",
            "level": 4,
            "peak": 200.0,
            "was_severity": "warning",
            "was_level": 2,
            "was_peak": 80.0,
        }
    ]


async def test_what_a_teller_does_not_know_this_time_stays(life):
    opened = await life.open(authors=("Karla",))
    told = await update(life, STORM, level=None, authors=())
    assert (told.level, told.authors) == (opened.level, ("Karla",))


async def test_a_brand_and_its_topics_opening_at_once_leave_one_alive(any_store, bus, clock):
    async def begin(number: int) -> None:
        topic = {} if number == 0 else BILLS | {"topic": f"t{number}"}
        try:
            await open_incident(any_store, bus, ALERTS, replace(STORM, id=f"i{number}", **topic), clock.now())
        except Conflict as error:
            assert "join that one" in str(error)

    async with anyio.create_task_group() as group:
        for number in range(5):
            group.start_soon(begin, number)
    with any_store.reading() as tx:
        alive = tx.incidents.open("acme")
    assert [one.id for one in alive] == ["i0"]
