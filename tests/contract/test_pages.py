"""What belongs to the pages of an SQLite file is looked at, what lies in their gaps is told apart."""

import sqlite3
from contextlib import closing
from pathlib import Path

from tests.torture.pages import parted


def test_rows_stay_and_gaps_are_blanked(tmp_path: Path):
    file = tmp_path / "a.sqlite"
    with closing(sqlite3.connect(file)) as raw:
        raw.execute("CREATE TABLE said (text)")
        raw.executemany("INSERT INTO said VALUES (?)", ((f"row {n} " * 9,) for n in range(1_000)))
        raw.commit()
    blob = file.read_bytes()
    last = blob.rindex(b"\r", 0, blob.index(b"row 999")) // 4096 * 4096
    begin = last + 8 + 2 * int.from_bytes(blob[last + 3 : last + 5], "big")
    planted = blob[:begin] + b"planted" + blob[begin + 7 :]
    kept, gaps = parted(planted)
    assert b"planted" in gaps
    assert b"planted" not in kept
    assert all(f"row {n} ".encode() in kept for n in range(1_000))
    assert b"row" not in gaps
