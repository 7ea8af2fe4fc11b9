"""What does not work is said on the wall in two words, on /readyz in a sentence, before and after Redis was there."""

import httpx
import pytest

from app.domain.fault import Fault
from dashboard.hearing import SILENT
from dashboard.waiting import waiting
from tests.fixtures.store import NOON as STORED
from tests.unit.dashboard.rooms import NOON, text, view
from tests.unit.dashboard.test_panels import DEAD, draw

KINDS = {
    "redis": ("away", "memory", "disk", "password", "readonly", "refused"),
    "archive": ("away", "disk", "password", "readonly"),
}


@pytest.mark.parametrize(("part", "kind"), [(part, kind) for part, kinds in KINDS.items() for kind in kinds])
def test_every_fault_has_words_in_both_languages(part, kind):
    fault = Fault(part, kind, NOON - 60, "…")
    german = text(draw("liveness", view(faults=(fault,))).nodes)
    english = text(draw("liveness", view(language="en", faults=(fault,))).nodes)
    assert ("Redis" if part == "redis" else "Archiv") in german
    assert "seit" in german
    assert "nichts geht verloren" in german
    assert ("Redis" if part == "redis" else "Archive") in english
    assert "nothing is lost" in english
    assert german != english


def test_while_redis_takes_nothing_no_source_is_called_silent():
    fault = Fault("redis", "memory", NOON - 60, "…")
    silent = view(sources=(DEAD,), faults=(fault,), server_time=NOON + SILENT + 1)
    assert "Bluesky" not in text(draw("liveness", silent).nodes)
    full = Fault("archive", "disk", NOON - 60, "…")
    assert "Bluesky" in text(draw("liveness", view(sources=(DEAD,), faults=(full,))).nodes)


@pytest.mark.anyio
async def test_before_anything_could_be_opened_the_addresses_say_what_is_missing():
    faults = {}
    app = waiting(faults)
    async with httpx.AsyncClient(transport=httpx.ASGITransport(app), base_url="http://here") as http:
        assert "starting" in (await http.get("/readyz")).json()["reason"]
        faults["archive"] = Fault("archive", "password", STORED, "The database <x> refuses the password.")
        assert ((await http.get("/healthz")).status_code, (await http.get("/healthz")).text) == (200, "ok")
        ready = await http.get("/readyz")
        assert (ready.status_code, ready.json()["faults"][0]["kind"]) == (503, "password")
        assert (await http.get("/api/v1/brands")).json()["detail"] == "The database <x> refuses the password."
        page = await http.get("/wall/main")
        assert page.status_code == 503
        assert "database &lt;x&gt; refuses" in page.text
    await app({"type": "websocket"}, None, None)
