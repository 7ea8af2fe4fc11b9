import msgspec
import pytest

from app.domain.brand import Topic
from app.domain.identity import Identity
from app.domain.mention import Author
from app.leading import leading
from tests.fixtures.store import gone, said

pytestmark = pytest.mark.anyio
URL = "/api/v1/brands/nordlicht/influencers"
ROOT = "at://did:plc:karla/post/1"


def speak(context, author, ago, followers=None, native=None, **more):
    identity, at = Identity(context.store.secret()), context.clock.now() - ago
    native = native or f"at://{author}/{ago}"
    one = said(identity, native, more.pop("text", f"Text {author} {ago}"), author=f"did:plc:{author}", at=at, **more)
    who = Author(f"did:plc:{author}", f"{author}.example", author.title(), followers)
    one = msgspec.structs.replace(one, mention=msgspec.structs.replace(one.mention, author=who, key=one.mention.key))
    with context.store.transaction() as tx:
        tx.mentions.upsert([(one, 1)])
    return one


def changed(context, **parts):
    config = context.config.model_copy(update=parts)
    context.watchlist._put(context.watchlist.in_force._replace(config=config))


@pytest.fixture
def town(context):
    root = speak(context, "karla", 7000, 4_200, ROOT, label="negative")
    for number in range(2):
        speak(context, "karla", 6900 - number, 4_200, label="negative")
    speak(context, "paper", 7000, 2_000_000)
    for number in range(19):
        speak(context, f"p{number}", 60 * number + 30, in_reply_to=ROOT, kind="reply")
    speak(context, "fan", 90, quotes=ROOT, kind="repost", brands=("nordlicht", "nordlicht/tarif"))
    return root


async def test_who_leads_comes_with_parts_share_stance_reasons_and_an_example(http, town):
    items = (await http.get(URL)).json()["items"]
    assert [one["name"] for one in items[:2]] == ["Karla", "Paper"]
    karla = items[0]
    assert (karla["reach"], karla["mentions"], karla["sentiment"], karla["following"]) == (4_200, 3, "negative", 20)
    assert {part["name"]: part["figure"] for part in karla["parts"]} == {
        "reach": 4_200, "replies": 19, "reposts": 1, "quotes": 0, "mentions": 0, "adoption": 0,
    }  # fmt: skip
    assert karla["score"] == pytest.approx(sum(part["points"] for part in karla["parts"]), abs=0.05)
    assert karla["main"] == "replies"
    assert karla["share"] == pytest.approx(20 / karla["turns"], abs=0.001)
    assert (karla["stance"]["label"], karla["stance"]["posts"], karla["stance"]["changed"]) == ("critic", 3, None)
    assert (karla["example"]["key"], karla["example"]["text"]) == (town.mention.key, town.mention.text)
    told = {language: reason.replace("\u00a0", " ") for language, reason in karla["reasons"].items()}
    assert told["de"].startswith(f"20 von {karla['turns']} Beiträgen anderer innerhalb von 6 h folgen")
    assert told["en"].startswith(f"20 of {karla['turns']} posts by others within 6 h follow this")
    assert "reach 4,200; critic since" in told["en"]
    assert "19 Antworten, 1 Weitergabe" in told["de"]
    assert "niemand" in items[1]["reasons"]["de"]


async def test_one_side_one_topic_and_a_shorter_time(http, town, context):
    assert {one["name"] for one in (await http.get(f"{URL}?stance=critic")).json()["items"]} == {"Karla"}
    assert (await http.get(f"{URL}?stance=advocate")).json()["items"] == []
    hour = {one["name"]: one for one in (await http.get(f"{URL}?window=1h&limit=500")).json()["items"]}
    assert "Paper" not in hour
    assert (hour["Karla"]["mentions"], hour["Karla"]["first_at"]) == (0, None)
    assert (await http.get(f"{URL}?topic=tarif")).status_code == 404
    changed(context, topics=(Topic("tarif", "Tarif", "tarif"),))
    topic = (await http.get(f"{URL}?topic=tarif")).json()["items"]
    assert [(one["name"], one["following"], one["turns"]) for one in topic] == [("Karla", 1, 1), ("Fan", 0, 0)]


async def test_ours_are_marked_and_no_critics(http, context):
    ours = tuple(msgspec.structs.replace(one, accounts=("@us.example",)) for one in context.config.brands)
    changed(context, brands=ours)
    for number in range(4):
        speak(context, "us", 60 + number, label="negative")
    (one,) = (await http.get(URL)).json()["items"]
    assert (one["ours"], one["stance"]["label"]) == (True, "unknown")
    assert one["reasons"]["de"].endswith("eigenes Konto.")
    assert (await http.get(f"{URL}?stance=critic")).json()["items"] == []
    assert (await http.get(f"{URL}?stance=unknown")).json()["items"] == []


async def test_an_erased_author_is_nowhere(http, context, town):
    assert "Karla" in (await http.get(URL)).text
    with context.store.transaction() as tx:
        karla = context.identity.author("bluesky", "did:plc:karla")
        for _, native, key in tx.mentions.by_author(karla):
            one = msgspec.structs.replace(town.mention, id=native, key=key)
            tx.mentions.wipe([(gone(msgspec.structs.replace(town, mention=one)), 2, None)])
    for talk in leading(context.store, context.clock)._talks.values():
        talk.looked_at = 0.0  # two seconds later
    answer = (await http.get(URL)).text
    assert "Karla" not in answer
    assert "karla" not in answer


@pytest.mark.parametrize(
    "asked", ["window=0", "window=25h", "stance=maybe", "limit=0", "topic=none", "topic=a&campaign=b"]
)
async def test_wrong_questions_are_answered_with_what_to_do(http, asked):
    answer = await http.get(f"{URL}?{asked}")
    assert answer.status_code in {404, 422}
    assert answer.json()["detail"]
