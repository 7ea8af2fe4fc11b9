"""What /readyz says of machines that do not agree and of parts that do not work."""

import pytest

from app.clock import SystemClock
from app.domain.fault import Fault

pytestmark = pytest.mark.anyio


async def test_machines_on_different_configurations_are_named(bus, http):
    now = SystemClock().now()
    for name in ("alerts", "analysis", "archive", "dashboard", "ingest"):
        await bus.report_service(name, "one@a", now, "11111111")
    assert (await http.get("/readyz")).json()["reason"] == ""
    await bus.report_service("analysis", "two@b", now, "22222222")
    answer = await http.get("/readyz")
    assert (answer.status_code, answer.json()["ready"]) == (200, True)
    assert "11111111: one@a; 22222222: two@b" in answer.json()["reason"]
    fault = Fault("archive", "disk", now, "The disk is full.")
    await bus.report_service("archive", "one@a", now, "11111111", fault)
    assert (await bus.reports())["archive"]["one@a"].fault == fault


async def test_an_analyzer_that_falls_back_is_told_and_the_system_stays_ready(bus, http):
    now = SystemClock().now()
    fault = Fault("analysis", "model", now, "The model file is broken; reinstall Emberwatch.")
    for name in ("alerts", "analysis", "archive", "dashboard", "ingest"):
        await bus.report_service(name, "one@a", now, "11111111", fault if name == "analysis" else None)
    answer = (await http.get("/readyz")).json()
    assert (answer["ready"], answer["reason"]) == (True, fault.reason)
    assert [(one["part"], one["kind"]) for one in answer["faults"]] == [("analysis", "model")]
