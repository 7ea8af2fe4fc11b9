import pytest

from app.config.model import Config
from app.domain.wall import Screen
from dashboard.live import screen
from tests.unit.dashboard.rooms import BRAND

CONFIG = Config(brands=(BRAND,))


@pytest.mark.parametrize(
    ("asked", "made"),
    [
        ({}, Screen("main")),
        ({"lang": "en", "theme": "light", "distance": "3"}, Screen("main", "en", theme="light", distance=3.0)),
        ({"audience": "foyer"}, Screen("main", audience="foyer")),
        ({"lang": "fr", "theme": "pink", "audience": "all", "distance": "far", "brand": "no body"}, Screen("main")),
        ({"brand": "later"}, Screen("main", brand="later")),
        ({"lead": "1"}, Screen("main", lead=True)),
        ({"lead": "0"}, Screen("main", lead=False)),
        ({"lead": "yes"}, Screen("main")),
        ({"brand": "nordlicht", "distance": "400"}, Screen("main", brand="nordlicht", distance=20.0)),
    ],
)  # fmt: skip
def test_a_screen_is_made_of_what_the_page_asks_for(asked, made):
    assert screen(CONFIG, "main", asked) == made
