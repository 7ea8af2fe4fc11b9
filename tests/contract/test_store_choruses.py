"""Who says the same, read from a real archive."""

import pytest
from msgspec.structs import replace

from app.domain import burst
from tests.fixtures.store import NOON
from tests.speech_of_bots import BOTS, WAVE, analysed, bots, wave

DAY = 86_400.0


@pytest.fixture
def store(any_store):
    return any_store


@pytest.fixture
def archive(store, identity):
    """Return an archive with a burst by bots and a wave of people, some of whom were heard before."""
    said = [*analysed(bots(identity, NOON)), *analysed(wave(identity, NOON))]
    old = [replace(one, id=f"old-{n}", key=f"old-{n}") for n, one in enumerate(wave(identity, NOON - DAY, 12))]
    with store.transaction() as tx:
        tx.mentions.upsert([(one, 1) for one in [*analysed(old), *said]])
    return store


def read(store):
    with store.reading() as tx:
        return tx.choruses.read("nordlicht", NOON - 600, NOON + 600)


def test_bots_are_marked_with_reasons_and_a_wave_with_as_many_reposts_is_not(archive):
    choir = read(archive)
    assert choir.looked_at == 60
    by_text = {one.example.mention.text: one for one in choir.choruses}
    hand, people = by_text[BOTS], by_text[WAVE]
    assert (hand.posts, hand.authors, hand.reposts) == (30, 30, 21)
    assert (people.posts, people.reposts) == (22, 21)
    assert hand.burst.marked
    assert not people.burst.marked
    said = " ".join(one.said["de"] for one in hand.burst.grounds)
    assert "30 von 30 Konten sind jünger als 30 Tage." in said
    assert "innerhalb von zwei Minuten" in said
    assert hand.example.mention.kind == people.example.mention.kind == "post"
    assert hand.started_at == NOON


def test_a_judge_without_grounds_is_found_out(archive, monkeypatch):
    """Planted fault: who only asks whether many speak at once marks the wave too."""
    monkeypatch.setattr(burst, "WEIGHTS", dict.fromkeys(burst.WEIGHTS, 0.0) | {"together": 1.0})
    assert all(one.burst.marked for one in read(archive).choruses)


def test_only_the_newest_are_looked_at_and_the_deleted_are_not(archive, identity):
    with archive.reading() as tx:
        assert tx.choruses.read("nordlicht", NOON - 600, NOON + 600, limit=10).looked_at == 10
        assert tx.choruses.read("nobody", NOON - 600, NOON + 600) == ([], 0)
