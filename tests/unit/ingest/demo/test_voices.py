"""A storm is many posts and few voices, and no hand is behind it."""

from collections.abc import Sequence

from msgspec.structs import replace

from app.domain.analysis import NOT_ANALYSED, AnalysedMention
from app.domain.chorus import Spoken, choruses, gathered
from app.domain.mention import Mention
from app.domain.tally import by_whom, contribution, only, reduce
from app.domain.voices import Voices, heard
from ingest.analyzers.voice import VoiceAnalyzer
from ingest.demo.generator import Generator
from ingest.demo.storm import Storm

EVENING = 1_795_284_000
STORM = Storm(EVENING, 30)


def analysed(mentions: Sequence[Mention]) -> list[AnalysedMention]:
    found = VoiceAnalyzer(()).analyse(mentions, [NOT_ANALYSED] * len(mentions))
    return [AnalysedMention(replace(one, brands=("n",)), two) for one, two in zip(mentions, found, strict=True)]


def voices(said: Sequence[AnalysedMention]) -> Voices:
    delta = reduce(contribution(one, one.mention.author.id) for one in said)
    return heard(by_whom(only(delta, "v").values()))


def test_of_a_storm_nine_in_ten_posts_are_copies_and_of_a_calm_hour_few():
    world = Generator(7)
    minutes = range(EVENING, EVENING + 600, 60)
    storm = [one for start in minutes for one in world.minute(start, STORM) if "-s" in one.id]
    calm = [one for start in minutes for one in world.minute(start)]
    told, usual = voices(analysed(storm)), voices(analysed(calm))
    assert 0.6 < told.reposts / told.posts < 0.75
    assert told.voices < told.posts / 10
    assert told.clusters[0].posts > 100
    assert usual.voices > usual.posts / 2


def test_no_voice_of_a_storm_is_taken_for_bots():
    world = Generator(7)
    storm = [one for start in range(EVENING, EVENING + 300, 60) for one in world.minute(start, STORM)]
    spoken = [Spoken(one, one.mention.author.id) for one in analysed(storm)]
    found = choruses(spoken, gathered(spoken), {})
    assert sum(one.burst.authors > 0 for one in found) > 5
    assert [one.burst for one in found if one.burst.marked] == []
