"""Services that lose or double what they are killed with: the torture test has to see it."""

import sqlite3
from collections.abc import Callable
from contextlib import closing
from pathlib import Path

import pytest

from tests.fixtures.system import ROOT, until
from tests.fixtures.whole import Whole
from tests.torture.arena import Arena, Size
from tests.torture.blows import seeded
from tests.torture.servers import Lone

HASTY = """
import sys

if "archive" in sys.orig_argv:
    from ingest.archive import GROUP, ArchiveService

    written = ArchiveService._settle

    async def settle(self, entries):
        await self._bus.acknowledge(GROUP, entries)
        await self._clock.sleep(2.0)
        await written(self, entries)

    ArchiveService._settle = settle
"""
"""An archive that acknowledges before it commits."""

FORGETFUL = """
import sys, uuid

if "archive" in sys.orig_argv:
    from app.store.tallies import Tallies
    from ingest.archive import ArchiveService

    logged, write = Tallies.append_all, ArchiveService._write

    def append_all(self, entries):
        return logged(self, [one._replace(entry_id=f"{one.entry_id} {uuid.uuid4()}") for one in entries])

    def slowly(self, entries):
        import time

        broken = write(self, entries)
        time.sleep(2.0)
        return broken

    Tallies.append_all, ArchiveService._write = append_all, slowly
"""
"""An archive that does not know which deltas it has logged already."""

PLANTED = {"loss": (HASTY, "rows for"), "double": (FORGETFUL, "the log of deltas")}


@pytest.mark.long
@pytest.mark.parametrize("fault", PLANTED)
def test_a_planted_fault_of_the_archive_is_seen_when_it_is_killed(
    whole: Callable[[str], Whole], tmp_path: Path, fault: str
) -> None:
    patch, says = PLANTED[fault]
    (tmp_path / "sitecustomize.py").write_text(patch)
    size = Size(posts=3_000, seed=seeded(6), rate=150, patience=10)
    arena = Arena(whole, tmp_path, size, Lone(tmp_path))
    arena.system.environment["PYTHONPATH"] = f"{tmp_path}:{ROOT}"
    with arena:
        for _ in range(2):
            before = rows(arena.system)
            until(lambda before=before: rows(arena.system) > before, "the archive at work", 60)
            heard = arena.told
            until(lambda heard=heard: arena.told > heard + 100, "the middle of its next batch", 60)
            arena.strike("archive")
        audit = arena.settle(seconds=15)
        assert says in audit.loss, arena.record


def rows(system: Whole) -> int:
    """Return how many mentions are archived so far."""
    with closing(sqlite3.connect(system.data / "emberwatch.sqlite")) as raw:
        return int(raw.execute("SELECT count(*) FROM mention").fetchone()[0])
