"""A throw-away PostgreSQL: a real server with data of its own, for measuring and for the tests."""

import ctypes
import os
import secrets
import shutil
import signal
import socket
import subprocess
import sys
import tempfile
import time
from pathlib import Path
from typing import Any

ROLE = "emberwatch"
"""Owns the databases and may make more; no superuser, because the archive must not need one."""

START = 30.0
"""Seconds a server has to answer."""
_PR_SET_PDEATHSIG = 1


def binaries() -> Path | None:
    """Return the folder of `initdb` and `postgres`, the newest version there is; None without PostgreSQL."""
    found = shutil.which("initdb")
    if found:
        return Path(found).resolve().parent
    folders = [file.parent for file in Path("/usr/lib/postgresql").glob("*/bin/initdb")]
    return max(folders, key=lambda folder: int(folder.parent.name), default=None)


class PostgresServer:
    """A server on loopback with a password, on data that `close` removes; `start` and `stop` as often as wanted."""

    def __init__(self, bin_folder: Path) -> None:
        self._bin = bin_folder
        self._folder = Path(tempfile.mkdtemp(prefix="ember-pg-"))
        self._data = self._folder / "data"
        self._process: subprocess.Popen[bytes] | None = None
        self.password = secrets.token_hex(12)
        self.port = _free_port()
        word = self._folder / "password"
        word.write_text(self.password)
        self._owner: dict[str, Any] = {}
        if os.getuid() == 0:  # PostgreSQL refuses to run as root
            self._owner = {"user": "postgres", "group": "postgres", "extra_groups": []}
            shutil.chown(self._folder, "postgres")
            shutil.chown(word, "postgres")
        locale = ("--encoding=UTF8", "--locale=C", "--auth=scram-sha-256", "--no-sync")
        self._run("initdb", "-U", "postgres", f"--pwfile={word}", *locale, "-D", str(self._data))

    def start(self) -> None:
        """Start it and wait until it answers."""
        log = (self._folder / "log").open("ab")
        settings = (f"listen_addresses=127.0.0.1 port={self.port} unix_socket_directories={self._folder}").split()
        more = [part for setting in (*settings, "max_connections=200") for part in ("-c", setting)]
        self._process = subprocess.Popen(
            [self._bin / "postgres", "-D", self._data, *more],
            cwd=self._folder,
            stdin=subprocess.DEVNULL,
            stdout=log,
            stderr=log,
            preexec_fn=_end_with_parent,  # noqa: PLW1509 - a run that is killed must not leave a server behind
            **self._owner,
        )
        log.close()
        deadline = time.monotonic() + START
        while not self._answers():
            if self._process.poll() is not None or time.monotonic() > deadline:
                raise RuntimeError(f"PostgreSQL does not start:\n{(self._folder / 'log').read_text()}")
            time.sleep(0.02)

    def stop(self, *, kill: bool = False) -> None:
        """End it at once: connections are cut; with `kill` like a power cut of the process, all its parts killed."""
        if self._process is None:
            return
        if kill:
            children = _children(self._process.pid)
            self._process.kill()
            for child in children:
                os.kill(child, signal.SIGKILL)
        else:
            self._process.send_signal(signal.SIGINT)
        self._process.wait(30)
        self._process = None

    def standby(self) -> "PostgresServer":
        """Return a started copy of this stopped server that only answers reads, as a hot standby does."""
        copy = object.__new__(PostgresServer)
        copy.__dict__ |= self.__dict__ | {"_folder": Path(tempfile.mkdtemp(prefix="ember-pg-")), "port": _free_port()}
        copy._data = copy._folder / "data"
        shutil.copytree(self._data, copy._data)
        (copy._data / "standby.signal").touch()
        if self._owner:
            for path in (copy._folder, *copy._folder.rglob("*")):
                shutil.chown(path, "postgres")
        copy.start()
        return copy

    def close(self) -> None:
        """End it and remove its data."""
        self.stop()
        shutil.rmtree(self._folder)

    def url(self, database: str, *, role: str = ROLE, password: str | None = None) -> str:
        """Return the address of a database as people write it."""
        return f"postgresql://{role}:{password or self.password}@127.0.0.1:{self.port}/{database}"

    def execute(self, sql: str, database: str = "postgres") -> list[tuple[Any, ...]]:
        """Run one statement as superuser, outside a transaction, and return what it answers."""
        import psycopg

        with psycopg.connect(self.url(database, role="postgres"), autocommit=True) as connection:
            cursor = connection.execute(sql.encode())
            return cursor.fetchall() if cursor.description else []

    def make_role(self) -> None:
        """Make the role that owns the databases, with the server's password."""
        self.execute(f"CREATE ROLE {ROLE} LOGIN CREATEDB PASSWORD '{self.password}'")

    def make_database(self, name: str, template: str = "template0") -> str:
        """Make a database, as a copy of `template`, and return its address."""
        self.execute(f"CREATE DATABASE {name} OWNER {ROLE} TEMPLATE {template}")
        return self.url(name)

    def _answers(self) -> bool:
        import psycopg

        try:
            self.execute("SELECT 1")
        except psycopg.OperationalError:
            return False
        return True

    def _run(self, program: str, *arguments: str) -> None:
        command = [str(self._bin / program), *arguments]
        done = subprocess.run(command, cwd=self._folder, capture_output=True, text=True, check=False, **self._owner)
        if done.returncode:
            raise RuntimeError(f"{program} failed: {done.stderr}")


def _free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def _children(pid: int) -> list[int]:
    found = []
    for status in Path("/proc").glob("[0-9]*/stat"):
        try:
            parent = int(status.read_text().rpartition(")")[2].split()[1])
        except OSError:  # it ended while we looked
            continue
        if parent == pid:
            found.append(int(status.parent.name))
    return found


def _end_with_parent() -> None:
    if sys.platform == "linux":
        ctypes.CDLL(None).prctl(_PR_SET_PDEATHSIG, signal.SIGQUIT)
