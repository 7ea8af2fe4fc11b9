import pytest

from app.domain.actor import Actor, authorise
from app.errors import Conflict, WrongInput
from app.store.tokens import Token, digest_of, make
from tests.fixtures.store import NOON


@pytest.fixture
def store(any_store):
    return any_store


def test_a_token_is_256_random_bits_and_only_its_digest_is_kept(store, tmp_path):
    token = make()
    assert token != make()
    assert len(token) == 43
    with store.transaction() as tx:
        tx.tokens.add("till", digest_of(token), NOON, ("machine",))
    with store.reading() as tx:
        actor = tx.tokens.find(digest_of(token))
        assert actor == Actor("machine", "till", ("machine",))
        authorise(actor, "mention.push")
        assert tx.tokens.find(digest_of("another")) is None
    store.close()
    assert not [file for file in tmp_path.iterdir() if token.encode() in file.read_bytes()]


def test_a_token_itself_is_not_accepted_where_its_digest_belongs(store):
    with store.transaction() as tx, pytest.raises(WrongInput):
        tx.tokens.add("till", make(), NOON)


def test_a_name_is_taken_once(store):
    with store.transaction() as tx:
        tx.tokens.add("till", digest_of("a"), NOON)
        with pytest.raises(Conflict, match="till"):
            tx.tokens.add("till", digest_of("b"), NOON)


def test_use_is_noted_to_the_minute_and_a_removed_token_is_worth_nothing(store):
    digest = digest_of("a")
    with store.transaction() as tx:
        tx.tokens.add("till", digest, NOON)
        assert tx.tokens.list() == [Token("till", ("machine",), NOON)]
        for seconds in (1, 30, 62):
            tx.tokens.touch(digest, NOON + seconds)
        assert [token.used_at for token in tx.tokens.list()] == [NOON + 62]
        assert tx.tokens.remove("till") is True
        assert tx.tokens.remove("till") is False
        assert tx.tokens.find(digest) is None
