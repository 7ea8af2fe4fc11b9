"""A crisis as a person sees it: an incident with evidence in the archive, moved from level to level as alerts would."""

import time

import msgspec

from app.clock import SystemClock
from app.crisis import By, Handling, open_incident, update_incident
from app.domain.actor import LOOPBACK, system
from app.domain.explanation import Counter, Driver, Evidence, Explanation
from app.domain.forecast import Forecast, Point
from app.domain.identity import Identity
from app.domain.incident import Incident
from app.domain.level import Ground, Level
from app.domain.mention import Author
from app.domain.person import Person
from app.store.engine import Store
from tests.fixtures.browser import Site
from tests.fixtures.store import said

ALERTS = system("alerts")
TEXTS = (
    ("Karla aus Kiel", "Von 96 auf 194 Euro, ohne Brief, ohne Mail. Die Hotline legt auf. Ist das euer Ernst?"),
    ("Verbraucherzentrale N.", "Wir prüfen rechtliche Schritte gegen die Abschlagserhöhung und raten zum Widerspruch."),
    ("Tom", "Bei uns im Haus alle vier Parteien betroffen."),
)


class Storm:
    """An incident with evidence in the archive, moved from level to level as alerts would."""

    def __init__(self, site: Site, store: Store, name: str, **more: object) -> None:
        self._site, self._store = site, store
        now = time.time()
        posts = _posts(store, now, name)
        told = Explanation(
            now, 164, 18, 11, 24, evidence=tuple(Evidence(one.mention.key, "reach") for one in posts),
            counters=(Counter("without_author", holds=True), Counter("source_outage", holds=True)), confidence=0.92,
            channels={"bluesky": 900, "forum": 200}, negative=True,
            drivers=(Driver("Abschlag", 812, 14.0), Driver("Hotline", 340, 9.1)), first=posts[0].mention.key,
        )  # fmt: skip
        self.kept = Incident(
            name, "nordlicht", now, "firing", "warning", (), ("Abschlag", "Hotline"), updated_at=now, peak=40.0,
            reason={"de": "Negative Erwähnungen 9-mal so viele wie üblich.", "en": "Negative mentions 9 times usual."},
            since=now - 1400, explanation=told, forecast=_outlook(now), **more,
        )  # fmt: skip

    def open(self, level: int) -> None:
        made = msgspec.structs.replace(self.kept, level=_level(level))
        self.kept = self._site.do(open_incident(self._store, self._site.bus, ALERTS, made, time.time()))

    def rise(self, level: int, **more: object) -> None:
        made = msgspec.structs.replace(self.kept, level=_level(level), **more)
        self.kept = self._site.do(update_incident(self._store, self._site.bus, ALERTS, made, time.time()))

    def end(self) -> None:
        """Have a person end it: walls let go of it at once."""
        with self._store.reading() as tx:
            alive = tx.incidents.get(self.kept.id).alive
        if alive:
            handling = Handling(self._store, self._site.bus, SystemClock())
            self._site.do(handling.resolve(By(LOOPBACK), self.kept.id, "over"))


def _outlook(now):
    curve = tuple(Point(now + 300 * n, 150 + 20 * n, 190 + 25 * n, 240 + 30 * n) for n in range(10))
    return Forecast(now, None, now + 1600, now + 4900, 300, 520, curve, 0.81, 16)


def _level(value):
    return Level(value, (Ground("authors", value + 1, 90, 150, met=False, must=True),), 2)


def _posts(store, now, name):
    identity, found = Identity(store.secret()), []
    for number, (called, words) in enumerate(TEXTS):
        one = said(identity, f"at://{name}/{number}", words, author=called, at=now - 1300 + number, label="negative")
        author = Author(called, None, called, 48_200)
        found.append(msgspec.structs.replace(one, mention=msgspec.structs.replace(one.mention, author=author)))
    with store.transaction() as tx:
        tx.mentions.upsert([(one, 1) for one in found])
        tx.people.put(Person("mw", "M. Weber"))
    return found
