"""The figures of an evaluation: of each set, of each language, and of the whole."""

import time
from collections.abc import Callable, Iterable, Sequence
from typing import NamedTuple

import msgspec
import numpy as np
from numpy.typing import NDArray

from app.domain.analysis import INTENTS, Analysis
from app.domain.mention import Author, Mention
from ingest.evaluation.peers import PEERS
from ingest.evaluation.samples import Set
from ingest.learning.metrics import (
    Interval,
    accuracy,
    bootstrap,
    calibration_error,
    macro_f1,
    macro_recall,
    numbers,
    selective_accuracy,
)
from ingest.memory import Memory
from ingest.understanding import Understanding

BATCH = 500
_NOBODY = Author("")


class Feelings(msgspec.Struct, frozen=True):
    """How right the sentiment of a set is; shares from 0 to 1, `low` and `high` of intervals at 95 %."""

    name: str
    language: str | None
    posts: int
    macro_f1: Interval
    macro_recall: Interval
    accuracy: float
    sure_accuracy: float
    """Of the 80 % of widest margin."""
    uncertain: float
    """Share of posts called so."""
    calibration_error: float
    peers: dict[str, float]
    """Macro-F1 of others on the same posts."""


class Wishes(msgspec.Struct, frozen=True):
    """How right the intents of a set are: F1 of each that occurs, and their mean."""

    name: str
    language: str | None
    posts: int
    macro_f1: Interval
    by_label: dict[str, float]


class Tongues(msgspec.Struct, frozen=True):
    """How many texts of a language are told to be in it."""

    name: str
    language: str
    posts: int
    accuracy: float


class Figures(msgspec.Struct, frozen=True):
    """Everything that was found out."""

    sentiment: tuple[Feelings, ...]
    intents: tuple[Wishes, ...]
    languages: tuple[Tongues, ...]
    rate: float
    """Posts per second of one core, all analyzers together, no copy read twice."""
    peer_rates: dict[str, float]


class _Read(NamedTuple):
    of: Set
    analyses: list[Analysis]
    peers: dict[str, NDArray[np.int64]]


def evaluate(understanding: Understanding, sets: Sequence[Set], step: Callable[[str], None], *, peers: bool) -> Figures:
    """Have the analyzers and their peers read every sample; `step` is called with the name of each set begun."""
    fresh = Understanding(understanding.analyzers, Memory(entries=0))
    fresh.understand([_mention("Aufwärmen, bitte."), _mention("Just to warm up.")])
    read, busy, rates = [], 0.0, dict[str, list[float]]()
    for one in sets:
        step(one.name)
        mentions = [_mention(sample.text) for sample in one.samples]
        begun = time.process_time()
        analyses = [
            found for at in range(0, len(mentions), BATCH) for found in fresh.understand(mentions[at : at + BATCH])
        ]
        busy += time.process_time() - begun
        others = {}
        for name, judge in PEERS.items() if peers and any(sample.sentiment for sample in one.samples) else ():
            others[name], rate = judge([sample.text for sample in one.samples])
            rates.setdefault(name, []).append(rate)
        read.append(_Read(one, analyses, others))
    posts = sum(len(one.samples) for one in sets)
    pooled = [*read, *_by_language(read)]
    return Figures(
        tuple(_feelings(one) for one in pooled if any(sample.sentiment for sample in one.of.samples)),
        tuple(_wishes(one) for one in pooled if one.of.asked),
        tuple(_tongues(one) for one in pooled if one.of.language),
        posts / max(busy, 1e-9),
        {name: float(np.median(found)) for name, found in rates.items()},
    )


def _by_language(read: Sequence[_Read]) -> Iterable[_Read]:
    """Yield the sets of each language as one, where there are several."""
    for language in dict.fromkeys(one.of.language for one in read):
        some = [one for one in read if one.of.language == language]
        if language is None or len(some) == 1:
            continue
        samples = tuple(sample for one in some for sample in one.of.samples)
        asked = tuple(intent for intent in INTENTS if any(intent in one.of.asked for one in some))
        if len({one.of.asked for one in some}) > 1:
            asked = ()
        judged = [one for one in some if one.peers]
        whole = len(judged) == len(some)
        peers = {name: np.concatenate([one.peers[name] for one in some]) for name in judged[0].peers} if whole else {}
        yield _Read(
            Set(f"all {language}", language, samples, asked), [found for one in some for found in one.analyses], peers
        )


def _feelings(one: _Read) -> Feelings:
    places = [place for place, sample in enumerate(one.of.samples) if sample.sentiment]
    truth = numbers([one.of.samples[place].sentiment or "" for place in places])
    feelings = [one.analyses[place].sentiment for place in places]
    likely = np.array([(feeling.negative, feeling.neutral, feeling.positive) for feeling in feelings])
    guess = likely.argmax(1)
    return Feelings(
        one.of.name,
        one.of.language,
        len(places),
        bootstrap(macro_f1, truth, guess),
        bootstrap(macro_recall, truth, guess),
        accuracy(truth, guess),
        selective_accuracy(truth, likely),
        sum(feeling.label == "uncertain" for feeling in feelings) / len(feelings),
        calibration_error(truth, likely),
        {name: macro_f1(truth, classes[places]) for name, classes in one.peers.items()},
    )


def _wishes(one: _Read) -> Wishes:
    pairs = [
        (sample, found)
        for sample, found in zip(one.of.samples, one.analyses, strict=True)
        if sample.intents is not None
    ]
    truth = np.array([[label in (sample.intents or ()) for label in one.of.asked] for sample, _ in pairs])
    guess = np.array(
        [[label in {intent.label for intent in found.intents} for label in one.of.asked] for _, found in pairs]
    )
    by_label = dict(zip(one.of.asked, map(float, _f1(truth, guess)), strict=True))
    interval = bootstrap(lambda said, heard: float(_f1(said, heard).mean()), truth, guess)
    return Wishes(one.of.name, one.of.language, len(pairs), interval, by_label)


def _f1(truth: NDArray[np.bool_], guess: NDArray[np.bool_]) -> NDArray[np.float64]:
    """Return the F1 of each column."""
    hits = (truth & guess).sum(0)
    return np.asarray(2 * hits / np.maximum(truth.sum(0) + guess.sum(0), 1))


def _tongues(one: _Read) -> Tongues:
    told = [found.language == one.of.language for found in one.analyses]
    return Tongues(one.of.name, one.of.language or "", len(told), sum(told) / max(len(told), 1))


def _mention(text: str) -> Mention:
    return Mention("evaluation", "", 0.0, text.encode("utf-8", "replace").decode(), _NOBODY)


def texts_of(sets: Iterable[Set]) -> list[str]:
    """Return every text, in order."""
    return [sample.text for one in sets for sample in one.samples]
