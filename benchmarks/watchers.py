"""Many screens in one cheap process: it opens websockets, takes what comes and counts the bytes, reading none of them.

    python -m benchmarks.watchers --port 8050 --path /ws/wall/main --count 200

prints `ready` once all are connected, then, for every line on its standard input, the bytes so far.
"""

import argparse
import resource
import selectors
import socket
import sys
from typing import NamedTuple

CHUNK = 1 << 20
HANDSHAKE = (
    "GET {path} HTTP/1.1\r\nHost: 127.0.0.1:{port}\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n"
    "Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\nSec-WebSocket-Version: 13\r\n\r\n"
)


class Place(NamedTuple):
    """Where the frames come from."""

    port: int
    path: str


def opened(place: Place, buffer: int = 0) -> socket.socket:
    """Return a websocket past its handshake, whose system keeps `buffer` bytes for it (0: as it likes)."""
    screen = socket.socket()
    if buffer:
        screen.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, buffer)
    screen.settimeout(10)
    screen.connect(("127.0.0.1", place.port))
    screen.sendall(HANDSHAKE.format(path=place.path, port=place.port).encode())
    answer = b""
    while b"\r\n\r\n" not in answer:
        answer += screen.recv(1)
    if b" 101 " not in answer.partition(b"\r\n")[0]:
        raise ConnectionError(answer.decode("latin-1").splitlines()[0])
    screen.settimeout(0)
    return screen


def watch(place: Place, count: int) -> None:
    """Take and count until the standard input ends."""
    chooser = selectors.DefaultSelector()
    for _ in range(count):
        chooser.register(opened(place), selectors.EVENT_READ)
    chooser.register(sys.stdin, selectors.EVENT_READ)
    print("ready", flush=True)
    buffer, total = bytearray(CHUNK), 0
    while True:
        for key, _ in chooser.select():
            if isinstance(key.fileobj, socket.socket):
                taken = key.fileobj.recv_into(buffer)
                total += taken
                if not taken:
                    raise ConnectionError("A screen was cut off.")
            elif sys.stdin.readline():
                print(total, flush=True)
            else:
                return


def _main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--port", type=int, required=True)
    parser.add_argument("--path", required=True)
    parser.add_argument("--count", type=int, default=1)
    given = parser.parse_args()
    most = resource.getrlimit(resource.RLIMIT_NOFILE)[1]
    resource.setrlimit(resource.RLIMIT_NOFILE, (most, most))
    watch(Place(given.port, given.path), given.count)


if __name__ == "__main__":
    _main()
