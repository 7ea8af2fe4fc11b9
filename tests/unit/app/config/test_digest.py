from app.config import read
from app.config.digest import digest

ONE = "brands: [{id: nord, name: Nord, query: nord}]\n"


def test_it_differs_where_machines_have_to_agree_and_only_there():
    word = digest(read(ONE))
    assert digest(read(ONE)) == word
    assert digest(read(ONE.replace("query: nord", "query: sued"))) != word
    assert digest(read(ONE + "bus: {partitions: 4}\n")) != word
    assert digest(read(ONE + "sources: [{id: push, connector: push}]\n")) != word
    assert digest(read(ONE + "walls: [{id: main, dwell: 60}]\n")) == word
