"""What copies share and others do not."""

import random

import numpy as np
import pytest
from datasketch import MinHash
from hypothesis import given
from hypothesis import strategies as st

from app.domain.analysis import NOT_ANALYSED
from app.domain.mention import Author, Mention
from ingest.analyzers.sketch import BITS, minhashes, permutations, sketches
from ingest.analyzers.voice import LONGEST, VoiceAnalyzer

POST = "Seit heute früh ist die Hotline von Nordlicht Strom nicht erreichbar, und die App zeigt nur einen Fehler."
OTHER = "Der Techniker war pünktlich, freundlich und hat alles erklärt; danke an das ganze Team in der Werkstatt!"
NEAR = 9


def voices(*texts: str) -> list[str]:
    mentions = [Mention("forum", str(n), 0.0, text, Author("a")) for n, text in enumerate(texts)]
    return [one.voice for one in VoiceAnalyzer(("de",)).analyse(mentions, [NOT_ANALYSED] * len(mentions))]


def apart(one: str, other: str) -> int:
    return (int(one, 16) ^ int(other, 16)).bit_count()


@pytest.mark.parametrize(
    "copy",
    [
        POST.upper(),
        f"RT @karla@deich.example: {POST}",
        f"rt @karla {POST} https://kurz.example/x1?a=b",
        f"@nordlichtstrom {POST} 😡😡 www.nordlicht.example/hilfe",
        POST.replace("Hotline", "Hot\u00adline").replace("früh", "fru\u0308h"),
        POST.replace(", ", " 24/7 - 3.000 x".rstrip("x")),
        "\n\n" + POST.replace(" ", "  \u200b"),
    ],
)
def test_a_copy_has_the_voice_of_its_original(copy):
    one, other = voices(POST, copy)
    assert one == other
    assert len(one) == 16


@pytest.mark.parametrize("near", [f"{POST} Unfassbar.", POST.replace("heute", "gestern"), f"Bitte teilen! {POST}"])
def test_a_near_copy_differs_in_few_bits(near):
    assert 0 < apart(*voices(POST, near)) <= NEAR


def test_another_text_differs_in_about_half():
    assert apart(*voices(POST, OTHER)) > 2 * NEAR


@pytest.mark.parametrize(
    "text",
    ["", "😀😡", "Frechheit!", "@nordlicht www.nordlicht.example 24 7", "x" * 100_000, "\x00\x07", "Na ja so so"],
)
def test_too_little_text_tells_nobody_apart(text):
    assert voices(text) == [""]


def test_every_script_has_a_voice():
    arabic, chinese, hindi, odd = voices(
        "انقطعت الكهرباء منذ الصباح ولا أحد يجيب على الهاتف في الشركة",
        "从今天早上开始客服热线一直打不通应用程序只显示一个错误",
        "आज सुबह से बिजली नहीं है और कंपनी का फोन कोई नहीं उठा रहा",
        f"\ud800\x00 {POST} \U0001d5e1",
    )
    assert len({arabic, chinese, hindi, odd}) == 4
    assert all((arabic, chinese, hindi, odd))


def test_the_end_of_a_very_long_text_does_not_count():
    long = f"{POST} {OTHER} " * 50
    assert len(long) > LONGEST
    assert len(set(voices(long, long + OTHER * 900))) == 1


@given(st.lists(st.text(max_size=80) | st.just(POST), max_size=12))
def test_a_voice_does_not_depend_on_its_batch(texts):
    assert voices(*texts) == [voice for text in texts for voice in voices(text)]


def test_what_was_found_before_stays():
    mention = Mention("forum", "1", 0.0, POST, Author("a"))
    found = VoiceAnalyzer(("de",)).analyse([mention], [NOT_ANALYSED])[0]
    assert (found.language, found.sentiment) == (NOT_ANALYSED.language, NOT_ANALYSED.sentiment)
    again = VoiceAnalyzer(("de",)).analyse([Mention("forum", "1", 0.0, "kurz", Author("a"))], [found])[0]
    assert again.voice == ""


def test_min_hashes_are_those_of_the_library():
    chance = random.Random(3)
    groups = [[chance.getrandbits(32) for _ in range(chance.randint(1, 60))] for _ in range(20)]
    first = np.cumsum([0, *(len(group) for group in groups[:-1])])
    ours = minhashes(np.array([one for group in groups for one in group], np.uint32), first)
    for place, group in enumerate(groups):
        theirs = MinHash(BITS, hashfunc=int, permutations=permutations(), scheme="affine32")
        theirs.update_batch(group)
        assert ours[:, place].tolist() == theirs.hashvalues.tolist()


def test_distance_tells_similarity():
    """Two sketches differ in 32 x (1 - Jaccard) bits on average, as a third of what they say is the other's."""
    chance = random.Random(5)
    words = ["".join(chance.choices("abcdefghij", k=7)) for _ in range(4_000)]
    far = []
    for _ in range(150):
        common, left, right = chance.sample(words, 20), chance.sample(words, 10), chance.sample(words, 10)
        one, other = sketches([" ".join(common + left), " ".join(common + right)])
        far.append((one ^ other).bit_count())
    shared, every = 20 + 19, 2 * 30 + 2 * 29 - 39
    assert abs(np.mean(far) - 32 * (1 - shared / every)) < 1.5
