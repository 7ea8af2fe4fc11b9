"""What has to be free before `emberwatch up` moves in: its data folder, its port, its address."""

import errno
import fcntl
import ipaddress
import os
import socket
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from app.errors import Conflict, WrongInput

LOCK = "up.lock"


@contextmanager
def occupied(data: Path) -> Iterator[None]:
    """Hold a data folder alone, made readable by its owner only; raise `Conflict` while another `up` holds it."""
    try:
        data.mkdir(parents=True, exist_ok=True, mode=0o700)
        if not any(data.iterdir()) or any((data / name).exists() for name in (LOCK, "emberwatch.sqlite")):
            data.chmod(0o700)  # somebody's own folder with other things in it stays as it is
        handle = (data / LOCK).open("a+")
    except OSError as error:
        raise WrongInput(
            f"The data folder {data} cannot be used ({error.strerror}); name another with --data."
        ) from None
    with handle:
        try:
            fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            raise Conflict(
                f"Emberwatch already runs on {data} (process {holder(data)}); stop it first, "
                "or give this one another folder with --data."
            ) from None
        handle.truncate(0)
        handle.write(str(os.getpid()))
        handle.flush()
        yield


def holder(data: Path) -> int | None:
    """Return the process id of the `up` that holds a data folder, None if nobody does."""
    try:
        with (data / LOCK).open() as handle:
            try:
                fcntl.flock(handle, fcntl.LOCK_SH | fcntl.LOCK_NB)
            except BlockingIOError:
                return int(handle.read() or 0)
    except OSError:
        pass
    return None


def check_address(host: str, port: int, *, insecure: bool) -> None:
    """Raise `WrongInput` if the dashboard may not or cannot listen there."""
    check_host(host, insecure=insecure)
    reason = taken(host, port)
    if reason:
        raise WrongInput(reason)


def check_host(host: str, *, insecure: bool) -> None:
    """Raise `WrongInput` if others than this machine could reach the dashboard and nobody said that they may."""
    if not insecure and not is_loopback(host):
        raise WrongInput(
            f"--host {host} lets others in, and there are no accounts yet to tell them apart. "
            "Put a proxy with a sign-in before 127.0.0.1, or add --insecure if all who reach it may do anything."
        )


def is_loopback(host: str) -> bool:
    """Return whether only this machine can reach `host`."""
    try:
        return host == "localhost" or ipaddress.ip_address(host).is_loopback
    except ValueError:
        return False


def taken(host: str, port: int) -> str | None:
    """Return why nobody can listen there, as a sentence; None if it is free."""
    try:
        family, kind, _, _, address = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM, flags=socket.AI_PASSIVE)[
            0
        ]
        with socket.socket(family, kind) as probe:
            probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
            probe.bind(address)
    except socket.gaierror:
        return f"--host {host} is not an address of this machine; try 127.0.0.1."
    except OSError as error:
        if error.errno == errno.EADDRINUSE:
            return f"Port {port} is in use; choose another, such as --port {port + 1}."
        return f"Nobody can listen on {host} port {port} ({error.strerror}); choose others with --host and --port."
    return None
