"""Labelled texts drawn from small made-up vocabularies, enough to learn from."""

import numpy as np

from ingest.learning.examples import LABELS, Example

WORDS = {
    "negative": ["kaputt", "lahm", "übel", "teuer", "nervt", "mies", "schlapp", "wackelig"],
    "neutral": ["Montag", "Rathaus", "Termin", "Liste", "Uhrzeit", "Ausgabe", "Seite", "Saal"],
    "positive": ["fein", "prima", "flott", "heiter", "leise", "bequem", "rund", "sauber"],
}
SYLLABLES = ("ka", "lo", "mi", "ru", "te", "no", "sa", "pi", "du", "fe", "go", "hu")


def examples(count=240, *, language="de", source="made_up", seed=0):
    chance = np.random.default_rng(seed)
    found = []
    for number in range(count):
        label = LABELS[number % 3]
        words = [*chance.choice(WORDS[label], 2), *("".join(chance.choice(SYLLABLES, 4)) for _ in range(6))]
        chance.shuffle(words)
        found.append(Example(" ".join(map(str, words)), label, language, source))
    return found
