from app.domain.query import parse
from app.store.lexemes import facet, lexeme, wanted, written


def test_words_become_plain_letters_and_digits():
    for word in ("strom", "москва", "x" * 500, "東京"):
        assert lexeme(word).isascii()
        assert lexeme(word).isalnum()
        assert len(lexeme(word)) <= 40


def test_a_wish_is_written_as_the_database_reads_it():
    wish = wanted(parse('"strom weg" OR (da NOT nichts)').root)
    assert written(wish, " & ", " | ", "'") == "(('strom' & 'weg') | 'da')"


def test_a_query_that_says_only_what_must_not_be_there_wishes_nothing():
    assert wanted(parse("strom").root) == "strom"
    node = parse("strom NOT weg").root.parts[1]
    assert wanted(node) is None


def test_facets_of_the_same_name_differ():
    assert facet("brand", "x") != facet("channel", "x")
