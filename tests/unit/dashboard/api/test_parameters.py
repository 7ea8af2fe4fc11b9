"""Odd questions get sentences, never a 500."""

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from tests.unit.dashboard.rooms import said

pytestmark = pytest.mark.anyio

NOON = 1_795_000_020.0
ROUTES = (
    "/api/v1/mentions",
    "/api/v1/brands",
    "/api/v1/brands/nordlicht/tally",
    "/api/v1/influencers",
    "/api/v1/brands/nordlicht/influencers",
    "/api/v1/topics",
    "/api/v1/brands/nordlicht/voices",
    "/api/v1/sources",
    "/api/v1/incidents",
    "/api/v1/incidents/none",
    "/readyz",
)
WHERE = ("step", "state", "audience")
NAMES = ("brand", "q", "words", "from", "to", "sentiment", "intent", "channel", "cursor", "limit", "window", *WHERE)
GOOD = ("nordlicht", "2026-11-18T00:00:00Z", "2026-11-18T13:00:00+01:00", "negative", "60", "1h", "open", "a OR (b c)")
ODD = ("", "0", "-1", "1e9", "9" * 400, "NaN", "\x00", "\ud83d", "٣", "0001-01-01T00:00:00+23:59", "(", "a NOT", "%")
VALUES = st.one_of(st.sampled_from((*GOOD, *ODD)), st.text(max_size=30), st.integers().map(str))


@settings(max_examples=60, deadline=None, derandomize=True, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(
    route=st.sampled_from(ROUTES),
    asked=st.dictionaries(st.sampled_from(NAMES), VALUES.map(lambda text: text.encode("utf-8", "replace")), max_size=4),
)
async def test_no_question_breaks_a_route(http, route, asked):
    answer = await http.get(route, params={name: value.decode() for name, value in asked.items()})
    assert answer.status_code in {200, 404, 422, 503}, answer.text
    if answer.status_code != 200 and route != "/readyz":
        assert answer.headers["content-type"] == "application/problem+json"
        assert answer.json()["detail"]


@pytest.mark.parametrize("offset", ["+01:00", "%2B01:00", "%2b0100"])
async def test_an_offset_is_read_whether_its_plus_is_encoded_or_not(http, store, offset):
    with store.transaction() as tx:
        tx.mentions.upsert([(said(n, NOON + n), 1) for n in range(3)])
    answer = await http.get(f"/api/v1/mentions?from=2026-11-18T12:07:01{offset}&to=2026-11-18T12:07:02{offset}")
    assert [item["id"] for item in answer.json()["items"]] == ["1"]


async def test_an_empty_parameter_was_not_given(http, store):
    with store.transaction() as tx:
        tx.mentions.upsert([(said(1, NOON), 1)])
    everything = "brand=&q=&words=&from=&to=&sentiment=&intent=&channel=&cursor="
    assert len((await http.get(f"/api/v1/mentions?{everything}")).json()["items"]) == 1
    assert (await http.get("/api/v1/incidents?state=&brand=&cursor=")).status_code == 200
    assert (await http.get("/api/v1/topics?brand=")).status_code == 200


@pytest.mark.parametrize(
    ("verb", "path", "status", "detail"),
    [
        ("GET", "/nowhere", 404, "There is nothing at /nowhere; /api/v1/openapi.json lists what there is."),
        ("PUT", "/api/v1/brands", 405, "PUT is not possible at /api/v1/brands; use GET."),
        ("GET", "/api/v1/topics?window=x", 422, "window: write a window such as 3600, 30m or 6h, at most 24h"),
    ],
)
async def test_errors_are_sentences(http, verb, path, status, detail):
    answer = await http.request(verb, path)
    assert (answer.status_code, answer.json()["detail"]) == (status, detail)


@pytest.mark.parametrize("header", ["Host", "Origin"])
@pytest.mark.parametrize("value", ["[::1", "http://[", "http://[::1", "]", "a b"])
async def test_an_address_that_is_none_is_turned_away(http, header, value):
    answer = await http.post("/api/v1/mentions", content="{}", headers={header: value})
    assert answer.status_code in {403, 421}
