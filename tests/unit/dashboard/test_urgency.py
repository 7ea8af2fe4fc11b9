import pytest
from msgspec.structs import replace

from app.clock import ManualClock
from app.config.model import Config
from app.domain.accounts import Accounts
from app.domain.analysis import Intent
from app.domain.brand import Brand
from app.domain.hazard import HAZARDS
from app.domain.identity import Identity
from app.domain.priority import Circumstances, Priority, Reason, priority
from app.errors import StoreUnavailable
from app.service import Context
from dashboard.answering import Answering
from dashboard.cause import because, sentence
from dashboard.feed import Feed
from dashboard.i18n import words
from dashboard.panels.newest import NewestPanel
from dashboard.unanswered import unanswered
from dashboard.urgency import Known, Urgency
from dashboard.weighing import FRESH, Weighing
from tests.fixtures.store import NOON as STORED
from tests.fixtures.store import said as kept
from tests.unit.dashboard.rooms import NOON, brand_state, said, snapshot, text, view

OURS = Brand("nordlicht", "Nordlicht Strom", "nordlicht", ("@strom",))
DE, EN = words("de", "UTC"), words("en", "UTC")


def complaint(number, age, followers=100, words="Text"):
    one = said(number, NOON - age, "negative", followers=followers, text=words)
    feeling = replace(one.analysis.sentiment, negative=0.9, neutral=0.05, positive=0.05)
    return replace(one, analysis=replace(one.analysis, sentiment=feeling, intents=(Intent("complaint", 0.9),)))


def drawn(*cards, language="de", **around):
    return text(NewestPanel().draw(view(brand_state(cards), language=language, **around)).nodes)


def test_a_card_that_cannot_wait_says_so_in_sign_and_word():
    gas, loud, calm = complaint(1, 60, words="Gasgeruch!"), complaint(2, 600, 40_000), complaint(3, 60)
    assert "!! dringend · Bluesky" in drawn(gas)
    assert "! hoch · Bluesky" in drawn(loud)
    assert "!! urgent · Bluesky" in drawn(gas, language="en")
    assert "!" not in drawn(calm)


def test_an_answer_of_ours_takes_the_sign_off_and_ours_have_none():
    gas = complaint(1, 60, words="Gasgeruch im Keller")
    answered = Urgency(known={"key1": Known(answered_at=NOON - 5)})
    assert "! hoch" in drawn(gas, urgency=answered)
    ours = Urgency(accounts=Accounts([Brand("nordlicht", "N", "n", ("@karla",))]))
    assert "!" not in drawn(gas, urgency=ours)


def test_what_is_known_of_an_author_counts():
    of = Urgency(known={"key1": Known(marks=("customer",), influence=50.0, copied=True)})
    around = of.around(complaint(1, 60), NOON)
    assert (around.customer, around.influence, around.copied, around.age) == (True, 50.0, True, 60.0)


@pytest.mark.parametrize(
    ("reason", "de", "en"),
    [
        (Reason("unanswered", 6, 47 * 60.0), "seit 47 min unbeantwortet", "unanswered for 47 min"),
        (Reason("followers", 9, 12_400.0), "12.400 Follower", "12,400 followers"),
        (Reason("followers", 9, 1.0), "1 Follower", "1 follower"),
        (Reason("reach", 9, 12_400.0), "12.400 Aufrufe", "12,400 views"),
        (Reason("rating", 4, 1.0), "1 Stern", "1 star"),
        (Reason("rating", 4, 1.5), "1,5 Sterne", "1.5 stars"),
        (Reason("negative", 9, 0.824), "zu 82 % negativ", "82% negative"),
        (Reason("influence", 9, 61.7), "Einfluss 62 von 100", "influence 62 of 100"),
        (Reason("customer", 9), "Kundenkonto", "customer"),
        (Reason("word", 60, "rueckruf"), "Alarmwort „rueckruf“", "alarm word “rueckruf”"),
        (Reason("complaint", 9, 0.9), "Beschwerde", "complaint"),
    ],
)
def test_reasons_are_said_in_both_languages(reason, de, en):
    assert (because(reason, DE).replace("\u00a0", " "), because(reason, EN).replace("\u00a0", " ")) == (de, en)


def test_every_reason_there_is_has_words():
    everything = Circumstances(
        negative=1.0, intents={"lead": 1.0}, followers=10**7, kind="review", rating=1.0, age=9e9, influence=90.0,
        customer=True, copied=True,
    )  # fmt: skip
    names = {one.name for one in priority(everything).reasons}
    assert names > {"negative", "rating", "lead", "followers", "influence", "customer", "copied", "unproven"}
    for name in (*names, "own", "nothing", "undemanding", "full", "reach", "answered"):
        assert because(Reason(name, 1.0, 2.0), DE) != because(Reason(name, 1.0, 2.0), EN) or name == "followers"
    for name in HAZARDS:
        assert "„x“" in because(Reason(name, 1.0, "x"), DE)


def test_a_sentence_leaves_out_what_only_holds_back():
    told = Priority("high", 54.9, (Reason("complaint", 60, 0.9), Reason("customer", 10), Reason("unproven", -15.1)))
    assert sentence(told, DE) == "Beschwerde, Kundenkonto"


@pytest.fixture
def context(store, tmp_path):
    return Context(Config(brands=(OURS,)), tmp_path, ManualClock(STORED + 60), None, store, Identity(store.secret()))


@pytest.mark.anyio
async def test_walls_learn_from_the_archive_what_is_answered_and_who_is_a_customer(context, store, identity):
    asked = kept(identity, "at://1", author="did:anna")
    reply = kept(identity, "at://2", author="strom", in_reply_to="at://1", at=STORED + 30)
    with store.transaction() as tx:
        tx.mentions.upsert([(asked, 1), (reply, 1)])
        tx.marks.add(identity.author("bluesky", "did:anna"), "customer", STORED)
    feed = Feed(None, (OURS,), context.clock)
    feed.state.load(snapshot(1, [asked]), STORED + 60)
    watching = []
    answering = Answering(context, feed, lambda: bool(watching))
    await answering.look()
    known = feed.around.urgency.known[asked.mention.key]
    assert (known.answered_at, known.marks) == (STORED + 30, ("customer",))
    assert feed.around.urgency.accounts.brands(reply.mention.author) == {"nordlicht"}

    def away():
        raise StoreUnavailable("The archive is away.")

    before, store.reading = feed.around, away
    await answering.look()
    assert feed.around is before


def test_influence_comes_from_the_conversation_and_is_asked_for_now_and_then(context, store, identity):
    star = kept(identity, "at://star", author="did:star")
    echoes = [
        kept(identity, f"at://{n}", f"Genau so {n}", author=f"did:{n}", in_reply_to="at://star", at=STORED + n)
        for n in range(30)
    ]
    with store.transaction() as tx:
        tx.mentions.upsert([(one, 1) for one in (star, echoes[0])])
    weighing = Weighing(context)

    def influence(one):
        with store.reading() as tx:
            return weighing.known(tx, [one])[one.mention.key].influence

    first = influence(star)
    with store.transaction() as tx:
        tx.mentions.upsert([(one, 1) for one in echoes])
    assert influence(star) == first
    context.clock.advance(FRESH + 1)
    assert influence(star) > first
    assert influence(echoes[0]) is None


def test_of_one_text_all_but_the_first_count_as_copies(context, store, identity):
    same = [kept(identity, f"at://{n}", author=f"did:{n}", at=STORED - n) for n in range(3)]
    same = [replace(one, analysis=replace(one.analysis, voice="00ff00ff00ff00ff")) for one in same]
    with store.transaction() as tx:
        tx.mentions.upsert([(one, 1) for one in same])
    items = unanswered(context, Weighing(context), "nordlicht", 10).items
    assert [one.analysed.mention.id for one in items] == ["at://2", "at://1", "at://0"]
    assert [one.known.copied for one in items] == [False, True, True]
    assert "copied" in [reason.name for reason in items[1].priority.reasons]
