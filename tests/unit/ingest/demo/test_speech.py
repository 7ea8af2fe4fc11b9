import pytest

from ingest.demo.chance import chance
from ingest.demo.speech import SLIPS, WAYS, accent, fill

TEXT = "Nordlicht Strom wünscht allen Kunden schönes Wetter."


def as_typed(habit, text=TEXT, sentiment="positive"):
    """Return the text as typed the first time the habit shows."""
    name = next(name for name in range(99) if chance(name).random() < SLIPS)
    return accent(text, frozenset({habit}), sentiment, chance(name))


@pytest.mark.parametrize(
    ("habit", "expected"),
    [
        ("lower", "nordlicht strom wünscht allen kunden schönes wetter."),
        ("ascii", "Nordlicht Strom wuenscht allen Kunden schoenes Wetter."),
        ("loud", "Nordlicht Strom wünscht allen Kunden schönes Wetter!!"),
        ("hashtag", TEXT + " #nordlicht"),
    ],
)
def test_habits(habit, expected):
    assert as_typed(habit) == expected


def test_typos_spare_the_brand():
    typed = {accent(TEXT, frozenset({"typos"}), "neutral", chance(name)) for name in range(60)}
    assert len(typed) > 10
    assert all(text.startswith("Nordlicht Strom ") for text in typed)
    assert as_typed("typos", "#nordlicht ja") == "#nordlicht ja"


def test_emoji_fit_the_mood():
    assert as_typed("emoji", "Danke")[-1] in "👍😊🙏💚🎉🙌"


def test_a_hashtag_is_not_said_twice_and_questions_are_not_shouted():
    assert as_typed("hashtag", "Hallo #Nordlicht") == "Hallo #Nordlicht"
    assert as_typed("loud", "Hallo.", "neutral") == "Hallo."


def test_every_habit_has_its_way_and_most_posts_are_typed_plainly():
    assert set(WAYS) == {"lower", "ascii", "typos", "emoji", "loud", "hashtag"}
    assert accent(TEXT, frozenset(), "neutral", chance(1)) == TEXT


def test_the_same_gap_gets_the_same_filling():
    first, second = fill("{stadt} {stadt}", "de", chance(1), {}).split(" ")
    assert first == second
    assert fill("{wochen} Wochen", "de", chance(1), {"wochen": "drei"}) == "Drei Wochen"
    assert fill("{an}", "de", chance(1), {"an": "@karla"}) == "@karla"
