"""A seat: the name of a worker among those that share one data folder; host and folder tell machines apart."""

import fcntl
import os
import secrets
import socket
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from itertools import count
from pathlib import Path


@contextmanager
def seat(data: Path, service: str) -> Iterator[str]:
    """Hold the first free seat of a service and yield its name, which no other living worker has.

    The kernel frees a seat when its worker dies, however it dies: who comes back at once sits down on it again and
    finds under its name what was left there.
    """
    folder = data / "seats"
    folder.mkdir(mode=0o700, parents=True, exist_ok=True)
    for number in count(1):
        with (folder / f"{service}-{number}").open("a") as handle:
            try:
                fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
            except BlockingIOError:
                continue
            yield f"{service}-{number}@{socket.gethostname()}:{_mark(folder)}"
            return


def short(worker: str) -> str:
    """Return a worker's name on its machine, such as `analysis-2`."""
    return worker.partition("@")[0]


def _mark(folder: Path) -> str:
    """Return a random word that is made once for this folder: two machines may have the same name and layout."""
    file = folder / "mark"
    if not file.exists():
        made = folder / f"mark.{os.getpid()}"
        made.write_text(secrets.token_hex(4))
        with suppress(FileExistsError):
            file.hardlink_to(made)
        made.unlink()
    return file.read_text()
