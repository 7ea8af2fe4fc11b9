"""The channel: `benchmarks.jetstream` as a process of its own, so that it can be killed."""

import os
import signal
import socket
import subprocess
import sys
from pathlib import Path

from tests.torture.story import BRAND, CHANGED, TEMPLATES


class Channel:
    """Plays `count` posts at `rate` a second; killed and started again it goes on where its log ends."""

    def __init__(self, folder: Path, path: str, count: int, rate: float) -> None:
        with socket.socket() as probe:
            probe.bind(("127.0.0.1", 0))
            port = probe.getsockname()[1]
        self._command = [sys.executable, "-m", "benchmarks.jetstream_process", "--port", str(port), "--rate", str(rate)]
        self._command += ["--count", str(count), "--brand-text", BRAND, "--change", str(CHANGED)]
        self._command += ["--log", str(folder / "posts.log")]
        self._command += [word for template in TEMPLATES for word in ("--template", template)]
        self.url = f"ws://127.0.0.1:{port}{path}"
        self.log, self._said = folder / "posts.log", folder / "said"
        self._process: subprocess.Popen[bytes] | None = None
        self._told, self._read = 0, 0

    def start(self) -> None:
        with self._said.open("wb") as said:
            self._process = subprocess.Popen(self._command, stdout=said)

    def kill(self) -> None:
        if self._process is not None:
            os.kill(self._process.pid, signal.SIGKILL)
            self._process.wait()
            self._process = None

    def played(self) -> bool:
        return b"done" in self._said.read_bytes()

    @property
    def told(self) -> int:
        """How many events stand in its log."""
        if self.log.exists():
            with self.log.open("rb") as log:
                log.seek(self._read)
                fresh = log.read()
            self._read += len(fresh)
            self._told += fresh.count(b"\n")
        return self._told
