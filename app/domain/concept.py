"""Concepts: which terms speak of the same thing, so that they are counted as one topic.

"Stromausfall", "Ausfälle", "Totalausfall", "ausgefallen" and "Strom ausgefallen" are one concept. Three rules make it:
the forms of a word are one (Snowball's stems, German and English), a participle belongs to its noun ("abgestürzt",
"Absturz"), and a German compound is a kind of its last part. A first part makes nothing a kind of anything: "Bahnhof"
is no "Bahn". Nothing is taken apart at a part that nobody says and that is not among `HEADS`.
"""

import re
from collections.abc import Iterable
from functools import lru_cache

from app.domain.compound import made_with
from app.domain.folding import fold
from app.domain.forms import stems

SHORTEST = 4
"""Letters of a last part."""


def _words(text: str) -> frozenset[str]:
    return frozenset(fold(word) for word in text.split())


HEADS = """
Abbuchung Abrechnung Absage Abschlag Absturz Abzocke Aktion Angebot Anmeldung Antwort Ausfall Auszahlung Bahn
Beitrag Beschwerde Bestellung Betrug Boykott Brand Buchung Datenleck Defekt Demo Dienst Drosselung
Entschuldigung  Erhöhung Erstattung Fahrplan Fehler Flug Förderung Gebühr Gewinn Gutschein Hotline Insolvenz
Karte Kasse Konto Kosten  Kritik Kunde Kündigung Kürzung Lager Leck Leistung Leitung Lieferung Lohn Mahnung
Mangel Meldung Netz Panne Paket  Preis Protest Prämie Rabatt Rechnung Reparatur Rückruf Schaden Schließung
Service Shitstorm Skandal Sperrung Sperre  Steuer Störung Streik Tarif Termin Ticket Unfall Unterbrechung Update
Verbot Verspätung Vertrag Verzögerung Vorwurf  Warnung Wartung Wechsel Zahlung Zähler Zulage Zuschlag
Überlastung
"""
"""What is said of firms, and what compounds are made with."""

_GENERIC = _words("""
Anlage Art Bild Buch Fall Form Frau Gebiet Geld Geschäft Hand Haus Hof Karten Kraft Kreis Land Leben Leute Macht
Mann  Maß Meister Mittel Ort Platz Punkt Raum Recht Reise Rest Sache Schaft Schule Seite Spiel Stadt Stelle
Stück Tag Teil  Thema Tier Wagen Weg Weise Welt Werk Wert Wesen Wort Zeit Zeug Zentrum Ziel
""")
"""Last parts that say too little: a "Kraftwerk" and a "Feuerwerk" are not one topic."""

_ALONE = _words("""
Antwort Autobahn Laufbahn Umlaufbahn Rennbahn Datenautobahn Kegelbahn Steckbrief Hochzeit Handschuh Standpunkt
Augenblick Zeitung Kreuzfahrtticket Weinbrand Waldbrand Kommission Heizung Zahnersatz Schiedsrichter Wasserfall
Durchfall Beifall Lampenfieber Kartenhaus Briefkasten Mitgefühl Schadenersatz Landkarte Visitenkarte Speisekarte
Spielkarte Grafikkarte Seilbahn
""")
"""Words that are no kind of their last part."""

_PREFIXES = _words("""
ab an ant auf aus be bei da dar durch ein emp ent er fehl fort ge her hin hinter in los miss mit nach neben
nieder ob  rueck ueber um un unter ur ver vor voran voraus vorher weg wider wieder zer zu zurueck zusammen
zwischen
""")
"""What makes another word and no kind of it: "Nachfrage" is no "Frage", "Rückruf" no "Ruf"."""

_SEPARABLE = "zusammen|zurueck|nieder|durch|nach|ueber|unter|auf|aus|bei|ein|her|hin|los|mit|vor|weg|ab|an|um|zu"
_PARTICIPLE = re.compile(rf"(?P<prefix>{_SEPARABLE})?ge(?P<verb>[a-z]{{3,}}?)t(?:e|en|er|es|em)?")
_STRONG = re.compile(rf"(?P<prefix>{_SEPARABLE})ge(?P<verb>[a-z]{{3,}}?)en(?:e|er|es|en|em)?")
_DEED = re.compile(r"(?P<verb>[a-z]{4,})ung(?:en|s)?")
_NOT_OF_A_VERB = _words("Buchung Buchungen Zahlung Zahlungen Zeitung Zeitungen Richtung Richtungen")
"""Words in -ung whose root would be another word: a "Buchung" is no "Buch"."""
_ENGLISH = ("ing", "ed", "ies", "ys", "y")


class Concepts:
    """Names the concept of a term; `vocabulary` are words people say, at which compounds may be taken apart."""

    def __init__(self, vocabulary: Iterable[str] = ()) -> None:
        words = {*_heads(), *(_root(fold(word).lstrip("#")) for word in vocabulary if " " not in word)}
        self._heads = frozenset(word for word in words if len(word) >= SHORTEST and word not in _GENERIC)
        self._starts = frozenset(map(_start, self._heads))
        self._known: dict[str, str] = {}

    def of(self, term: str) -> str:
        """Return the concept: equal for terms that speak of the same thing. A phrase is its two concepts.

        A phrase whose second part is what happened to the first, "Strom ausgefallen", is the compound "Stromausfall".
        """
        known = self._known.get(term)
        if known is None:
            known = self._known[term] = self._find(term)
        return known

    def names(self, word: str) -> bool:
        """Tell whether a word is one of `HEADS`, or made with one."""
        return self.of(word) in _heads()

    def _find(self, term: str) -> str:
        first, blank, second = fold(term).lstrip("#").partition(" ")
        if not blank:
            return self._head(first)
        last = self._head(second)
        return last if last in self._heads and last in _heads() else f"{self._head(first)} {last}"

    def _head(self, word: str) -> str:
        """Return the root of the longest last part that is known, else that of the word."""
        last = word.rpartition("-")[2]
        word = last if len(last) >= SHORTEST else word
        root = _root(word)
        if word in _ALONE or root in self._heads or not word.isalpha():
            return root
        if root[-1:] == "t" and root[:-1] in self._heads:
            return root[:-1]
        for cut in range(2, len(word) - SHORTEST + 1):
            end = word[cut:]
            if _start(end) in self._starts and word[:cut] not in _PREFIXES and made_with(word, end):
                head = _root(end)
                if head in self._heads:
                    return head
        return root


def _start(word: str) -> str:
    """Return the letters by which a last part is looked up, the same before and after stemming."""
    return word.replace("ae", "a").replace("oe", "o").replace("ue", "u")[:3]


@lru_cache(1)
def _heads() -> frozenset[str]:
    return frozenset(_root(fold(word)) for word in HEADS.split())


@lru_cache(1 << 15)
def _root(word: str) -> str:
    """Return the stem of a folded word; that of its noun for a participle, that of its verb for a noun in -ung."""
    if word not in _NOT_OF_A_VERB and (found := _PARTICIPLE.fullmatch(word) or _STRONG.fullmatch(word)):
        word = (found["prefix"] or "") + found["verb"]
    elif word not in _NOT_OF_A_VERB and (found := _DEED.fullmatch(word)):
        word = found["verb"]
    german, english = stems(word)
    if english != word and word.endswith(_ENGLISH):
        return stems(english).german
    return german


CONCEPTS = Concepts()
"""One for all, so that what was counted last week is counted alike today."""
