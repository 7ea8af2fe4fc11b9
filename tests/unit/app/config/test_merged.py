from msgspec.structs import replace

from app.config import read
from app.config.merged import merged, row_of
from app.domain.brand import EVERY, Brand, Campaign, Topic
from app.domain.saved import Saved, id_of, kind_of, mark

FILE = """
brands:
  - {id: nord, name: Nord, query: nord}
  - {id: sued, name: Sued, query: sued}
competitors: [{id: west, name: West, query: west, of: [sued]}]
topics:
  - {id: tarif, name: Tarif, query: tarif}
  - {id: netz, name: Netz, query: netz, brands: [sued]}
campaigns: [{id: herbst, name: Herbst, brand: sued, query: '#herbst', start: 2026-11-01, end: 2026-11-30}]
spam: [casino]
sources:
  - {id: all, connector: tiny}
  - {id: own, connector: tiny, brand: sued}
walls:
  - {id: main}
  - {id: one, brands: [sued]}
  - {id: two, brands: [nord, sued]}
"""
NORD = Brand("nord", "Nordlicht", "nordlicht")
OST = Brand("ost", "Ost", "ost")


def over(file, *rows, revision=1):
    """What is kept of rows that were saved over a file."""
    return [
        Saved(kind_of(row), id_of(row), row, mark(row_of(file, kind_of(row), id_of(row))), revision, 0.0)
        for row in rows
    ]


def off(file, kind, name):
    return Saved(kind, name, None, mark(row_of(file, kind, name)), 1, 0.0)


def test_without_anything_saved_the_file_is_in_force(tiny):
    file = read(FILE)
    assert merged(file, []).config == file


def test_what_was_saved_stands_in_the_place_of_the_row_it_replaced_and_new_rows_at_the_end(tiny):
    file = read(FILE)
    found = merged(file, over(file, NORD, OST, ("bonus",)))
    assert found.config.brands == (NORD, file.brands[1], OST)
    assert found.config.spam == ("bonus",)
    assert found.saved == {("brands", "nord"), ("brands", "ost"), ("spam", "")}
    assert found.unfit == {}


def test_what_is_saved_as_the_file_states_it_is_the_files_own(tiny):
    file = read(FILE)
    found = merged(file, over(file, file.brands[0], file.topics[0], file.spam))
    assert (found.config, found.saved) == (file, frozenset())
    assert merged(file, over(file, ())).config.spam == ()


def test_walls_of_all_brands_get_the_new_one(tiny):
    file = read(FILE)
    walls = merged(file, over(file, OST)).config.walls
    assert [wall.brands for wall in walls] == [("nord", "sued", "ost"), ("sued",), ("nord", "sued")]


def test_a_row_that_changes_in_the_file_later_wins(tiny):
    file = read(FILE)
    saved = [*over(file, NORD, OST), off(file, "brands", "sued")]
    later = read(FILE.replace("query: nord}", "query: norden}"))
    assert [brand.query for brand in merged(later, saved).config.brands] == ["norden", "ost"]
    here = read(FILE.replace("brands:\n", "brands:\n  - {id: ost, name: Ostwind, query: ostwind}\n", 1))
    assert merged(here, saved).config.brands == (here.brands[0], NORD)


def test_a_row_that_leaves_the_file_is_gone_whatever_was_saved_over_it(tiny):
    file = read(FILE)
    later = read(FILE.replace("  - {id: nord, name: Nord, query: nord}\n", "").replace("[nord, sued]", "[sued]"))
    assert [brand.id for brand in merged(later, over(file, NORD)).config.brands] == ["sued"]


def test_what_belongs_to_a_brand_that_was_taken_off_is_left_out_and_named(tiny):
    file = read(FILE)
    found = merged(file, [off(file, "brands", "sued")])
    config = found.config
    assert [brand.id for brand in config.watched.brands] == ["nord"]
    assert [topic.id for topic in config.topics] == ["tarif"]
    assert (config.campaigns, [source.id for source in config.sources]) == ((), ["all"])
    assert [wall.brands for wall in config.walls] == [("nord",)] * 3
    assert set(found.unfit) == {
        ("competitors", "west"), ("topics", "netz"), ("campaigns", "herbst"), ("brands", "sued"),
    }  # fmt: skip


def test_ids_that_clash_by_now_are_left_out_and_named(tiny):
    file = read(FILE)
    rival = Brand("x", "X", "x", rivals=(EVERY,))
    campaign = Campaign("tarif", "Tarif", "nord", "#tarif", 0.0, 1.0)
    found = merged(file, over(file, rival, Brand("x", "X", "x"), campaign))
    assert found.unfit.keys() == {("competitors", "x"), ("campaigns", "tarif")}
    assert "x" in {brand.id for brand in found.config.brands}


def test_the_last_brand_stays(tiny):
    file = read(FILE)
    found = merged(file, [off(file, "brands", "nord"), off(file, "brands", "sued")])
    assert found.config.brands == file.brands
    assert ("brands", "") in found.unfit


def test_a_mark_tells_rows_apart_and_outlives_new_keys_of_later_versions():
    assert mark(NORD) == mark(Brand("nord", "Nordlicht", "nordlicht", (), exclude=())) != mark(OST)
    assert mark(replace(NORD, exclude=("pol",))) != mark(NORD)
    assert mark(None) == mark(()) == ""
    assert mark(("a",)) != mark(("b",))
    assert len({mark(NORD), mark(Topic("nord", "Nordlicht", "tarif"))}) == 2
    assert mark(NORD) == "b1a0c1981d9d2d3c", "a mark that changes throws away what people saved"
