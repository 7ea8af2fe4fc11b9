import json

import pytest

from app.config.model import Config
from app.domain.brand import Brand
from app.domain.mention import Author
from app.store.tokens import digest_of, make
from tests.correcting import AT, Way
from tests.unit.dashboard.rooms import OTHER

pytestmark = pytest.mark.anyio
OURS = Brand("nordlicht", "Nordlicht Strom", "nordlicht", ("@nordlichtstrom",))


@pytest.fixture
def context(context):
    object.__setattr__(context, "start", Config(brands=(OURS, OTHER)))
    return context


@pytest.fixture
async def way(bus, store):
    made = Way(bus, store)
    texts = {
        "calm": "Das nervt ein wenig",
        "gas": "Das nervt: Gasgeruch im Keller",
        "good": "Alles gut",
        "bus": "Der Bus",
    }
    await made.say(*(made.mention(name, text, brands=("nordlicht",)) for name, text in texts.items()))
    return made


def answer(way, to, at=AT + 30, handle="nordlichtstrom", name="reply"):
    author = Author(handle, handle)
    return way.mention(name, "Wir sehen nach", brands=("nordlicht",), in_reply_to=to, author=author, published_at=at)


async def get(http, path):
    answer = await http.get(path)
    assert answer.status_code == 200, answer.text
    return answer.json()


async def shown(http, way, name):
    return await get(http, f"/api/v1/mentions/{way.identity.key('x', name)}")


async def test_a_mention_says_how_urgent_it_is_and_why(http, way):
    one = await shown(http, way, "gas")
    assert (one["priority"]["level"], one["answered_at"], one["author"]["marks"]) == ("urgent", None, [])
    assert one["author"]["key"] == way.identity.author("x", "author of gas")
    reasons = {reason["name"]: reason for reason in one["priority"]["reasons"]}
    assert set(reasons) == {"safety", "negative", "complaint", "unanswered"}
    assert reasons["safety"]["text"] == {"de": "Gefahr („gasgeruch“)", "en": "danger (“gasgeruch”)"}
    assert round(sum(reason["points"] for reason in reasons.values()), 1) == one["priority"]["score"]
    assert one["priority"]["text"]["de"].startswith("Gefahr („gasgeruch“), zu 80 % negativ, Beschwerde, seit ")
    assert one["priority"]["text"]["en"].startswith("Danger (“gasgeruch”), 80% negative, complaint, unanswered for ")
    assert (await shown(http, way, "good"))["priority"]["text"]["de"] == "Nichts Dringendes"


async def test_an_answer_of_ours_is_seen_and_calms(http, way):
    before = await shown(http, way, "calm")
    await way.say(answer(way, "calm", handle="stranger", name="other"))
    assert (await shown(http, way, "calm"))["answered_at"] is None
    await way.say(answer(way, "calm"))
    after = await shown(http, way, "calm")
    assert after["answered_at"] is not None
    assert after["priority"]["score"] < before["priority"]["score"]
    assert "answered" in [reason["name"] for reason in after["priority"]["reasons"]]
    assert (await shown(http, way, "reply"))["priority"]["text"]["en"] == "Said by us"


async def test_pages_by_priority_hold_only_that_and_lead_to_the_end(http, way):
    found, path = [], "/api/v1/mentions?priority=urgent, medium&limit=1"
    cursor = ""
    while cursor is not None:
        page = await get(http, f"{path}&cursor={cursor}")
        found += [one["id"] for one in page["items"]]
        cursor = page["next"]
    assert sorted(found) == ["calm", "gas"]
    wrong = await http.get("/api/v1/mentions?priority=urgent,soon")
    assert wrong.status_code == 422
    assert "there is no priority 'soon'; choose some of urgent, high, medium, low" in wrong.json()["detail"]
    assert len((await get(http, "/api/v1/mentions?priority="))["items"]) == 4


async def test_who_waits_is_listed_by_urgency_without_the_answered(http, way):
    late = way.mention("old", "Das nervt seit gestern", brands=("nordlicht",), published_at=AT - 80_000)
    gone = way.mention("too old", "Das nervt seit Tagen", brands=("nordlicht",), published_at=AT - 80 * 3600)
    copies = [way.mention(f"copy {n}", "Das nervt", brands=("nordlicht",), kind="repost") for n in range(2)]
    await way.say(late, gone, *copies, answer(way, "calm"))
    listed = await get(http, "/api/v1/brands/nordlicht/unanswered")
    assert [one["id"] for one in listed["items"]] == ["gas", "old"]
    assert (listed["brand"], listed["complete"], listed["looked_at"]) == ("nordlicht", True, 8)
    assert [one["id"] for one in (await get(http, "/api/v1/brands/nordlicht/unanswered?limit=1"))["items"]] == ["gas"]
    assert (await get(http, "/api/v1/brands/other/unanswered"))["items"] == []
    assert (await http.get("/api/v1/brands/nobody/unanswered")).status_code == 404


async def test_an_author_is_marked_and_unmarked_with_an_audit_row_each(http, way, store):
    key = way.identity.author("x", "author of calm")
    path = f"/api/v1/authors/{key}/marks/customer"
    assert (await http.put(path)).json() == {"author": key, "marks": ["customer"]}
    one = await shown(http, way, "calm")
    assert one["author"]["marks"] == ["customer"]
    assert "Kundenkonto" in one["priority"]["text"]["de"]
    assert (await http.delete(path)).status_code == 204
    assert (await shown(http, way, "calm"))["author"]["marks"] == []
    with store.reading() as tx:
        entries = [entry for entry in tx.audit.find().items if entry.verb == "author.mark"]
    assert [(entry.actor, entry.subject, entry.detail["set"]) for entry in entries] == [
        ("loopback", key, False),
        ("loopback", key, True),
    ]


async def test_marking_a_stranger_or_with_an_unknown_mark_is_refused(http, way):
    for what in (http.put, http.delete):
        unknown = await what("/api/v1/authors/nobody/marks/customer")
        assert (unknown.status_code, "author.key" in unknown.json()["detail"]) == (404, True)
    assert (await http.put("/api/v1/authors/nobody/marks/vip")).status_code == 422
    refused = await http.put("/api/v1/authors/nobody/marks/customer", headers={"X-Forwarded-For": "192.0.2.1"})
    assert refused.status_code == 403


async def test_a_list_of_marks_is_taken_line_by_line(http, way, store):
    lines = [
        {"channel": "x", "id": "author of calm"},
        {"channel": "X", "id": "author of calm"},
        {"channel": "x", "handle": "@nordlichtstrom", "mark": "customer"},
        {"channel": "x"},
        {"channel": "x", "id": "a", "handle": "b"},
        {"channel": " ", "id": "a"},
        {"channel": "x", "id": "a", "mark": "vip"},
        {"channel": "x", "id": "a", "name": "Anna"},
    ]
    body = "\n".join(map(json.dumps, lines)) + "\n\nnot json\n\xff"
    token = make()
    with store.transaction() as tx:
        tx.tokens.add("crm", digest_of(token), AT)
    answer = await http.post("/api/v1/marks", content=body, headers={"Authorization": f"Bearer {token}"})
    told = answer.json()
    assert (answer.status_code, told["changed"], told["unchanged"], told["wrong"]) == (200, 2, 1, 7)
    assert [error["line"] for error in told["errors"]] == [4, 5, 6, 7, 8, 10, 11]
    assert "either `id` or `handle`" in told["errors"][0]["reason"]
    assert (await shown(http, way, "calm"))["author"]["marks"] == ["customer"]
    undo = json.dumps({"channel": "x", "id": "author of calm", "remove": True})
    assert (await http.post("/api/v1/marks", content=undo)).json()["changed"] == 1
    assert (await shown(http, way, "calm"))["author"]["marks"] == []
    with store.reading() as tx:
        [last, first] = [entry for entry in tx.audit.find().items if entry.verb == "author.mark"]
    assert (first.actor, first.detail) == ("crm", {"changed": 2, "unchanged": 1, "wrong": 7})
    assert last.detail["changed"] == 1
    huge = await http.post("/api/v1/marks", content=b" " * 16_000_001)
    assert huge.status_code == 422


async def test_another_account_of_ours_answers_from_the_moment_it_is_ours(http, way):
    await way.say(answer(way, "calm", handle="nordhelp"))
    assert (await shown(http, way, "calm"))["answered_at"] is None
    brand = {"name": "Nordlicht Strom", "query": "nordlicht", "accounts": ["@nordhelp"]}
    assert (await http.put("/api/v1/brands/nordlicht", json=brand)).status_code == 200
    assert (await shown(http, way, "calm"))["answered_at"] is not None
