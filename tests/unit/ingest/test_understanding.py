"""Analyzers in a row, isolation of what they cannot bear, and each text read once."""

from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor

import msgspec
import pytest

from app import metrics
from app.config import Config
from app.domain.analysis import Analysis, Evidence, Intent
from app.domain.brand import Brand
from app.domain.fault import Fault
from app.domain.mention import Author, Mention
from app.errors import UnknownExtension
from ingest.memory import APIECE, Memory
from ingest.understanding import BATCH, CHARACTERS, LONG, Missing, Understanding, admit, build, names_of, parcels


class Poisonous:
    """An analyzer that breaks on one word and remembers how often it was asked."""

    name = "poisonous"

    def __init__(self, languages: tuple[str, ...], brands: tuple[str, ...] = ()) -> None:
        self.calls = 0
        self.seen: list[Mention] = []

    def analyse(self, mentions: Sequence[Mention], found: Sequence[Analysis]) -> list[Analysis]:
        self.calls += 1
        self.seen += mentions
        if any("poison" in mention.text for mention in mentions):
            raise ZeroDivisionError
        return [
            msgspec.structs.replace(before, intents=intents(mention.text))
            for mention, before in zip(mentions, found, strict=True)
        ]


def intents(text: str) -> tuple[Intent, ...]:
    place = text.lower().find("wann")
    if place < 0:
        return ()
    return (Intent("query", 0.9, (Evidence(text[place : place + 4], place, place + 4, 1.0),)),)


class Short:
    """An analyzer that returns too little."""

    def analyse(self, mentions: Sequence[Mention], found: Sequence[Analysis]) -> list[Analysis]:
        return list(found)[1:]


def mention(text: str, **more) -> Mention:
    return Mention(**({"channel": "x", "id": text, "published_at": 0.0, "text": text, "author": Author("a")} | more))


def understand(analyzers, mentions) -> list[Analysis]:
    return Understanding(analyzers).understand(mentions)


def test_analyzers_run_in_order_each_with_what_was_found():
    found = understand(build(("language", "lexicon"), ("de", "en")), [mention("Das ist eine Frechheit, wirklich")])
    assert (found[0].language, found[0].sentiment.label) == ("de", "negative")


def test_no_mentions_no_work():
    assert understand([Poisonous(())], []) == []


@pytest.mark.parametrize("place", [0, 1, 7, 50, 99])
def test_the_culprit_is_found_by_halving_and_only_one_respect_of_it_is_missing(place):
    analyzer = Poisonous(())
    texts = [f"gut {n}, wann?" for n in range(100)]
    texts[place] = "poison ist schlecht, wann?"
    understanding = Understanding([*build(("language", "lexicon"), ("de", "en")), analyzer])
    before = failures()
    analyses, missing = understanding.examine([mention(text) for text in texts])
    assert missing == {place: (Missing("poisonous", "ZeroDivisionError"),)}
    assert "`poisonous` failed (ZeroDivisionError)" in str(missing[place][0])
    assert [n for n, one in enumerate(analyses) if not one.intents] == [place]
    assert analyses[place].sentiment.label == "negative", "the other respects are there"
    assert analyzer.calls < 20
    assert failures() == before + 1
    understanding.examine([mention(texts[place])])
    assert failures() == before + 2, "what is incomplete is not remembered"


def failures() -> float:
    return metrics.ANALYZER_FAILURES.labels("poisonous", "ZeroDivisionError")._value.get()


def test_an_analyzer_that_returns_too_little_found_nothing():
    analyses, missing = Understanding([Short(), Poisonous(())]).examine([mention("wann?"), mention("wann denn?")])
    assert missing == {place: (Missing("Short", "ValueError"),) for place in (0, 1)}
    assert [len(one.intents) for one in analyses] == [1, 1]


def test_an_analyzer_that_does_not_exist_is_named_with_the_choices():
    with pytest.raises(UnknownExtension, match="language, lexicon"):
        build(("nonsense",), ("de",))


@pytest.mark.parametrize(
    ("stated", "language"), [("de", "de"), ("pt-BR", "pt"), ("EN_us", "en"), (None, "unknown"), ("", "unknown")]
)
def test_without_analyzers_the_stated_language_stands_and_the_label_is_uncertain(stated, language):
    said = mention("gut", language=stated)
    found = understand((), [said, said])
    assert [(one.language, one.sentiment.label) for one in found] == [(language, "uncertain")] * 2


def test_copies_are_read_once_and_their_evidence_is_in_their_own_words():
    analyzer = Poisonous(())
    understanding = Understanding([analyzer])
    rounds = [understanding.understand([mention("@anna WANN?"), mention("gut"), mention("@otto WANN?")]) for _ in "12"]
    assert [one.text for one in analyzer.seen] == ["@anna WANN?", "gut"]
    for analyses in rounds:
        spans = [one.intents[0].evidence[0] for one in (analyses[0], analyses[2])]
        assert spans == [Evidence("WANN", 6, 10, 1.0)] * 2
        assert analyses[1].intents == ()


@pytest.mark.parametrize(
    "other",
    [
        {"text": "Wann  kommt ihr?"},
        {"language": "en"},
        {"rating": 1.0},
        {"brands": ("nord",)},
        {"kind": "review"},
    ],
)
def test_what_analyzers_can_tell_apart_is_no_copy(other):
    analyzer = Poisonous(())
    Understanding([analyzer]).understand([mention("Wann kommt ihr?"), mention(**({"text": "Wann kommt ihr?"} | other))])
    assert len(analyzer.seen) == 2


def test_analyzers_see_nothing_by_which_copies_could_differ():
    analyzer = Poisonous(())
    told = mention("gut", kind="repost", author=Author("ann", "@ann", "Ann", 12), url="https://example.org", demo=True)
    Understanding([analyzer]).understand([told])
    assert analyzer.seen == [mention("gut", channel="", id="", author=Author(""))]


def test_a_long_text_is_read_in_part_and_no_batch_grows_large():
    analyzer = Poisonous(())
    texts = [f"{n} {'wann ' * 30_000}" for n in range(40)] + [f"kurz {n}" for n in range(1_200)]
    assert len(Understanding([analyzer]).understand([mention(text) for text in texts])) == len(texts)
    assert max(len(one.text) for one in analyzer.seen) == LONG
    assert analyzer.calls == 6
    assert list(parcels([])) == []
    sizes = [sum(len(one.text) for one in batch) for batch in parcels([mention("x" * LONG)] * 50)]
    assert (max(sizes) <= CHARACTERS, sum(sizes)) == (True, 50 * LONG)
    assert [len(batch) for batch in parcels([mention("x")] * 1_100)] == [BATCH, BATCH, 100]


def test_memory_is_bounded_by_entries_and_by_bytes():
    [analysis] = understand(build(("language", "lexicon"), ("de",)), [mention("Das ist eine Frechheit, wirklich")])
    few, small = Memory(entries=3), Memory(room=3 * (APIECE + len(msgspec.msgpack.encode(analysis))))
    for memory in (few, small):
        memory.keep((bytes([n]), analysis) for n in range(5))
        memory.keep([(b"\x04", analysis)])
        assert len(memory) == 3
        assert set(memory.recall([bytes([n]) for n in range(5)])) == {b"\x02", b"\x03", b"\x04"}
        memory.recall([b"\x02"])
        memory.keep([(b"new", analysis)])
        assert set(memory.recall([b"\x02", b"\x03"])) == {b"\x02"}


def test_nobodys_words_stay_in_memory_but_terms():
    memory = Memory()
    Understanding([Poisonous(())], memory).understand([mention("Wann kommt ihr?")])
    [(one, packed)] = memory._known.items()
    assert b"kommt" not in packed
    assert memory.recall([one])[one].intents[0].evidence == (Evidence("", 0, 4, 1.0),)


def test_threads_share_a_memory():
    understanding = Understanding(build(("language", "lexicon"), ("de", "en")), Memory(entries=50))
    batches = [[mention(f"Frechheit {(n * k) % 97}!") for n in range(300)] for k in range(1, 9)]
    with ThreadPoolExecutor(4) as pool:
        found = list(pool.map(understanding.understand, batches))
    assert found == [understand(understanding.analyzers, batch) for batch in batches]


def test_what_works_worse_than_it_should_is_told():
    worse = Poisonous(())
    worse.fault = "The model file is broken; reinstall Emberwatch."
    understanding, faults = Understanding([Poisonous(()), worse]), {}
    assert understanding.faults == ("The model file is broken; reinstall Emberwatch.",)
    for now in (10.0, 20.0):
        admit(understanding, faults, now)
    assert faults == {"analysis": Fault("analysis", "model", 10.0, worse.fault)}
    worse.fault = ""
    admit(understanding, faults, 30.0)
    assert faults == {}


def test_tags_and_handles_made_of_a_name_are_names_too():
    query = '"Nordlicht Strom" OR #nordlicht OR @nordlichtstrom OR #abzocke'
    config = Config(brands=(Brand("nordlicht", "Nordlicht Strom", query),))
    assert names_of(config) == ("Nordlicht Strom", "nordlicht", "nordlichtstrom")
