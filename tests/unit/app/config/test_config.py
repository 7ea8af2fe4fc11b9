from pathlib import Path

import pytest
from pydantic import ValidationError

from app.config import Config, default_path, load, read
from app.config.across import MOST
from app.config.file import LONGEST
from app.config.model import LagLimits
from app.config.secret import looks_secret, variable
from app.domain.brand import EVERY, Brand, Campaign, Topic
from app.domain.instant import from_rfc3339
from app.domain.priority import Rules, Thresholds, Weights
from app.domain.wall import Wall
from app.errors import ConfigError

SMALL = "brands:\n  - {id: nord, name: Nord, query: nord}\n"
DEMO = """
brands:
  - {id: nord, name: Nord, query: nord, demo: true}
  - {id: sued, name: Sued, query: sued}
sources:
  - {id: d, connector: demo, brand: nord}
  - {id: a, connector: tiny, brand: sued}
  - {id: b, connector: tiny, brand: nord}
walls:
  - {id: main, brands: [nord, sued]}
"""


def test_defaults_are_filled_in():
    config = read(SMALL)
    assert config.brands == (Brand("nord", "Nord", "nord"),)
    assert config.walls == (Wall("main", "Emberwatch", ("nord",), every=True),)
    assert (config.site.zone, config.site.language) == ("Europe/Berlin", "de")
    assert (config.bus.partitions, config.bus.aof, config.bus.lag_limit) == (1, "everysec", LagLimits())
    assert config.analysis.languages == ("de", "en")
    assert config.analysis.analyzers == ("language", "sentiment", "intent", "terms", "voice")
    assert config.sources == ()


def test_a_wall_without_brands_shows_all():
    config = read("walls: [{id: foyer}]\n" + SMALL)
    assert config.walls == (Wall("foyer", "foyer", ("nord",), every=True),)


WATCHED = """
brands:
  - {id: nord, name: Nord, query: nord, exclude: [nordpol]}
  - {id: old, name: Old, query: old, demo: true}
competitors:
  - {id: sued, name: Sued, query: sued, of: [nord]}
  - {id: west, name: West, query: west}
  - {id: ost, name: Ost, query: ost, of: [old]}
topics:
  - {id: tarif, name: Tarif, query: tarif}
  - {id: netz, name: Netz, query: netz, brands: [nord, old]}
  - {id: alt, name: Alt, query: alt, brands: [old]}
campaigns:
  - {id: herbst, name: Herbst, brand: nord, query: '#herbst', start: 2026-10-25, end: '2026-10-25'}
  - {id: frost, name: Frost, brand: old, query: '#frost', start: 2026-12-01T06:00:00+01:00, end: '2026-12-02T00:00:00Z'}
spam: [casino]
"""


def test_everything_that_is_watched_is_one():
    watched = read(WATCHED).watched
    assert [one.id for one in watched.brands] == ["nord", "old", "sued", "west", "ost"]
    assert [one.rivals for one in watched.brands] == [(), (), ("nord",), (EVERY,), ("old",)]
    assert watched.brands[0].exclude == ("nordpol",)
    assert watched.topics[1] == Topic("netz", "Netz", "netz", ("nord", "old"))
    assert watched.spam == ("casino",)


def test_a_campaign_has_whole_days_of_its_zone_or_instants():
    autumn, frost = read(WATCHED).campaigns
    day = from_rfc3339("2026-10-25T00:00:00+02:00"), from_rfc3339("2026-10-26T00:00:00+01:00")
    assert autumn == Campaign("herbst", "Herbst", "nord", "#herbst", *day)  # the day on which summer time ends
    assert (frost.start, frost.end) == (from_rfc3339("2026-12-01T05:00:00Z"), from_rfc3339("2026-12-02T00:00:00Z"))


def test_without_the_demo_goes_what_belongs_to_it():
    left = read(WATCHED).without_demo()
    assert [one.id for one in left.watched.brands] == ["nord", "sued", "west"]
    assert [(one.id, one.brands) for one in left.topics] == [("tarif", ()), ("netz", ("nord",))]
    assert [one.id for one in left.campaigns] == ["herbst"]


def test_too_many_queries_are_refused():
    rows = "\n".join(f"  - {{id: t{n}, name: T, query: t{n}}}" for n in range(MOST))
    with pytest.raises(ConfigError, match=r":5003: topics\[4999\]: at most 5,000 queries") as caught:
        read(SMALL + "topics:\n" + rows)
    assert len(caught.value.mistakes) == 1


def test_a_file_that_can_hardly_be_one_is_not_read(tmp_path):
    with (tmp_path / "big.yaml").open("wb") as big:
        big.truncate(LONGEST + 1)
    with pytest.raises(ConfigError, match="more than 64,000,000 bytes; is this the right one"):
        load(tmp_path / "big.yaml")


def test_it_cannot_be_changed():
    with pytest.raises(ValidationError):
        read(SMALL).site = None


def test_options_belong_to_the_connector(tiny):
    config = read(SMALL + "sources: [{id: a, connector: tiny, brand: nord, speed: 3, words: [x, y]}]\n")
    (source,) = config.sources
    assert (source.id, source.connector, source.brand) == ("a", "tiny", "nord")
    assert source.options.speed == 3.0
    assert source.options.words == ("x", "y")


def test_a_secret_comes_from_a_file_beside_the_configuration(tiny, tmp_path):
    (tmp_path / "key").write_text("hunter2\n")
    path = tmp_path / "config.yaml"
    path.write_text(SMALL + "sources: [{id: a, connector: tiny, api_key_file: key}]\n")
    config = load(path)
    assert config.sources[0].options.api_key.get_secret_value() == "hunter2"
    assert "hunter2" not in repr(config)


def test_a_secret_comes_from_the_environment(tiny, monkeypatch):
    monkeypatch.setenv("EMBERWATCH_MY_A_API_KEY", "hunter2")
    config = read(SMALL + "sources: [{id: my-a, connector: tiny}]\n")
    assert config.sources[0].options.api_key.get_secret_value() == "hunter2"
    assert variable("my-a", "api_key") == "EMBERWATCH_MY_A_API_KEY"


@pytest.mark.parametrize("key", ["token", "api_key", "apiKey", "smtp-password", "TOKEN", "client_secret", "pass"])
def test_secrets_are_recognised(key):
    assert looks_secret(key)


@pytest.mark.parametrize("key", ["token_file", "tokens", "key", "compass", "bypass", "secretary", "monkey"])
def test_what_is_no_secret_is_left_alone(key):
    assert not looks_secret(key)


def test_without_demo_leaves_the_demo_out(tiny):
    read_with_demo = read(DEMO.replace("connector: demo", "connector: tiny"))
    demo = read_with_demo.sources[0].model_copy(update={"connector": "demo"})
    config = read_with_demo.model_copy(update={"sources": (demo, *read_with_demo.sources[1:])}).without_demo()
    assert [brand.id for brand in config.brands] == ["sued"]
    assert [source.id for source in config.sources] == ["a"]
    assert config.walls[0].brands == ("sued",)


def test_the_file_in_the_working_folder_comes_first(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    assert default_path() == Path(__file__).parents[4] / "config.yaml"
    (tmp_path / "config.yaml").write_text(SMALL)
    assert default_path() == Path("config.yaml")
    assert [brand.id for brand in load().brands] == ["nord"]


def test_it_can_be_made_in_code():
    config = Config(brands=(Brand("a", "A", "a"),))
    assert config.walls[0].brands == ("a",)


def test_lag_limits_are_one_number_for_all_groups_or_one_each():
    rest = "brands: [{id: nord, name: Nord, query: nord}]\n"
    assert read(rest + "bus: {lag_limit: 5000}").bus.lag_limit == LagLimits(analysis=5000, archive=5000)
    assert read(rest + "bus: {lag_limit: {archive: 9000}}").bus.lag_limit == LagLimits(archive=9000)


def test_priorities_are_weighed_as_the_file_says():
    assert read(SMALL).priority.rules == Rules()
    text = "priority: {weights: {customer: 20}, thresholds: {reach: 5000}, urgent_words: [Rückruf]}\n"
    assert read(text + SMALL).priority.rules == Rules(Weights(customer=20.0), Thresholds(reach=5000), ("Rückruf",))
