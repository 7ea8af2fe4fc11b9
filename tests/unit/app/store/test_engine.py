import subprocess
import sys
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest

from app.clock import SystemClock
from app.errors import StoreUnavailable, WrongInput
from app.store.engine import Store, open_store
from tests.fixtures.store import said

WRITER = """
import sys
from app.clock import SystemClock
from app.domain.audit import AuditEntry
from app.store.engine import open_store
store = open_store(sys.argv[1], clock=SystemClock())
print(store.secret().hex(), flush=True)
for n in range(int(sys.argv[2])):
    with store.transaction() as tx:
        tx.audit.append(AuditEntry(n, "system", sys.argv[3], "test"))
        print(n, flush=True)
if sys.argv[3] == "hang":
    with store.transaction() as tx:
        tx.audit.append(AuditEntry(-1, "system", "hang", "test"))
        print("open", flush=True)
        sys.stdin.read()
"""
ROOT = Path(__file__).parents[4]


def start(url, count, name):
    arguments = [sys.executable, "-c", WRITER, str(url), str(count), name]
    pipes = {"stdout": subprocess.PIPE, "stdin": subprocess.PIPE}
    return subprocess.Popen(arguments, cwd=ROOT, text=True, **pipes)


def test_a_file_is_made_for_its_owner_only(store, tmp_path):
    store.secret()
    for file in tmp_path.iterdir():
        assert file.stat().st_mode & 0o077 == 0, file


def test_a_path_will_do_and_its_folder_is_made(tmp_path, clock):
    file = tmp_path / "deep" / "100% new?" / "archive.sqlite"
    open_store(file, clock=clock).close()
    assert file.exists()


@pytest.mark.parametrize("url", ["sqlite://", "sqlite:///:memory:", "mysql://x/y", "nonsense://x", "sqlite://x:y:z"])
def test_what_cannot_hold_the_archive_is_refused_with_advice(url, clock):
    with pytest.raises(WrongInput, match="sqlite:///path"):
        open_store(url, clock=clock)


def test_a_folder_that_cannot_be_written_is_named(tmp_path, clock):
    (tmp_path / "file").touch()
    with pytest.raises(StoreUnavailable, match="cannot be opened"):
        open_store(f"sqlite:///{tmp_path / 'file' / 'archive.sqlite'}", clock=clock)


def test_a_transaction_is_all_or_nothing(store, identity):
    def fail_halfway():
        with store.transaction() as tx:
            tx.mentions.upsert([(said(identity), 1)])
            raise ZeroDivisionError

    with pytest.raises(ZeroDivisionError):
        fail_halfway()
    with store.reading() as tx:
        assert tx.mentions.count() == 0


def test_reading_cannot_write(store, identity):
    with pytest.raises(StoreUnavailable, match="readonly"), store.reading() as tx:
        tx.mentions.upsert([(said(identity), 1)])


def test_readers_see_one_snapshot_and_never_wait(store, identity):
    with store.reading() as reader:
        assert reader.mentions.count() == 0
        with store.transaction() as tx:
            tx.mentions.upsert([(said(identity), 1)])
            with store.reading() as other:
                assert other.mentions.count() == 0
        assert reader.mentions.count() == 0
    with store.reading() as reader:
        assert reader.mentions.count() == 1


def test_a_locked_database_is_unavailable_not_broken(store, identity, clock):
    impatient = Store(store.url, clock, busy=0.05)
    impatient.secret()
    with store.transaction(), pytest.raises(StoreUnavailable, match="locked"), impatient.transaction():
        pass
    with impatient.transaction() as tx:
        tx.mentions.upsert([(said(identity), 1)])
        with pytest.raises(StoreUnavailable, match="every connection"), impatient.transaction():
            pass
    impatient.close()


def test_threads_of_one_process_take_turns(store, identity):
    def keep(number: int) -> int:
        with store.transaction() as tx:
            return tx.mentions.upsert([(said(identity, f"at://{number}"), 1)])

    with ThreadPoolExecutor(8) as pool:
        assert sum(pool.map(keep, range(200))) == 200
    with store.reading() as tx:
        assert tx.mentions.count() == 200


def test_processes_that_start_together_make_one_database_and_lose_no_write(tmp_path):
    url = f"sqlite:///{tmp_path / 'shared.sqlite'}"
    started = [start(url, 50, f"writer-{n}") for n in range(3)]
    said_by = [process.communicate(timeout=60)[0].split() for process in started]
    assert [process.returncode for process in started] == [0, 0, 0]
    assert len({secret for secret, *_ in said_by}) == 1
    store = open_store(url, clock=SystemClock())
    with store.reading() as tx:
        assert len(tx.audit.find(limit=1000).items) == 150
    store.close()


def test_a_kill_loses_nothing_that_was_committed_and_keeps_nothing_that_was_not(tmp_path):
    url = f"sqlite:///{tmp_path / 'killed.sqlite'}"
    with start(url, 20, "hang") as process:
        assert next(line for line in process.stdout if "open" in line)
        process.kill()
    store = open_store(url, clock=SystemClock())
    with store.reading() as tx:
        assert [entry.at for entry in tx.audit.find().items] == list(range(19, -1, -1))
    store.close()


def test_the_secret_is_made_once(store, clock):
    again = open_store(str(store.url), clock=clock)
    assert len(store.secret()) == 32
    assert store.secret() == again.secret()
    again.close()


def test_scrubbing_waits_for_no_one(store, identity, clock):
    impatient = Store(store.url, clock, busy=0.05)
    with store.transaction() as tx:
        tx.mentions.upsert([(said(identity), 1)])
    with store.reading() as reader:
        reader.mentions.count()
        assert impatient.scrub() is False
    assert impatient.scrub() is True
    assert Path(f"{store.url.database}-wal").stat().st_size == 0
    impatient.close()
