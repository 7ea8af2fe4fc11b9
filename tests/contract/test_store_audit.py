import pytest

from app.domain.audit import AuditEntry
from app.errors import Conflict
from app.store.tokens import digest_of
from tests.fixtures.store import NOON


@pytest.fixture
def store(any_store):
    return any_store


def test_entries_come_back_newest_first_page_by_page(store):
    entries = [
        AuditEntry(
            NOON, "person", "loopback", "token.add", "", f"token-{n}", {"n": n, "ok": True, "none": None, "x": 0.5}
        )
        for n in range(5)
    ]
    with store.transaction() as tx:
        for entry in entries:
            tx.audit.append(entry)
        first = tx.audit.find(limit=3)
        second = tx.audit.find(limit=3, cursor=first.next)
    assert first.items + second.items == entries[::-1]
    assert second.next is None


def test_an_entry_is_gone_with_the_write_it_speaks_of(store):
    def fail_halfway():
        with store.transaction() as tx:
            tx.tokens.add("till", digest_of("a"), NOON)
            tx.audit.append(AuditEntry(NOON, "person", "loopback", "token.add", subject="till"))
            tx.tokens.add("till", digest_of("b"), NOON)

    with pytest.raises(Conflict):
        fail_halfway()
    with store.reading() as tx:
        assert tx.audit.find().items == []
        assert tx.tokens.list() == []
