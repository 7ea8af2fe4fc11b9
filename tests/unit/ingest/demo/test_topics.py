"""Topics of the demo world: how many emerge on calm days, and how soon in a storm."""

from collections.abc import Iterator
from functools import cache

import pytest

from app.domain.analysis import NOT_ANALYSED
from app.domain.repertoire import HOUR, Said, Talk, repertoire, talk
from app.domain.topics import Topic, topics
from ingest.analyzers.language import LanguageAnalyzer
from ingest.analyzers.terms import TermsAnalyzer
from ingest.analyzers.voice import VoiceAnalyzer
from ingest.demo.generator import Generator
from ingest.demo.storm import Storm

START = 1_795_000_020 // HOUR * HOUR
NAMES = ("Nordlicht Strom", "nordlicht", "nordlichtstrom")
DAYS = 4
"""Of talk before the day that is judged."""

pytestmark = pytest.mark.long


class World:
    """The demo at two posts a minute, as analysed."""

    def __init__(self, seed: int) -> None:
        self._generator = Generator(seed, rate=2)
        kinds = (LanguageAnalyzer, TermsAnalyzer, VoiceAnalyzer)
        self._analyzers = [kind(("de", "en"), NAMES) for kind in kinds]
        self.said = cache(self._said)

    def _said(self, minute: int, storm: Storm | None = None) -> tuple[Said, ...]:
        mentions = self._generator.minute(minute, storm)
        found = [NOT_ANALYSED] * len(mentions)
        for analyzer in self._analyzers:
            found = analyzer.analyse(mentions, found)
        return tuple(
            Said(m.id, m.published_at, m.author.id, a.terms, voice=a.voice, repost=m.kind == "repost", text=m.text)
            for m, a in zip(mentions, found, strict=True)
        )

    def hour(self, start: int) -> Talk:
        return talk(start, [one for minute in range(start, start + HOUR, 60) for one in self.said(minute)])

    def emerging(self, hours: list[Talk], at: int, storm: Storm | None = None) -> list[Topic]:
        minutes = range(at - HOUR, at, 60)
        window = [one for minute in minutes for one in self.said(minute, storm if minute >= at - HOUR else None)]
        usual = repertoire(hours, at - HOUR)
        return [one for one in topics(window, usual, own=NAMES) if one.emerging]


@pytest.fixture(scope="module")
def world() -> World:
    return World(7)


@pytest.fixture(scope="module")
def hours(world) -> list[Talk]:
    return [world.hour(START + number * HOUR) for number in range(24 * (DAYS + 1))]


def looks(world: World, hours: list[Talk]) -> Iterator[list[str]]:
    for at in range(START + DAYS * 24 * HOUR + HOUR, START + (DAYS + 1) * 24 * HOUR, HOUR // 2):
        yield [one.term for one in world.emerging(hours, at)]


def test_a_calm_day_has_next_to_no_emerging_topic(world, hours):
    found = [terms for terms in looks(world, hours) if terms]
    assert len({term for terms in found for term in terms}) <= 3, found


def test_a_storm_is_found_within_five_minutes(world, hours):
    begun = START + (DAYS + 1) * 24 * HOUR
    storm = Storm(begun, 30)
    for minute in range(1, 6):
        found = world.emerging(hours, begun + 60 * minute, storm)
        if any("abzocke" in one.term for one in found):
            assert found[0].since >= begun - 600
            return
    pytest.fail("nothing of the storm emerged")
