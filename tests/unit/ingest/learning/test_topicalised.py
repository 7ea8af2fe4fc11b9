"""The negation at the end turns the word at the beginning, in one sentence only."""

import numpy as np
import pytest

from ingest.learning.features import featurize
from ingest.learning.topicalised import turned

GOOD, BAD = (0.1, 0.2, 0.7), (0.7, 0.2, 0.1)


@pytest.mark.parametrize(
    ("text", "likely", "wanted"),
    [
        ("Begeistert war ich von dem Besuch in der Filiale gestern nicht.", GOOD, True),
        ("Langweilig fand ich den Vortrag über Steuern diesmal wirklich nicht!", BAD, True),
        ("Begeistert war ich von dem Besuch in der Filiale gestern nicht.", BAD, False),
        ("Begeistert war ich vom Besuch. Den Rest der Woche kam leider keiner und wir wissen es nicht", GOOD, False),
        ("Begeistert war ich von dem Besuch in der Filiale", GOOD, False),
        ("Der Bus fuhr heute wegen der Baustelle in der Stadt wieder nicht", BAD, False),
        ("nicht", BAD, False),
        ("😡", BAD, False),
        ("", BAD, False),
    ],
)
def test_only_such_sentences_are_turned(text, likely, wanted):
    assert turned([text], featurize([text]), np.array([likely])).tolist() == [wanted]


def test_each_text_of_a_batch_is_for_itself():
    texts = ["", "Begeistert war ich von dem Besuch in der Filiale gestern nicht.", "gut", ""]
    assert turned(texts, featurize(texts), np.array([GOOD] * 4)).tolist() == [False, True, False, False]
