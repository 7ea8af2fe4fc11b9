"""The budget of false alarms over HTTP: what it is, what it costs, setting it; and saying that a post is answered."""

import pytest

from app.domain.accounts import Accounts
from app.domain.threshold import Price, Threshold
from tests.fixtures.store import said

pytestmark = pytest.mark.anyio
URL = "/api/v1/brands/nordlicht/budget"
PRICES = (Price(0.25, 2.1, 0.75, 1800.0), Price(1.0, 1.5, 0.875, 1260.0), Price(4.0, 0.9, 1.0, 720.0))


async def test_without_a_word_the_budget_is_the_one_of_every_brand_and_its_price_is_to_come(http):
    told = (await http.get(URL)).json()
    assert [(one["severity"], one["budget"]) for one in told["severities"]] == [
        ("note", 30.0), ("warning", 4.0), ("crisis", 1.0),
    ]  # fmt: skip
    assert told["set_by"] is None
    assert told["severities"][2]["reason"]["de"].startswith("Krise: höchstens ein falscher Alarm in 30 Tagen.")
    assert told["severities"][0]["prices"] == []


async def test_the_price_is_told_in_plain_words_with_what_others_would_cost(http, store):
    with store.transaction() as tx:
        tx.thresholds.put(Threshold("nordlicht", "crisis", 1.8e9, 1.0, 1.5, 21.0, 1, PRICES))
    crisis = (await http.get(URL)).json()["severities"][2]
    assert crisis["reason"] == {
        "de": "Krise: höchstens ein falscher Alarm in 30 Tagen. "
        "Probierte Stürme werden im Mittel nach 21 Minuten gesehen, "
        "12 % gar nicht binnen sechs Stunden. (Basis: 21 Tage eigener Vergangenheit)",
        "en": "crisis: at most one false alarm in 30 days. "
        "Storms that were tried are seen after 21 minutes at the median, "
        "12% not within six hours. (basis: 21 days of its own past)",
    }
    assert [one["reason"]["de"] for one in crisis["prices"]] == [
        (
            "höchstens ein falscher Alarm in 120 Tagen: "
            "Stürme werden 9 Minuten später als mit dem jetzigen Budget gesehen, 12 % der Stürme mehr übersehen."
        ),
        (
            "höchstens ein falscher Alarm in 30 Tagen (das jetzige Budget): "
            "Probierte Stürme werden im Mittel nach 21 Minuten gesehen, 12 % gar nicht binnen sechs Stunden."
        ),
        (
            "höchstens 4 falsche Alarme in 30 Tagen: "
            "Stürme werden 9 Minuten früher als mit dem jetzigen Budget gesehen, 12 % der Stürme weniger übersehen."
        ),
    ]


async def test_somebody_sets_another_with_an_audit_row_and_old_prices_are_not_told_for_it(http, store):
    with store.transaction() as tx:
        tx.thresholds.put(Threshold("nordlicht", "crisis", 1.8e9, 1.0, 1.5, 21.0, 1, PRICES))
    told = (await http.put(URL, json={"note": 10, "warning": 2, "crisis": 0.25})).json()
    assert [one["budget"] for one in told["severities"]] == [10.0, 2.0, 0.25]
    assert told["set_by"] == "loopback"
    assert told["severities"][2]["risk"] is None
    assert "in 120 Tagen" in told["severities"][2]["reason"]["de"]
    with store.reading() as tx:
        row = tx.audit.find().items[0]
    assert (row.verb, row.scope, row.detail["crisis"]) == ("budget.set", "nordlicht", 0.25)
    again = (await http.put(URL, json={"note": 30, "warning": 4, "crisis": 1})).json()
    assert again["severities"][2]["risk"] == 1.5
    with store.reading() as tx:
        assert tx.audit.find().items[0].detail["crisis_before"] == 0.25


@pytest.mark.parametrize(
    ("body", "said"),
    [
        ({"note": 30, "warning": 4, "crisis": 0}, "0.01 to 1,000"),
        ({"note": 1, "warning": 4, "crisis": 2}, "note ≥ warning ≥ crisis"),
    ],
)
async def test_what_is_no_budget_is_refused_with_a_sentence(http, body, said):
    answer = await http.put(URL, json=body)
    assert (answer.status_code, answer.headers["content-type"]) == (422, "application/problem+json")
    assert said in answer.json()["detail"]


async def test_of_a_brand_there_is_not_nothing_is_told(http):
    assert (await http.get("/api/v1/brands/nobody/budget")).status_code == 404


async def test_somebody_says_that_a_post_is_answered_and_takes_it_back(http, store, identity):
    asked = said(identity)
    with store.transaction() as tx:
        tx.mentions.upsert([(asked, 1)])
    url = f"/api/v1/mentions/{asked.mention.key}/answered"
    for _ in range(2):
        assert (await http.put(url)).json() == {"key": asked.mention.key, "answered": True}
    with store.reading() as tx:
        assert set(tx.answers.to([asked.mention], Accounts())) == {asked.mention.key}
        assert [row.verb for row in tx.audit.find().items] == ["mention.answered"]
    assert (await http.delete(url)).status_code == 204
    with store.reading() as tx:
        assert tx.answers.to([asked.mention], Accounts()) == {}
    assert (await http.put("/api/v1/mentions/nothing/answered")).status_code == 404
