"""A story told through the push door: mentions with repetitions, edits and deletions, the same for the same seed."""

import http.client
import json
import random
import threading
import time
from collections import Counter
from collections.abc import Iterator
from datetime import UTC, datetime
from typing import Any

from benchmarks.sign import sign
from tests.ledger import Ledger

BRAND = "Probe"
TEMPLATES = (
    "Probe: die Rechnung ist schon wieder falsch, Ärger {sign}.",
    "Probe hat heute schnell geholfen, danke {sign}!",
    "Post von Probe, Vorgang {sign}",
)
EDITS = ("Probe, das war ein Tippfehler, {sign}.", "Das hier nennt niemanden mehr, {sign}.")
CHANGED = 0.05
PATIENCE = 20.0
"""Seconds an answer may take before the batch is sent again."""


class Story:
    """Tells `count` mentions line by line, the second time in the same words; what was told stands in `ledger`."""

    def __init__(self, seed: int, count: int, changed: float = CHANGED) -> None:
        self._seed, self._count, self._changed = seed, count, changed
        self._said: list[dict[str, Any]] = []
        self._first: dict[int, str] = {}
        self._told: list[dict[str, Any]] = []
        self.ledger = Ledger()

    def __iter__(self) -> Iterator[dict[str, Any]]:
        yield from self._told  # told before, to the letter
        for line in self._go_on() if not self._told else ():
            self._told.append(line)
            yield line

    def _go_on(self) -> Iterator[dict[str, Any]]:
        for number in range(self._count):
            chance = random.Random(f"{self._seed} {number}")
            yield self._say(number, number, TEMPLATES[number % len(TEMPLATES)])
            if chance.random() < self._changed:
                yield self._take_back(chance.choice(range(number + 1)))
            if chance.random() < self._changed:
                yield self._say(number, chance.choice(range(number + 1)), EDITS[chance.random() > 0.7], edit=True)
            if chance.random() < self._changed:
                yield chance.choice(self._said)

    def _say(self, now: int, number: int, template: str, *, edit: bool = False) -> dict[str, Any]:
        """Return the line of a mention, or of its edit at the moment of mention `now`."""
        at = time.time()
        text = template.format(sign=sign(f"{self._seed} {now} {number} {edit}"))
        line: dict[str, Any] = {
            "channel": "forum",
            "id": f"told-{number}",
            "published_at": self._first.setdefault(number, _iso(at)),
            "text": text,
            "language": "de",
            "author": {"id": f"author-{number % 997}", "name": f"Author {number % 997}"},
        }
        if edit:
            line["edited_at"] = _iso(at)
        self.ledger.said(line["id"], line.get("edited_at", ""), text)
        self._said.append(line)
        return line

    def _take_back(self, number: int) -> dict[str, Any]:
        self.ledger.took_back(f"told-{number}")
        return {"channel": "forum", "id": f"told-{number}", "deleted_at": _iso(time.time())}


class Pusher(threading.Thread):
    """Sends a story in batches over one connection, each again until it is accepted."""

    def __init__(self, story: Story, port: int, token: str, batch: int, rate: float) -> None:
        super().__init__(name="pusher")
        self._story, self._port, self._token, self._batch, self._rate = story, port, token, batch, rate
        self._line: http.client.HTTPConnection | None = None
        self._given_up = threading.Event()
        self.told = 0
        """Lines accepted so far."""
        self.answers: Counter[int | str] = Counter()
        self.counts: Counter[str] = Counter()
        """What the accepting answers said, summed."""
        self.faults: list[str] = []
        """Answers that nobody should ever get."""

    def run(self) -> None:
        began, batch = time.monotonic(), list[dict[str, Any]]()
        for line in self._story:
            batch.append(line)
            if len(batch) == self._batch:
                self._deliver(batch)
                batch = []
                due = began + self.told / self._rate
                self._given_up.wait(max(0.0, due - time.monotonic()))
        self._deliver(batch)
        if self._line:
            self._line.close()

    def give_up(self) -> None:
        """End without telling the rest."""
        self._given_up.set()
        self.join(2 * PATIENCE)

    def _deliver(self, batch: list[dict[str, Any]]) -> None:
        body = b"\n".join(json.dumps(line, ensure_ascii=False).encode() for line in batch)
        while batch and not self._given_up.is_set():
            status = self._send(body)
            self.answers[status] += 1
            if status == http.client.ACCEPTED:
                self.told += len(batch)
                return
            self._given_up.wait(0.2)

    def _send(self, body: bytes) -> int | str:
        """Return the status of the answer, or what went wrong with the connection."""
        line = self._line = self._line or http.client.HTTPConnection("127.0.0.1", self._port, timeout=PATIENCE)
        headers = {"Authorization": f"Bearer {self._token}", "Content-Type": "application/x-ndjson"}
        try:
            line.request("POST", "/api/v1/mentions", body, headers)
            answer = line.getresponse()
            said = json.loads(answer.read())
        except (OSError, http.client.HTTPException, ValueError) as error:
            line.close()
            self._line = None
            return type(error).__name__
        if answer.status == http.client.ACCEPTED:
            assert not said.pop("rejected")
            self.counts.update(said)
        elif answer.status not in {http.client.TOO_MANY_REQUESTS, http.client.SERVICE_UNAVAILABLE}:
            self.faults.append(f"{answer.status}: {said}")
        return answer.status


def _iso(at: float) -> str:
    return datetime.fromtimestamp(at, UTC).isoformat(timespec="microseconds")
