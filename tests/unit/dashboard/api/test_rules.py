"""Rules and backtests over HTTP."""

import anyio
import pytest

from app.domain.episode import Episode
from app.domain.rule import Rule
from app.domain.tally import MinuteTally

pytestmark = pytest.mark.anyio

HERE = "nordlicht"

RULE = {
    "name": "Viel Schlechtes",
    "when": "negative_share(1h)>0.4",
    "brands": [HERE],
    "severity": "crisis",
    "quiet": "22:00-06:00",
}


async def test_a_rule_is_made_changed_and_removed(http, context):
    made = await http.post("/api/v1/rules", json=RULE)
    assert (made.status_code, made.headers["location"]) == (201, "/api/v1/rules/viel-schlechtes")
    one = made.json()
    assert one["sentence"]["de"] == "Wenn in 1 Stunde mehr als 40 % der Erwähnungen negativ sind."
    assert (one["saved"], one["over_file"], one["records"], one["shadow"]) == (True, False, [], False)
    assert (await http.get("/api/v1/rules/viel-schlechtes")).json() == one
    assert (await http.get("/api/v1/rules")).json() == {"items": [one], "next": None}
    assert (await http.post("/api/v1/rules", json=RULE | {"id": "viel-schlechtes"})).status_code == 409
    with context.store.transaction() as tx:
        tx.rules.note(context.config.rules[0], HERE, 7200.0, [Episode(3600, 3660)])
    changed = (await http.put("/api/v1/rules/viel-schlechtes", json=RULE | {"shadow": True, "brands": None})).json()
    assert (changed["shadow"], changed["brands"]) == (True, None)
    (record,) = changed["records"]
    assert (record["scope"], record["times"]) == (HERE, 1)
    assert record["latest"] == [{"start": "1970-01-01T01:00:00.000Z", "end": "1970-01-01T01:01:00.000Z"}]
    assert (await http.delete("/api/v1/rules/viel-schlechtes")).status_code == 204
    assert (await http.get("/api/v1/rules/viel-schlechtes")).status_code == 404
    with context.store.reading() as tx:
        assert [row.verb for row in tx.audit.find().items] == ["rule.remove", "rule.save", "rule.save"]


@pytest.mark.parametrize(
    ("change", "sentence"),
    [
        ({"when": "mention(1h) > 3"}, "did you mean mentions"),
        ({"brands": ["nowhere"]}, "no brand 'nowhere'"),
        ({"topic": "nowhere"}, "no topic or campaign"),
        ({"quiet": "nachts"}, "from-to"),
        ({"severity": "bad"}, "severity"),
        ({"name": ""}, "name"),
        ({"colour": "red"}, "colour"),
    ],
)
async def test_what_cannot_be_gets_a_sentence(http, change, sentence):
    answer = await http.post("/api/v1/rules", json=RULE | change)
    assert answer.status_code == 422
    assert sentence in answer.json()["detail"]


async def test_a_condition_is_checked_without_being_kept(http):
    good = (await http.post("/api/v1/rules/check", json={"when": "mentions(15min)>50"})).json()
    assert (good["ok"], good["when"], good["problem"]) == (True, "mentions(15m) > 50", None)
    assert good["sentence"]["en"] == "When more than 50 mentions arrive within 15 minutes."
    bad = (await http.post("/api/v1/rules/check", json={"when": "mentions(15m) >"})).json()
    assert (bad["ok"], bad["position"], bad["sentence"]) == (False, 15, None)
    assert bad["problem"] == {
        "de": "Hier fehlt eine Zahl, wie in > 50, oder > 3 * usual.",
        "en": "A number is missing here, as in > 50, or > 3 * usual.",
    }


async def test_the_file_speaks_again(http, context):
    assert (await http.post("/api/v1/rules/viel/restore")).status_code == 404
    stated = Rule("viel", "Viel", "mentions(1h) > 5")
    context.watchlist._read = context.watchlist._read.model_copy(update={"rules": (stated,)})
    changed = (await http.put("/api/v1/rules/viel", json={"name": "Viel", "when": "mentions(1h) > 9"})).json()
    assert (changed["saved"], changed["over_file"]) == (True, True)
    back = (await http.post("/api/v1/rules/viel/restore")).json()
    assert (back["when"], back["saved"], back["over_file"]) == ("mentions(1h) > 5", False, False)


async def over(http, run):
    """Return a backtest once it is over."""
    with anyio.fail_after(60):
        while True:
            found = (await http.get(f"/api/v1/backtest/{run['id']}")).json()
            if found["state"] not in {"waiting", "running"}:
                return found


async def test_a_backtest_runs_beside_and_its_result_is_kept(http, context):
    end = int(context.clock.now()) // 60 * 60
    past = [MinuteTally(at, 90 if end - 7200 <= at < end - 5400 else 9) for at in range(end - 86_400, end, 60)]
    with context.store.transaction() as tx:
        tx.tallies.seed(HERE, "x", past, float(end))
    await http.put("/api/v1/rules/viel", json={"name": "Viel", "when": "mentions(15m) > 500"})
    asked = {"brand": HERE, "rules": ["viel"], "conditions": ["mentions(5m)>100"], "exact": False}
    begun = await http.post("/api/v1/backtest", json=asked)
    assert begun.status_code == 202
    assert (begun.json()["trials"], begun.json()["progress"]) == ([], 0.0)
    found = await over(http, begun.json())
    assert (found["state"], found["progress"], found["problem"]) == ("done", 1.0, None)
    assert [(one["name"], len(one["alarms"]), one["crises"]) for one in found["trials"]] == [
        ("Viel", 1, []),
        ("mentions(5m)>100", 1, []),
    ]
    assert found["trials"][0]["alarms"][0]["meaning"] == "none"
    assert found["trials"][0]["false"] == 1.0
    assert sum(one["count"] for one in found["chart"]) == sum(one.count for one in past)


async def test_a_backtest_is_stopped_and_too_many_are_refused(http):
    asked = {"brand": HERE, "conditions": ["mentions(5m) > 100"]}
    runs = [(await http.post("/api/v1/backtest", json=asked)).json() for _ in range(4)]
    assert (await http.post("/api/v1/backtest", json=asked)).status_code == 409
    stopped = [(await http.delete(f"/api/v1/backtest/{run['id']}")).json()["state"] for run in runs]
    assert stopped == ["cancelled"] * 4
    assert (await http.delete(f"/api/v1/backtest/{runs[0]['id']}")).json()["state"] == "cancelled"
    assert (await http.get("/api/v1/backtest/none")).status_code == 404


@pytest.mark.parametrize(
    ("change", "status", "sentence"),
    [
        ({"brand": "nowhere"}, 404, "nowhere"),
        ({"topic": "nowhere"}, 422, "no topic or campaign"),
        ({"conditions": []}, 422, "Name `rules`"),
        ({"conditions": ["mention(5m) > 3"]}, 422, "did you mean"),
        ({"rules": ["none"]}, 404, "no rule 'none'"),
        ({"conditions": ["mentions(5m) > 3"] * 6}, 422, "At most 5"),
        ({"start": "2099-01-01T00:00:00Z"}, 422, "`start` has to be before"),
    ],
)
async def test_what_no_backtest_can_be_made_of(http, change, status, sentence):
    asked = {"brand": HERE, "conditions": ["mentions(5m) > 100"]}
    answer = await http.post("/api/v1/backtest", json=asked | change)
    assert answer.status_code == status
    assert sentence in answer.json()["detail"]
