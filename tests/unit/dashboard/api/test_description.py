"""The description of the API is complete and true."""

import math
import socket
from dataclasses import replace

import httpx
import pytest
from fastapi import FastAPI
from prometheus_client.parser import text_string_to_metric_families
from pydantic import ValidationError

from app.bus.redis import RedisBus
from app.clock import SystemClock
from dashboard.api import health
from dashboard.api.shape import Items, Topic
from tests.unit.dashboard.api.conftest import described

pytestmark = pytest.mark.anyio

JSON = {"/healthz": "text/plain", "/metrics": "text/plain"}


async def test_every_answer_and_every_error_is_described(http):
    paths = (await http.get("/api/v1/openapi.json")).json()["paths"]
    assert len(paths) >= 11
    for path, verbs in paths.items():
        for verb, route in verbs.items():
            good = next(route["responses"][one] for one in ("200", "201", "202", "204") if one in route["responses"])
            (shape,) = (part["schema"] for part in good["content"].values()) if verb != "delete" else ({},)
            assert shape.get("$ref") or shape.get("properties") or path in JSON or verb == "delete", (verb, path)
            assert "application/problem+json" in route["responses"]["default"]["content"], (verb, path)
            assert "422" not in route["responses"], (verb, path)
            assert route["description"], (verb, path)


async def test_parameters_are_called_as_people_write_them(http):
    paths = (await http.get("/api/v1/openapi.json")).json()["paths"]
    names = [parameter["name"] for parameter in paths["/api/v1/mentions"]["get"]["parameters"]]
    assert names == [
        "brand", "topic", "campaign", "q", "words", "from", "to", "sentiment", "intent", "channel",
            "priority", "cursor", "limit",
    ]  # fmt: skip
    names = [parameter["name"] for parameter in paths["/api/v1/brands/{brand}/tally"]["get"]["parameters"]]
    assert names == ["brand", "topic", "campaign", "from", "to", "step"]


async def test_pushing_tells_what_it_takes_and_who_may(http):
    pushing = (await http.get("/api/v1/openapi.json")).json()["paths"]["/api/v1/mentions"]["post"]
    assert set(pushing["requestBody"]["content"]) >= {"application/x-ndjson", "application/json"}
    assert pushing["security"] == [{"HTTPBearer": []}]


async def test_an_answer_that_is_not_as_described_is_caught(app, http):
    assert described(app, "GET", "/api/v1/topics", 200) is Items[Topic]
    assert described(app, "GET", "/nowhere", 200) is None
    compare = http.event_hooks["response"][0]
    planted = httpx.Response(
        200,
        json={"items": [{"brand": "a", "term": "b", "mentions": 1, "negative": 0, "extra": 1}], "next": None},
        request=httpx.Request("GET", "http://localhost:8050/api/v1/topics"),
    )
    with pytest.raises(ValidationError):
        await compare(planted)


@pytest.mark.parametrize("silent", [False, True])
async def test_without_redis_readiness_says_why_and_the_lag_is_not_a_number(context, silent, tmp_path, monkeypatch):
    monkeypatch.setattr(health, "PATIENCE", 0.1 if silent else 5.0)
    with socket.socket(socket.AF_UNIX) as deaf:
        if silent:
            deaf.bind(str(tmp_path / "redis.sock"))
            deaf.listen()
        await is_told(context, f"unix://{tmp_path}/redis.sock")


async def is_told(context, url):
    away = RedisBus(url, partitions=1, lag_limit=1000, clock=SystemClock())
    app = FastAPI()
    app.include_router(health.router(replace(context, bus=away)))
    async with httpx.AsyncClient(transport=httpx.ASGITransport(app), base_url="http://localhost:8050") as client:
        answer = await client.get("/readyz")
        assert (answer.status_code, answer.json()["ready"]) == (503, False)
        assert "Redis" in answer.json()["reason"]
        lag = samples((await client.get("/metrics")).text, "emberwatch_lag_entries")
        assert all(math.isnan(lag[group]) for group in health.GROUPS)
    await away.close()


async def test_the_figures_can_be_read_and_hold_the_lag_of_every_group(http):
    assert samples((await http.get("/metrics")).text, "emberwatch_lag_entries") == dict.fromkeys(health.GROUPS, 0.0)


def samples(text: str, name: str) -> dict[str, float]:
    families = text_string_to_metric_families(text)
    return {one.labels["group"]: one.value for family in families for one in family.samples if one.name == name}
