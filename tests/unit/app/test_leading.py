import msgspec
import pytest

from app import leading as subject
from app.domain.brand import Brand
from app.domain.mention import Author
from app.leading import HOLD, HOUR, Leading, leading
from tests.fixtures.store import NOON, gone, said

BRAND = Brand("nordlicht", "Nordlicht Strom", "nordlicht", ("@ours.example",))
ROOT = "at://did:plc:karla/post/1"
WINDOW = 6 * HOUR


class Town:
    """People who speak in an archive."""

    def __init__(self, store, identity, clock):
        self.store, self.identity = store, identity
        self.leading = Leading(store, clock)
        self._number = 0

    def say(self, author, at=NOON - 60, *, followers=None, label="neutral", text=None, **more):
        self._number += 1
        native = more.pop("native", f"at://{author}/{self._number}")
        words = text or f"Text {self._number}"
        one = said(self.identity, native, words, author=f"did:plc:{author}", at=at, label=label, **more)
        who = Author(f"did:plc:{author}", f"{author}.example", author, followers)
        one = msgspec.structs.replace(one, mention=msgspec.structs.replace(one.mention, author=who))
        self.keep(one)
        return one

    def keep(self, one, version=1):
        with self.store.transaction() as tx:
            tx.mentions.upsert([(one, version)])

    def delete(self, *ones):
        with self.store.transaction() as tx:
            tx.mentions.wipe([(gone(one), 2, None) for one in ones])

    def found(self, **more):
        found = self.leading.found(BRAND, more.pop("window", WINDOW), **more)
        return {one.profile.name: one for one in found}


@pytest.fixture
def town(store, identity, clock):
    return Town(store, identity, clock)


def test_a_small_account_that_the_talk_follows_leads_before_a_big_silent_one(town):
    town.say("karla", NOON - 4 * HOUR, followers=4_200, native=ROOT)
    town.say("paper", NOON - 4 * HOUR, followers=2_000_000)
    for number in range(20):
        town.say(f"p{number}", NOON - 60 * number, in_reply_to=ROOT, kind="reply")
    found = town.found()
    assert list(found)[:2] == ["karla", "paper"]
    karla = found["karla"]
    assert (karla.score.following, karla.score.turns, karla.reach, karla.mentions) == (20, 21, 4_200, 1)
    assert karla.example == town.identity.key("bluesky", ROOT)
    assert len(town.found(limit=3)) == 3


def test_what_comes_later_is_read_and_nothing_twice(town, clock):
    root = town.say("karla", native=ROOT)
    for number in range(4):
        town.say(f"p{number}", in_reply_to=ROOT)
        clock.advance(3)
        assert town.found()["karla"].score.following == number + 1
    late = town.say("late", NOON - 5 * HOUR, in_reply_to=ROOT)
    assert town.found()["karla"].score.following == 4  # what was read two seconds ago is good enough
    clock.advance(3)
    assert town.found()["karla"].score.following == 5
    town.delete(late)
    clock.advance(3)
    assert town.found()["karla"].score.following == 4
    town.delete(root)
    clock.advance(3)
    assert "karla" not in town.found()


def test_older_roots_count_until_they_are_deleted(town, clock):
    older = town.say("anna", NOON - 3 * HOLD, native="at://anna/0")
    root = town.say("karla", NOON - 2 * HOLD, native=ROOT, in_reply_to="at://anna/0")
    town.say("p1", in_reply_to=ROOT)
    assert {name: one.mentions for name, one in town.found().items()} == {"karla": 0, "anna": 0, "p1": 1}
    town.delete(older)
    clock.advance(3)
    assert set(town.found()) == {"karla", "p1"}
    town.delete(root)
    clock.advance(3)
    assert set(town.found()) == {"p1"}


def test_edits_are_found_by_and_by(town, clock):
    town.say("karla", native=ROOT)
    one = town.say("p1", NOON - 600)
    assert town.found()["karla"].score.following == 0
    changed = msgspec.structs.replace(one.mention, in_reply_to=ROOT, revision=5)
    town.keep(msgspec.structs.replace(one, mention=changed), 2)
    for _ in range(3):
        clock.advance(3)
        found = town.found()
    assert found["karla"].score.following == 1


def test_followers_are_those_the_profile_told_last(town):
    town.say("karla", NOON - 600, followers=900)
    town.say("karla", NOON - 60, followers=None)
    assert town.found()["karla"].reach == 900


def test_followers_that_no_late_mention_tells_are_looked_up_in_the_archive(town, clock):
    town.say("karla", NOON - 3 * HOLD, followers=70)
    town.say("karla", NOON - 2 * HOLD, followers=900)
    town.say("karla", NOON - 60)
    town.say("nobody", NOON - 60)
    assert {name: one.reach for name, one in town.found().items()} == {"karla": 900, "nobody": 0}
    clock.advance(3)
    town.say("karla", NOON - 30)
    assert town.found()["karla"].reach == 900


def test_ours_are_marked_and_take_no_side(town):
    for number in range(5):
        town.say("ours", NOON - number * 60, label="negative")
        town.say("critic", NOON - number * 60, label="negative")
    found = town.found()
    assert (found["ours"].ours, found["ours"].stance.label) == (True, "unknown")
    assert (found["critic"].ours, found["critic"].stance.label, found["critic"].stance.posts) == (False, "critic", 5)


def test_other_accounts_of_ours_begin_anew(town, clock):
    town.say("ours")
    assert town.found()["ours"].ours
    other = msgspec.structs.replace(BRAND, accounts=())
    clock.advance(3)
    assert not town.leading.found(other, WINDOW)[0].ours


def test_a_correction_moves_the_stance(town, clock):
    wrong = [town.say("karla", NOON - n, label="negative") for n in range(3)]
    assert town.found()["karla"].stance.label == "critic"
    for one in wrong:
        feeling = msgspec.structs.replace(one.analysis.sentiment, label="neutral")
        analysis = msgspec.structs.replace(one.analysis, sentiment=feeling, intents=(), corrected=("sentiment",))
        town.keep(msgspec.structs.replace(one, analysis=analysis), 2)
    assert town.found()["karla"].stance.label == "neutral"


def test_a_topic_is_asked_on_its_own(town):
    brands = ("nordlicht", "nordlicht/tarif")
    town.say("karla", native=ROOT, brands=brands)
    town.say("p1", in_reply_to=ROOT, brands=brands)
    town.say("p2", in_reply_to=ROOT)
    assert town.found(part="tarif")["karla"].score.following == 1
    assert town.found()["karla"].score.following == 2


def test_little_by_little_and_never_more_than_is_kept(town, clock, monkeypatch):
    monkeypatch.setattr(subject, "TOGETHER", 2)
    for number in range(9):
        town.say(f"p{number}", NOON - 60 * number)
    assert not town.leading.look(BRAND, most=4)
    assert len(town.leading.known(BRAND, WINDOW)) == 4
    assert len(town.found()) == 9
    town.leading = Leading(town.store, clock, most=5)
    assert len(town.found()) == 5


def test_too_much_of_all_brands_is_forgotten(town, monkeypatch):
    town.say("karla")
    town.say("anna", brands=("other",))
    other = Brand("other", "Other", "other")
    assert town.found()
    monkeypatch.setattr(subject, "ALL", 1)
    assert town.leading.found(other, WINDOW)
    assert [*town.leading._talks] == ["other"]
    town.leading.keep(())
    assert not town.leading._talks


def test_too_many_roots_begin_anew(town, clock, monkeypatch):
    town.say("karla", NOON - 2 * HOLD, native=ROOT)
    town.say("p1", in_reply_to=ROOT)
    monkeypatch.setattr(subject, "MANY_ROOTS", 0)
    for _ in range(2):
        assert "karla" in town.found()
        clock.advance(3)


def test_everybody_shares_one(store, clock):
    assert leading(store, clock) is leading(store, clock)
