"""A watcher: a screen that notes when frames come and how far the data is behind."""

import json
import threading
import time
from contextlib import suppress
from itertools import pairwise
from typing import Any

from websockets.exceptions import WebSocketException
from websockets.sync.client import connect


class Watcher(threading.Thread):
    """Looks at a wall until it is told to stop."""

    def __init__(self, url: str) -> None:
        super().__init__(name="watcher")
        self._url = url.replace("http://", "ws://") + "/ws/wall/main"
        self._enough = threading.Event()
        self.arrivals: list[float] = []
        """Monotonic instants at which frames came."""
        self.lag = 0.0
        """The most seconds that the data of a frame was behind."""
        self.seq = 0

    def run(self) -> None:
        while not self._enough.is_set():
            with suppress(OSError, WebSocketException, TimeoutError), connect(self._url, max_size=None) as line:
                while not self._enough.is_set():
                    self._note(json.loads(line.recv(timeout=10)))

    def _note(self, frame: dict[str, Any]) -> None:
        self.arrivals.append(time.monotonic())
        self.seq = frame["seq"]
        if frame["data_time"]:
            self.lag = max(self.lag, frame["server_time"] - frame["data_time"])

    def pause(self, since: float) -> float:
        """Return the longest time without a frame since an instant, up to now."""
        moments = [since, *(at for at in self.arrivals if at > since), time.monotonic()]
        return max(later - earlier for earlier, later in pairwise(moments))

    def stop(self) -> None:
        """End, and wait for it."""
        self._enough.set()
        self.join(15)
