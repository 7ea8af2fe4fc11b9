import stat

import pytest

from app.domain.mention import Author, AuthorRemoval, Deletion, Mention
from ingest import spool as spooling
from ingest.spool import ENDING, LOCK, POSITION, Spool

EVENTS = [
    Mention("x", "1", 1.0, "Grüße 😡", Author("a")),
    Deletion("x", "2", 2.0),
    AuthorRemoval("x", "a", 3.0),
]


@pytest.fixture
def spool(tmp_path):
    made = Spool(tmp_path / "spool", 1_000)
    assert made.open()
    yield made
    made.close()


def segments(spool):
    return sorted(spool._folder.glob(f"*{ENDING}"))


def test_what_was_kept_comes_back_whole_and_is_then_gone(spool):
    assert spool.first() is None
    spool.done()
    assert spool.append(EVENTS)
    assert spool.append(EVENTS[:1])
    assert spool.first() == EVENTS
    spool.done()
    assert spool.first() == EVENTS[:1]
    spool.done()
    assert (spool.first(), spool.waiting, segments(spool)) == (None, 0, [])


def test_nobody_else_may_read_it_and_one_process_has_it(spool):
    spool.append(EVENTS)
    assert stat.S_IMODE(segments(spool)[0].stat().st_mode) == 0o600
    assert stat.S_IMODE(spool._folder.stat().st_mode) == 0o700
    other = Spool(spool._folder, 1_000)
    assert not other.open()
    other.close()
    spool.close()
    assert other.open()
    assert other.first() == EVENTS
    other.close()


def test_a_full_spool_keeps_what_it_has(spool):
    kept = 0
    while spool.append(EVENTS):
        kept += 1
    assert 0 < spool.waiting <= 1_000
    spool.first()
    spool.done()
    assert spool.append(EVENTS)
    for _ in range(kept):
        assert spool.first() == EVENTS
        spool.done()
    assert spool.first() is None


def test_a_disk_that_is_full_leaves_no_half_record(spool, monkeypatch):
    spool.append(EVENTS)
    size = spool.waiting

    def full(path, record):
        with path.open("ab") as file:
            file.write(record[:9])
        raise OSError(28, "No space left on device")

    with monkeypatch.context() as patch:
        patch.setattr(spooling, "_write", full)
        assert not spool.append(EVENTS)
    assert segments(spool)[0].stat().st_size == spool.waiting == size
    assert spool.append(EVENTS[:1])
    spool.first()
    spool.done()
    assert spool.first() == EVENTS[:1]


def test_damage_in_the_middle_costs_its_segment_only(spool, monkeypatch):
    monkeypatch.setattr(spooling, "SEGMENT", 1)
    for number in range(3):
        assert spool.append([Deletion("x", str(number), 0.0)])
    with segments(spool)[1].open("r+b") as file:
        file.seek(10)
        file.write(b"\xff\xff")
    came = []
    while (events := spool.first()) is not None:
        came += [event.id for event in events]
        spool.done()
    assert (came, spool.waiting, segments(spool)) == (["0", "2"], 0, [])


def test_a_record_of_another_release_is_named_and_passed(spool):
    body = b"\x09what"
    spooling._write(spool._folder / f"{1:012d}{ENDING}", spooling._HEAD.pack(len(body), spooling.crc32(body)) + body)
    spool.close()
    assert spool.open()
    assert spool.append(EVENTS)
    assert spool.first() == []
    spool.done()
    assert spool.first() == EVENTS


def test_an_unreadable_position_reads_from_the_start(spool):
    spool.append(EVENTS)
    spool.append(EVENTS[:1])
    spool.first()
    spool.done()
    (spool._folder / POSITION).write_bytes(b"")
    spool.close()
    assert spool.open()
    assert spool.first() == EVENTS
    assert (spool._folder / LOCK).exists()


def test_segments_before_the_position_are_done_with(spool, monkeypatch):
    monkeypatch.setattr(spooling, "SEGMENT", 1)
    for number in range(3):
        assert spool.append([Deletion("x", str(number), 0.0)])
    (spool._folder / POSITION).write_text("3 0")
    spool.close()
    assert spool.open()
    assert [event.id for event in spool.first()] == ["2"]
    assert len(segments(spool)) == 1
