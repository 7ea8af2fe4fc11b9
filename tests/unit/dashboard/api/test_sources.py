import anyio
import pytest

from app.config.model import Config, Source
from app.domain.alarm import Alarm
from app.domain.source import Gap, Proof, Quota, SourceState
from app.service import Context
from tests.unit.dashboard.rooms import BRAND, NOON

pytestmark = pytest.mark.anyio


@pytest.fixture
def context(context):
    config = Config(
        brands=(BRAND,), sources=(Source(id="live", connector="bluesky"), Source(id="in", connector="push"))
    )
    return Context(config, context.data, context.clock, context.bus, context.store, context.identity, context.options)


STATE = SourceState(
    "live", "bluesky", "unreachable", NOON, NOON + 5, "No network.", cause="network", quota=Quota(300, 12, NOON + 60),
    gaps=(Gap(NOON - 9, NOON - 5, "too old"),), reconnects=3, proved_at=NOON - 1, usual=40.0, rate=0.0, unreadable=2,
)  # fmt: skip


async def test_a_source_tells_everything(http, bus):
    await bus.report_source(STATE)
    silence = Alarm("a1", "live", "bluesky", "deaf", "network", NOON, NOON + 120, NOON + 120, {"de": "x", "en": "x"})
    await bus.show_alarm(silence)
    live = (await http.get("/api/v1/sources/live")).json()
    assert (live["cause"], live["reconnects"], live["unreadable"], live["usual"], live["rate"]) == (
        "network",
        3,
        2,
        40,
        0,
    )
    assert live["quota"] == {"limit": 300, "left": 12, "resets_at": "2026-11-18T11:08:00.000Z", "unit": "requests"}
    assert live["gaps"][0]["since"] == "2026-11-18T11:06:51.000Z"
    assert (live["rewinds"], live["docs"]) == (True, "/admin/channels/bluesky")
    assert live["terms"]["deletions"] == "announced"
    (alarm,) = (await http.get("/api/v1/alarms?class=source")).json()["items"]
    assert live["alarm"] == alarm
    assert (alarm["class"], alarm["kind"], alarm["resolved_at"]) == ("source", "deaf", None)
    assert (await http.get("/api/v1/alarms?class=brand")).status_code == 422


async def test_one_that_was_never_reported_is_starting_and_an_unknown_one_is_named(http):
    items = (await http.get("/api/v1/sources")).json()["items"]
    assert [(one["id"], one["status"], one["alarm"]) for one in items] == [
        ("in", "starting", None),
        ("live", "starting", None),
    ]
    refused = await http.post("/api/v1/sources/nowhere/pause")
    assert refused.status_code == 404
    assert "in, live" in refused.json()["detail"]


async def test_one_whose_connector_is_not_installed_here_is_shown_all_the_same(http, bus):
    await bus.report_source(SourceState("odd", "elsewhere", "live", NOON, NOON))
    odd = (await http.get("/api/v1/sources/odd")).json()
    assert (odd["terms"], odd["rewinds"]) == (None, True)


async def test_pausing_resuming_and_testing_by_the_machine_itself(http, bus, store):
    paused = (await http.post("/api/v1/sources/live/pause")).json()
    assert (paused["paused"], paused["actor"]) == (True, "loopback")
    assert (await bus.held("live")).actor == "loopback"
    assert (await http.post("/api/v1/sources/live/resume")).json() == {
        "source": "live", "paused": False, "at": None, "actor": None,
    }  # fmt: skip
    assert await bus.held("live") is None

    async def listener():
        while not (question := (await bus.orders("live")).question):  # noqa: ASYNC110 - it comes from another task
            await anyio.sleep(0.005)
        await bus.answer("live", question, Proof(works=False, said="No key.", at=NOON, cause="credential"))

    async with anyio.create_task_group() as group:
        group.start_soon(listener)
        proof = (await http.post("/api/v1/sources/live/test")).json()
    assert (proof["works"], proof["said"], proof["cause"]) == (False, "No key.", "credential")
    with store.reading() as tx:
        verbs = [row.verb for row in tx.audit.find().items]
    assert verbs == ["source.test", "source.resume", "source.pause"]


async def test_a_machine_without_the_grant_pauses_nothing(http, bus, store):
    from_elsewhere = {"x-forwarded-for": "203.0.113.9"}
    for act in ("pause", "resume", "test"):
        assert (await http.post(f"/api/v1/sources/live/{act}", headers=from_elsewhere)).status_code == 403
    assert await bus.held("live") is None
