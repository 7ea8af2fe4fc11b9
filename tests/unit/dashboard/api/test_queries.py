from contextlib import closing

import pytest

from app.domain.mention import Author, Mention
from app.store.unheard import NAME, Unheard
from tests.fixtures.store import said

pytestmark = pytest.mark.anyio
WHERE = "/api/v1/queries/preview"


@pytest.fixture
def told(context):
    now = context.clock.now()
    rows = [said(context.identity, str(n), text, at=now - 60 - n) for n, text in enumerate(["Nordlicht", "Ströme weg"])]
    with context.store.transaction() as tx:
        tx.mentions.upsert([(row, 1) for row in rows])
    post = Mention("x", "9", now - 30, "Ströme!", Author("berta"), key="k9", received_at=now - 30)
    with closing(Unheard(context.data / NAME, 2**20)) as file:
        file.keep([(post, "b")])


async def test_a_preview_tells_what_how_often_and_which_words(http, told):
    answer = (await http.get(WHERE, params={"q": "stroeme", "brand": "nordlicht"})).json()
    assert (answer["query"], answer["matched"], answer["looked_at"], answer["complete"]) == ("stroeme", 2, 3, True)
    first, second = answer["examples"]
    assert first["why"] == [{"text": "Ströme", "start": 0, "end": 6}]
    assert (first["sentiment"], second["sentiment"]["label"]) == (None, "negative")
    assert (answer["added"]["count"], answer["lost"]["count"]) == (2, 1)
    assert answer["lost"]["examples"][0]["why"] == [{"text": "Nordlicht", "start": 0, "end": 9}]
    assert sum(hour["count"] for hour in answer["volume"]) == 2


async def test_exclusions_narrow_and_a_new_brand_has_no_difference(http, told):
    answer = (await http.get(WHERE, params={"q": "stroeme", "exclude": ["weg", ""], "limit": 0})).json()
    assert (answer["matched"], answer["examples"]) == (1, [])
    assert answer["added"] is answer["lost"] is None


@pytest.mark.parametrize(
    ("asked", "status", "position"),
    [
        ({"q": "(nord"}, 422, 0),
        ({"q": "nord OR"}, 422, 7),
        ({"q": "nord", "exclude": "( "}, 422, 1),
        ({"q": "nord", "brand": "nobody"}, 404, None),
        ({"q": "x" * 10_001}, 422, 10_000),
    ],
)
async def test_a_bad_question_is_pointed_at(http, asked, status, position):
    answer = await http.get(WHERE, params=asked)
    assert answer.status_code == status
    assert answer.json().get("position") == position
