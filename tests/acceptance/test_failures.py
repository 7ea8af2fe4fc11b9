"""What breaks is told at once, with what to do; it mends without a restart, and nothing accepted is lost.

Redis: out of memory, its disk full (a real limit on the size of its files), another password. The archive: its disk
full, set to read only. The long form breaks whole systems on real, small file systems and on PostgreSQL.
"""

import shutil
import socket
import subprocess
import tempfile
from collections.abc import AsyncIterator, Callable, Iterator
from contextlib import suppress
from pathlib import Path
from typing import Any, NamedTuple

import anyio
import httpx
import pytest
import structlog
from anyio import to_thread

from app.clock import SystemClock
from app.store.engine import Store, open_store
from benchmarks.postgres import PostgresServer
from dashboard import checkup
from ingest import archive
from tests.acceptance.breakable import Server, Site, working
from tests.fixtures.store import losses
from tests.fixtures.system import Running, absent, until

pytestmark = pytest.mark.anyio


@pytest.fixture
def server(free_port: int) -> Iterator[Server]:
    folder = Path(tempfile.mkdtemp(prefix="ember-fail-"))
    made = Server(folder, free_port)
    yield made
    made.close()
    shutil.rmtree(folder)


@pytest.fixture
async def site(server: Server, store: Store, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> AsyncIterator[Site]:
    monkeypatch.setattr(checkup, "EVERY", 0.1)
    monkeypatch.setattr(archive, "PAUSES", (0.1,))
    async with working(server, store, tmp_path) as made:
        yield made


class Break(NamedTuple):
    """A way to break, and to mend, one part."""

    part: str
    kind: str
    sentence: str
    do: Callable[[Server, Store], Any]
    undo: Callable[[Server, Store], Any]


def pragma(words: str) -> Callable[[Server, Store], None]:
    """Set something on the one connection that writes."""

    def run(_: Server, store: Store) -> None:
        with store._writer.connect() as connection:
            connection.execution_options(alone=True).exec_driver_sql(f"PRAGMA {words}")

    return run


BREAKS = {
    "redis-memory": Break(
        "redis",
        "memory",
        "raise its maxmemory",
        lambda server, _: server.memory(full=True),
        lambda server, _: server.memory(full=False),
    ),
    "redis-disk": Break(
        "redis",
        "disk",
        "make room where its append-only file lies",
        lambda server, _: server.disk(full=True),
        lambda server, _: server.disk(full=False),
    ),
    "redis-password": Break(
        "redis",
        "password",
        "REDIS_URL",
        lambda server, _: server.password(wrong=True),
        lambda server, _: server.password(wrong=False),
    ),
    "archive-disk": Break(
        "archive", "disk", "Make room on its disk", pragma("max_page_count=1"), pragma("max_page_count=1073741823")
    ),
    "archive-readonly": Break(
        "archive", "readonly", "Make it writable", pragma("query_only=ON"), pragma("query_only=OFF")
    ),
}


@pytest.mark.parametrize("name", BREAKS)
async def test_it_is_told_mends_by_itself_and_loses_nothing(site: Site, server: Server, store: Store, name: str):
    broken = BREAKS[name]
    assert await site.publish()
    await site.well()
    with structlog.testing.capture_logs() as log:
        await to_thread.run_sync(broken.do, server, store)
        took = await site.publish()
        told = await site.fault(broken.part, broken.kind)
        assert broken.sentence in told["reason"]
        assert (await site.http.get("/healthz")).text == "ok"
        for _ in range(3):
            took = await site.publish() or took
        assert took == (broken.part == "archive" or name == "redis-disk"), "who refuses, refuses; who takes, keeps"
        await to_thread.run_sync(broken.undo, server, store)
        await site.well()
        assert await site.publish()
        await site.well()
    assert losses(store, site.accepted) == []
    lines = [line for line in log if line["event"] == "fault"]
    assert [(line["part"], line["kind"]) for line in lines] == [(broken.part, broken.kind)], "one line, not a flood"
    assert [line["event"] for line in log].count("fault is over") == 1


@pytest.mark.long
def test_started_with_a_wrong_password_it_says_so_where_it_will_be_and_goes_on_when_it_is_right(
    emberwatch: Callable[..., Running],
    server: Server,
    small_config: Path,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
):
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    server.admin.config_set("requirepass", "right")
    monkeypatch.setenv("REDIS_URL", server.url.replace("//", "//:wrong@"))
    dashboard = emberwatch("run", "dashboard", "--port", str(port), "--config", str(small_config))
    address = f"http://127.0.0.1:{port}"

    def ready() -> dict[str, Any] | None:
        try:
            return dict(httpx.get(f"{address}/readyz", timeout=2).json())
        except httpx.TransportError:
            return None

    said = until(ready, "an answer")
    assert [(fault["part"], fault["kind"]) for fault in said["faults"]] == [("redis", "password")]
    assert "right one into REDIS_URL" in said["reason"]
    assert httpx.get(f"{address}/healthz").text == "ok"
    assert "is waiting" in httpx.get(f"{address}/wall/main").text
    server.admin.config_set("requirepass", "wrong")
    until(lambda: (found := ready()) and found["services"] and not found["faults"], "the dashboard itself", 30)
    assert "wrong@" not in dashboard.output
    assert dashboard.output.count("refuses the password") == 1


POSTGRES = {
    "readonly": (
        "ALTER DATABASE {name} SET default_transaction_read_only = on",
        "ALTER DATABASE {name} RESET default_transaction_read_only",
    ),
    "away": ("ALTER DATABASE {name} WITH ALLOW_CONNECTIONS false", "ALTER DATABASE {name} WITH ALLOW_CONNECTIONS true"),
}


@pytest.mark.long
@pytest.mark.parametrize("kind", POSTGRES)
async def test_postgresql_refuses_and_comes_back(
    server: Server, postgres_server: PostgresServer, postgres_store: Store, tmp_path: Path, monkeypatch, kind: str
):
    monkeypatch.setattr(archive, "PAUSES", (0.1,))
    name = postgres_store.url.database
    hang_up = f"SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = '{name}'"  # noqa: S608 # our name
    async with working(server, postgres_store, tmp_path) as site:
        await site.publish()
        await site.well()
        for statement in (POSTGRES[kind][0].format(name=name), hang_up):
            await to_thread.run_sync(postgres_server.execute, statement)
        assert await site.publish(), "what is accepted waits in Redis"
        assert name in (await site.fault("archive", kind))["reason"]
        await to_thread.run_sync(postgres_server.execute, POSTGRES[kind][1].format(name=name))
        await to_thread.run_sync(postgres_server.execute, hang_up)
        await site.well()
        assert losses(postgres_store, site.accepted) == []


@pytest.fixture
def small_disk(tmp_path: Path) -> Iterator[Path]:
    """A file system of 40 MB; where none may be mounted, the limits and pragmas above have to do."""
    folder = tmp_path / "disk"
    folder.mkdir()
    mounted = subprocess.run(["mount", "-t", "tmpfs", "-o", "size=40m", "tmpfs", folder], check=False).returncode == 0
    if not mounted:
        absent("the right to mount a file system")
    yield folder
    subprocess.run(["umount", "-l", folder], check=False)


@pytest.mark.long
async def test_a_full_disk_under_redis_and_archive_at_once(
    small_disk: Path, free_port: int, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
):
    monkeypatch.setattr(archive, "PAUSES", (0.1,))
    (small_disk / "redis").mkdir()
    server = Server(small_disk / "redis", free_port)
    store = open_store(small_disk / "emberwatch.sqlite", clock=SystemClock())
    try:
        async with working(server, store, tmp_path) as site:
            await site.publish(500)
            await site.well()
            filler = small_disk / "filler"
            with suppress(OSError), filler.open("wb", buffering=0) as file:
                while True:
                    file.write(b"x" * 4096)
            with anyio.fail_after(30):
                while not (await site.ready())[1]["faults"]:
                    await site.publish(200)
            said = (await site.ready())[1]
            assert {fault["kind"] for fault in said["faults"]} == {"disk"}
            filler.unlink()
            await site.well()
            assert await site.publish(200)
            await site.well()
            assert losses(store, site.accepted) == []
    finally:
        store.close()
        server.close()
