import pytest

from app.domain.mention import Author, Mention
from app.domain.query import parse
from app.domain.why import why


def marked(query, text):
    """Return the text with what speaks for the query in brackets."""
    places = why(parse(query), Mention("x", "1", 0.0, text, Author("anna")))
    for start, end in reversed(places):
        text = f"{text[:start]}[{text[start:end]}]{text[end:]}"
    return text


@pytest.mark.parametrize(
    ("query", "text", "wanted"),
    [
        ("nordlicht", "Das NORDLICHT leuchtet, Nordlichter nicht", "Das [NORDLICHT] leuchtet, Nordlichter nicht"),
        ("stroeme", "Die Ströme, die Stro\u0308me", "Die [Ströme], die [Stro\u0308me]"),
        ("strasse", "Straße, STRASSE, Stra\u00adße", "[Straße], [STRASSE], [Stra\u00adße]"),
        ('"Nordlicht Strom"', "Nordlicht-Strom; Strom von Nordlicht", "[Nordlicht-Strom]; Strom von Nordlicht"),
        ("#nordlicht", "nordlicht #Nordlicht", "nordlicht [#Nordlicht]"),
        ("@nordlichtstrom", "Hallo @nordlichtstrom.bsky.social!", "Hallo [@nordlichtstrom.bsky.social]!"),
        ("strom NOT gas", "Strom ohne Ga", "[Strom] ohne Ga"),
        ("strom OR gas", "Strom und Gas", "[Strom] und [Gas]"),
        ("(strom AND gas) OR wasser", "Strom, Gas", "[Strom], [Gas]"),
        ('strom "strom weg"', "Der Strom weg", "Der [Strom weg]"),
        ("kaffee", "Tee", "Tee"),
    ],
)
def test_the_words_that_match_are_found_as_they_were_written(query, text, wanted):
    assert marked(query, text) == wanted
