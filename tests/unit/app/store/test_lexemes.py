from app.domain.query import parse
from app.store.fulltext import FTS5, TSQUERY
from app.store.lexemes import facet, lexeme, wanted, written


def test_words_become_plain_letters_and_digits():
    for word in ("strom", "москва", "x" * 500, "東京"):
        assert lexeme(word).isascii()
        assert lexeme(word).isalnum()
        assert len(lexeme(word)) <= 40


def test_a_wish_is_written_as_the_database_reads_it():
    wish = wanted(parse('"strom weg" OR (da NOT nichts)').root)
    assert written(wish, TSQUERY) == "(('strom' & 'weg') | 'da')"


def test_a_beginning_is_looked_for_among_words_and_among_what_only_digests_stand_for():
    wish = wanted(parse('"strom str*" OR москв*').root)
    assert written(wish, FTS5) == '(("strom" AND ("str"* OR "9x"*)) OR "9x"*)'
    assert written(wish, TSQUERY) == "(('strom' & ('str':* | '9x':*)) | '9x':*)"


def test_what_no_index_can_tell_is_left_to_the_query():
    assert wanted(parse("~tarif").root) is None
    assert wanted(parse("lang:de OR strom").root) is None
    assert wanted(parse("~tarif lang:de strom").root) == "strom"
    assert written(wanted(parse("da NEAR/3 (strom OR weg)").root), FTS5) == '("da" AND ("strom" OR "weg"))'


def test_a_query_that_says_only_what_must_not_be_there_wishes_nothing():
    assert wanted(parse("strom").root) == "strom"
    node = parse("strom NOT weg").root.parts[1]
    assert wanted(node) is None


def test_facets_of_the_same_name_differ():
    assert facet("brand", "x") != facet("channel", "x")
