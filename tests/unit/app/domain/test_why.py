import time

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from app.domain.folding import fold, tokens
from app.domain.mention import Author, Mention
from app.domain.query import parse
from app.domain.spelling import Spelling
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
        ("strom*", "Stromausfall, Starkstrom, STRÖME", "[Stromausfall], Starkstrom, STRÖME"),
        ("öl*", "Die Ölheizung", "Die [Ölheizung]"),
        ('"nordlicht str*"', "Nordlicht Strompreis", "[Nordlicht Strompreis]"),
        ("~tarif", "Stromtarife für Tarifkunden, Tari", "[Stromtarife] für [Tarifkunden], Tari"),
        ("#nord*", "Nordwind #Nord_Licht.", "Nordwind [#Nord_Licht]."),
        ("@ute", "Wie @Ute@ort.social. sagt", "Wie [@Ute@ort.social]. sagt"),
        (
            "strom NEAR/2 teuer",
            "Strom ist teuer. Der grüne Strom, das weiß jeder, kommt an. Teurer Strom",
            "[Strom] ist [teuer]. Der grüne Strom, das weiß jeder, kommt an. Teurer Strom",
        ),
        ("(strom OR gas) NEAR/1 teuer", "Gas! Teuer, Strom", "[Gas]! [Teuer], [Strom]"),
        ("sehr NEAR/9 sehr", "sehr teuer", "sehr teuer"),
        ("größe NEAR/3 straße", "In der GRÖSSE der Stra­sse", "In der [GRÖSSE] der [Stra­sse]"),
        ("lang:fr strom", "Le Strom", "Le [Strom]"),
        ("kind:reply", "Strom", "Strom"),
        ("NOT party strom", "Strom ohne Fest", "[Strom] ohne Fest"),
        ("(strom gas) OR wasser", "Strom und Wasser", "Strom und [Wasser]"),
        ("(strom NEAR/1 gas) OR wasser", "Strom ohne viel Gas, Wasser", "Strom ohne viel Gas, [Wasser]"),
        ("stromtm", "Strom™ kostet", "[Strom™] kostet"),
        ("한국", "das 한국 da", "das [한국] da"),
        ("東京", "東京 駅", "[東京] 駅"),
    ],
)
def test_the_words_that_match_are_found_as_they_were_written(query, text, wanted):
    assert marked(query, text) == wanted


WRITTEN = st.text(alphabet="aäßOöm\u0308\u00ad\u200d#@._- \n\u2122\u1112\u1161İﬁ", max_size=30)


@given(WRITTEN)
@settings(max_examples=200, deadline=None)
def test_every_word_of_the_folded_text_has_its_place(text):
    spelling = Spelling(text)
    assert spelling.folded == fold(text)
    assert [tokens(fold(text[start:end])) for start, end in spelling.words()] == [[word] for word in tokens(fold(text))]


def test_a_text_of_one_word_ten_thousand_times_is_answered_at_once():
    began = time.monotonic()
    assert len(why(parse("a NEAR/1 b"), Mention("x", "1", 0.0, "a " * 5_000 + "b " * 5_000, Author("a")))) == 2
    assert time.monotonic() - began < 1
