"""The scenarios that are shipped: complete in both languages, with a storm that rises and ends."""

import pytest
from msgspec.structs import replace

from app.domain.scenario import LEAST_WORDS, Turn, assert_scenario
from app.errors import NotFound, WrongInput
from app.scenarios import calm, scenario, scenarios
from ingest.scenario.player import Player, Stage

WANTED = {"boycott-call", "data-leak", "discriminating-advert", "false-rumour", "product-fault", "service-outage"}
WHERE = [(one.id, language) for one in scenarios() for language in ("de", "en")]


def test_six_are_shipped():
    assert {one.id for one in scenarios()} == WANTED
    with pytest.raises(NotFound, match="choose of: boycott-call"):
        scenario("flood")


@pytest.mark.parametrize(("name", "language"), WHERE)
def test_a_scenario_has_words_enough_and_leaves_no_gap(name, language):
    told = scenario(name)
    player = Player(Stage(told, calm(language), language, "Nord & Co", "@nord"))
    posts = [one for number in range(told.minutes) for one in player.minute(number, 60.0 * number, 60)]
    texts = {one.text for one in posts}
    assert len(texts) >= LEAST_WORDS
    assert not any("{" in text or "}" in text for text in texts)
    assert {"post", "repost", "quote", "article", "review"} <= {one.kind for one in posts}
    assert len({one.id for one in posts}) == len(posts)
    assert posts[0].id.endswith("head-0"), "the spark is the first"
    assert posts[0].published_at == 0.0
    assert "Nord & Co" in posts[0].text
    ids = {one.id for one in posts} | {f"drill-7-head-{number}" for number in range(12)}
    assert {one.quotes for one in posts if one.quotes} <= ids
    assert sum(one.author.handle == "nord" for one in posts) == sum(turn.do == "ours" for turn in told.turns)


@pytest.mark.parametrize("told", scenarios(), ids=lambda one: one.id)
def test_a_storm_rises_ends_and_calms_down_by_a_statement(told):
    paces = [told.pace(minute) for minute in range(told.minutes)]
    assert max(paces) >= 40
    assert paces[-1] < max(paces) / 8
    assert told.pace(told.minutes) == told.pace(-1) == 0.0
    answered = [told.pace(minute, 10) for minute in range(told.minutes)]
    assert answered[:11] == paces[:11]
    assert sum(answered) < 0.7 * sum(paces)


@pytest.mark.parametrize(
    ("change", "sentence"),
    [
        ({"minutes": 0}, "minutes"),
        ({"curve": ((0, 1),)}, "two points"),
        ({"curve": ((0, 1), (10, 50))}, "a storm ends"),
        ({"mix": {"critics": 0.5}}, "sum to 1"),
        ({"speech": {}}, "are needed in de"),
    ],
)
def test_what_cannot_be_played_is_named(change, sentence):
    with pytest.raises(WrongInput, match=sentence):
        assert_scenario(replace(scenario("data-leak"), **change))


def test_a_wave_comes_unless_somebody_spoke():
    told = replace(scenario("data-leak"), turns=(Turn(20, "wave", 2.0, "statement"),), calm=1e9)
    assert told.pace(30) == pytest.approx(2 * told.pace(30, 10), rel=1e-3)
    assert told.pace(30, 25) == pytest.approx(told.pace(30), rel=1e-3)
