"""The examples of docs/query-language.md, and compounds."""

import re
from pathlib import Path

import pytest

from app.domain.compound import made_with
from app.domain.query import parse
from tests import naive
from tests.speech import spoken, subject

MANUAL = Path(__file__).parents[4] / "docs" / "query-language.md"
EXAMPLES = re.findall(r"^\| `([^`]+)` \| ([^|`]+) \| ([^|`]+) \|$", MANUAL.read_text(encoding="utf-8"), re.MULTILINE)


MADE = """
    tarif:tarif tarif:tarife tarif:stromtarif tarif:stromtarife tarif:tariferhoehung tarif:stromtariferhoehung
    tarif:uebertariflich
    strom:oekostrom strom:stromausfall strom:stromes bank:hausbank bank:bankenkrise bank:bankautomat
    preis:oelpreis preis:neupreis netz:stadtnetz netz:netzausbau bahn:rutschbahn bahn:bahnhof karte:kartenhaus
    karte:kreditkarte rechnung:rechnungsbetrag rechnung:stromrechnungen vertrag:stromvertrags
    reis:milchreis luft:luftfahrt
"""
ALIKE = """
    rate:karate rate:beraten reis:oelpreis reis:verkehrskreis karte:kartell post:kompost post:apostel kunde:sekunde
    kunde:urkunde luft:kluft netz:vernetzt wein:schwein lage:klage ware:schwarer eier:feier miete:vermietet
    werk:gewerkschaft teil:urteil port:sport reise:kreise laden:fladen lampe:schlampe bett:babette zins:provinzinsel
    lager:schlager haus:schaustueck konto:skonto netz:o2netz
"""


def test_the_manual_has_examples():
    assert len(EXAMPLES) > 25


@pytest.mark.parametrize(("query", "yes", "no"), EXAMPLES)
def test_the_manual_is_right(query, yes, no):
    assert parse(query).matches(subject(yes))
    assert not parse(query).matches(subject(no))
    assert naive.finds(query, spoken(yes))
    assert not naive.finds(query, spoken(no))


@pytest.mark.parametrize(
    "pair",
    MADE.split(),
)
def test_what_is_made_with_a_part(pair):
    part, word = pair.split(":")
    assert made_with(word, part)
    assert naive.is_made_with(word, part)


@pytest.mark.parametrize(
    "pair",
    ALIKE.split(),
)
def test_what_only_looks_like_it(pair):
    part, word = pair.split(":")
    assert part in word
    assert not made_with(word, part)
    assert not naive.is_made_with(word, part)
