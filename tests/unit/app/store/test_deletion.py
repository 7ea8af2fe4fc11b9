"""A deletion takes every word of a mention out of the database file, not only out of its tables."""

from pathlib import Path

import msgspec
import pytest
from sqlalchemy import select

from app.domain.explanation import Explanation, Lead
from app.domain.incident import Incident
from app.domain.tally import contribution, reduce
from app.store import connection
from app.store.engine import Store, open_store
from app.store.mentions import KEPT_BY_TOMBSTONES
from app.store.schema import mention, metadata
from tests.fixtures.store import gone, said

SECRETS = (b"Geheimwort", b"did:plc:anna", b"anna.example", b"Name of anna", b"geheim.example", b"K\xc3\xb6lnsecret")


def secret_words(store: Store) -> set[bytes]:
    """Return which secrets are still in the file or its log, byte for byte."""
    file = Path(store.url.database)
    content = file.read_bytes() + file.with_name(f"{file.name}-wal").read_bytes()
    return {secret for secret in SECRETS if secret in content}


def archive(store, identity, count=300):
    more = {"url": "https://geheim.example/1", "place": "Kölnsecret"}
    rows = [
        said(identity, f"at://did:plc:anna/{n}", "Geheimwort " * (n % 40 + 1), edited_at=1.0, **more)
        for n in range(count)
    ]
    other = [said(identity, f"at://bert/{n}", "harmlos " * (n % 60 + 1), author="bert") for n in range(count)]
    with store.transaction() as tx:
        mixed = [(row, 1) for pair in zip(rows, other, strict=True) for row in pair]
        tx.mentions.upsert(mixed)
        tx.mentions.upsert([(row, 2) for row in rows[::3]])
        author = identity.author("bluesky", "did:plc:anna")
        delta = reduce(contribution(row, author) for row in rows)
        tx.tallies.append(0, "1-0", 1.0, delta)
    return rows


def wipe(store, rows):
    with store.transaction() as tx:
        tx.mentions.wipe([(gone(row), 3, None) for row in rows])
    assert store.scrub()


def test_no_byte_of_a_deleted_mention_stays_in_the_file(store, identity):
    rows = archive(store, identity)
    assert secret_words(store) == set(SECRETS)
    wipe(store, rows)
    assert secret_words(store) == set()


def test_no_column_of_any_table_names_a_deleted_mention(store, identity):
    rows = archive(store, identity, 3)
    author = identity.author("bluesky", "did:plc:anna")
    wipe(store, rows)
    with store._reader.connect() as reader:
        stones = reader.execute(select(mention).where(mention.c.deleted_at.is_not(None))).mappings().all()
        everything = repr([reader.execute(select(table)).all() for table in metadata.sorted_tables]).encode()
    assert [secret for secret in (*SECRETS, author.encode()) if secret in everything] == []
    kept = {name for stone in stones for name, value in stone.items() if value is not None}
    assert (len(stones), kept) == (3, KEPT_BY_TOMBSTONES)


def test_what_counts_stays(store, identity):
    rows = archive(store, identity, 3)
    wipe(store, rows)
    with store.reading() as tx:
        assert (tx.mentions.count("nordlicht"), tx.tallies.total("nordlicht")) == (6, 3)


def test_a_database_that_only_unlinks_what_is_deleted_is_caught(tmp_path, clock, identity, monkeypatch):
    """The planted fault: without secure_delete the words stay in freed pages, and the check above must see them."""
    careless = tuple(pragma.replace("secure_delete=ON", "secure_delete=OFF") for pragma in connection.WRITING)
    monkeypatch.setattr(connection, "WRITING", careless)
    monkeypatch.setattr("app.store.engine.WRITING", careless)
    store = open_store(tmp_path / "careless.sqlite", clock=clock)
    wipe(store, archive(store, identity))
    assert secret_words(store) != set()
    store.close()


@pytest.mark.parametrize("pragma", ["synchronous=FULL", "secure_delete=ON", "journal_mode=WAL"])
def test_writers_keep_the_promises_of_their_settings(pragma):
    assert pragma in connection.WRITING


def test_an_incident_forgets_its_lead_author_with_the_last_mention(store, identity):
    first, second = said(identity, "1"), said(identity, "2")
    reason = {"en": "Led by Name of anna (not by Name of annabel).", "de": "Angeführt von Name of anna."}
    names = ("Name of anna", "Name of annabel")
    key = identity.author(first.mention.channel, first.mention.author.id)
    explained = Explanation(1.0, 9, 1, 0.5, 2, leads=(Lead(key, 0.5, 10, 2), Lead("other", 0.2, 10, 2)))
    storm = Incident(
        "i1", "nordlicht", 1.0, "firing", "warning", (), authors=names, reason=reason, explanation=explained
    )
    with store.transaction() as tx:
        tx.mentions.upsert([(first, 1), (second, 1)])
        tx.incidents.save(storm)
        tx.incidents.save(msgspec.structs.replace(storm, id="i2", authors=()))
        tx.mentions.wipe([(gone(first), 2, None)])
        assert tx.incidents.get("i1") == storm
        tx.mentions.wipe([(gone(second), 2, None)])
        left = tx.incidents.get("i1")
        assert (left.authors, left.reason["de"]) == (("Name of annabel",), "Angeführt von ….")
        assert [lead.author for lead in left.explanation.leads] == ["other"]
        assert left.reason["en"] == "Led by … (not by Name of annabel)."
        assert tx.incidents.get("i2").reason == reason
