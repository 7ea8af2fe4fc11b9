"""What influence reads of the archive, on SQLite and PostgreSQL."""

from msgspec.structs import replace

from app.domain.identity import Identity
from app.domain.stance import Opinion
from tests.fixtures.store import NOON, gone, said

LINK = "at://did:plc:anna/post/"


def test_remarks_name_whom_they_answer_and_deleted_ones_are_gone(any_store):
    identity = Identity(any_store.secret())
    root = said(identity, f"{LINK}1", at=NOON - 90_000)
    here = said(identity, f"{LINK}2", "Stimmt @anna.example!", author="did:plc:berta", at=NOON, in_reply_to=f"{LINK}1")
    other = said(identity, f"{LINK}3", author="did:plc:cleo", at=NOON + 30, brands=("nordlicht", "nordlicht/tarif"))
    away = said(identity, f"{LINK}4", at=NOON + 31)
    foreign = said(identity, f"{LINK}5", at=NOON, brands=("other",))
    with any_store.transaction() as tx:
        tx.mentions.upsert([(one, 1) for one in (root, here, other, away, foreign)])
        tx.mentions.wipe([(gone(away), 2, None)])
    minute = int(NOON)
    with any_store.reading() as tx:
        assert tx.conversations.minutes("nordlicht", NOON - 60, NOON + 60) == {minute: (3, 2)}
        found = {one.key: one for one in tx.conversations.remarks("nordlicht", NOON, NOON + 60, {"cleo.example"})}
        assert found.keys() == {here.mention.key, other.mention.key}
        one = found[here.mention.key]
        assert (one.answers, one.calls, one.at) == (root.mention.key, ("bluesky@anna.example",), NOON)
        assert one.profile.followers == 120
        assert one.terms == ("strom", "#nordlicht")
        assert not one.ours
        assert found[other.mention.key].parts == ("tarif",)
        assert found[other.mention.key].ours
        (above,) = tx.conversations.of_keys("nordlicht", [root.mention.key, away.mention.key])
        assert above.key == root.mention.key


def test_opinions_are_those_stored_now(any_store):
    identity = Identity(any_store.secret())
    both = [said(identity, f"{LINK}{n}", at=NOON + n, label=label) for n, label in enumerate(("negative", "positive"))]
    with any_store.transaction() as tx:
        tx.mentions.upsert([(one, 1) for one in (*both, said(identity, f"{LINK}9", brands=("other",)))])
    anna = identity.author("bluesky", "did:plc:anna")
    with any_store.reading() as tx:
        assert tx.conversations.opinions("nordlicht", [anna, "nobody"], NOON - 1) == {
            anna: [Opinion(NOON + 1, "positive", ["complaint"]), Opinion(NOON, "negative", ["complaint"])]
        }
        assert tx.conversations.opinions("nordlicht", [anna], NOON + 2) == {}


def test_authors_are_shown_as_their_latest_mention_that_is_left_has_them(any_store):
    identity = Identity(any_store.secret())
    old, new = (said(identity, f"{LINK}{n}", at=NOON + n) for n in range(2))
    lost = said(identity, f"{LINK}2", author="did:plc:gone", at=NOON)
    renamed = replace(new, mention=replace(new.mention, author=replace(new.mention.author, name="Anna Neu")))
    with any_store.transaction() as tx:
        tx.mentions.upsert([(one, 1) for one in (old, renamed, lost)])
    anna, away = (identity.author("bluesky", who) for who in ("did:plc:anna", "did:plc:gone"))
    with any_store.transaction() as tx:
        assert tx.conversations.profiles([anna, anna, "nobody"])[anna].name == "Anna Neu"
        tx.mentions.wipe([(gone(renamed), 2, None), (gone(lost), 2, None)])
        found = tx.conversations.profiles([anna, away])
    assert {key: one.name for key, one in found.items()} == {anna: "Name of anna"}
