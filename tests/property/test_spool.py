"""Killed at any byte of anything it does, the spool gives back what it confirmed, in order; at most twice in a row."""

import os
import random
import subprocess
import sys
import tempfile
import time
from itertools import count, groupby, pairwise
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from app.domain.mention import Author, Mention
from ingest import spool as spooling
from ingest.spool import ENDING, POSITION, Spool
from tests.fixtures.system import ROOT, until

LIMIT = 1_000_000
SIZES = st.integers(1, 3)
DEEDS = st.lists(
    st.one_of(
        st.tuples(st.just("keep"), SIZES),
        st.tuples(st.just("killed while keeping"), st.floats(0, 1)),
        st.just(("publish", 0)),
        st.just(("killed after publishing", 0)),
        st.just(("killed while forgetting", 0)),
        st.just(("killed", 0)),
    ),
    max_size=40,
)


@pytest.fixture(autouse=True, scope="module")
def _short_segments():
    """Segments of a few records, so that many begin and end."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(spooling, "SEGMENT", 300)
        yield


def batch(first: int, size: int = 1) -> list[Mention]:
    return [Mention("x", str(n), 0.0, "Nordlicht", Author("a")) for n in range(first, first + size)]


class World:
    """A spool, what it was given, and what came out of it."""

    def __init__(self, folder: Path) -> None:
        self.folder, self.numbers = folder, count()
        self.kept: list[str] = []
        self.published: list[str] = []
        self.spool = self.opened()

    def opened(self) -> Spool:
        spool = Spool(self.folder, LIMIT)
        assert spool.open()
        return spool

    def killed(self) -> None:
        self.spool.close()
        self.spool = self.opened()

    def keep(self, size: int) -> None:
        events = batch(next(self.numbers) * 10, size)
        assert self.spool.append(events)
        self.kept += [event.id for event in events]

    def killed_while_keeping(self, share: float) -> None:
        """Leave a part of the record: of none of it, up to all but its last byte."""
        before = {path: path.stat().st_size for path in self.folder.glob(f"*{ENDING}")}
        assert self.spool.append(batch(next(self.numbers) * 10))
        [grown] = [path for path in self.folder.glob(f"*{ENDING}") if path.stat().st_size != before.get(path, 0)]
        size, start = grown.stat().st_size, before.get(grown, 0)
        os.truncate(grown, min(size - 1, start + int(share * (size - start))))
        self.killed()

    def publish(self, _: int = 0, *, forget: bool = True) -> None:
        events = self.spool.first()
        self.published += [event.id for event in events or ()]
        if forget:
            self.spool.done()

    def killed_after_publishing(self, _: int) -> None:
        self.publish(forget=False)
        self.killed()

    def killed_while_forgetting(self, _: int) -> None:
        """Delete what is read through, but not write down how far it went."""
        note = self.folder / POSITION
        earlier = note.read_bytes() if note.exists() else None
        self.publish()
        if earlier is None:
            note.unlink(missing_ok=True)
        else:
            note.write_bytes(earlier)
        self.killed()

    def do(self, deed: str, much: float) -> None:
        if deed == "killed":
            return self.killed()
        return getattr(self, deed.replace(" ", "_"))(much)


def in_order(published: list[str], kept: list[str]) -> bool:
    """Say whether everything came out, a batch again only right after itself."""
    return [key for key, _ in groupby(sorted(published, key=int))] == kept and all(
        int(after) > int(before) or int(after) // 10 == int(before) // 10 for before, after in pairwise(published)
    )


@settings(max_examples=60, deadline=None)
@given(DEEDS)
def test_nothing_is_lost_and_nothing_overtakes(deeds):
    with tempfile.TemporaryDirectory() as made:
        world = World(Path(made) / "spool")
        for deed, much in deeds:
            world.do(deed, much)
        world.killed()
        while world.spool.waiting:
            world.publish()
        assert world.spool.first() is None
        assert in_order(world.published, world.kept)
        assert list(world.folder.glob(f"*{ENDING}")) == []
        world.spool.close()


def test_the_planted_loss_and_the_planted_order_are_seen():
    assert in_order(["0", "10", "10", "20"], ["0", "10", "20"])
    assert not in_order(["0", "20"], ["0", "10", "20"])
    assert not in_order(["10", "0", "20"], ["0", "10", "20"])


KEEPER = """
import sys
from pathlib import Path
from ingest.spool import Spool
from tests.property.test_spool import batch
spool = Spool(Path(sys.argv[1]), 10**9)
assert spool.open()
told = open(sys.argv[2], "a", buffering=1)
number = int(sys.argv[3])
while True:
    for _ in range(3):
        spool.append(batch(number * 10))
        print("kept", number * 10, file=told)
        number += 1
    for _ in range(2):
        print("published", spool.first()[0].id, file=told)
        spool.done()
"""


@pytest.mark.long
def test_a_process_that_is_really_killed_loses_nothing(tmp_path):
    seed = random.randrange(10**6)
    chance, told, number = random.Random(seed), tmp_path / "told", 0
    for _ in range(15):
        size = told.stat().st_size if told.exists() else 0
        words = [sys.executable, "-c", KEEPER, str(tmp_path / "spool"), str(told), str(number)]
        with subprocess.Popen(words, cwd=ROOT) as child:
            try:
                until(lambda size=size: told.exists() and told.stat().st_size > size + 500, "records")
                time.sleep(chance.random() / 20)
            finally:
                child.kill()
        number = max(int(line.split()[1]) // 10 for line in told.read_text().splitlines()) + 2
    words = [line.split() for line in told.read_text().splitlines()]
    spool = Spool(tmp_path / "spool", 10**9)
    assert spool.open()
    out = [int(key) for what, key in words if what == "published"]
    while (events := spool.first()) is not None:
        out.append(int(events[0].id))
        spool.done()
    spool.close()
    assert {int(key) for what, key in words if what == "kept"} <= set(out)
    assert out == sorted(out), f"seed {seed}"
