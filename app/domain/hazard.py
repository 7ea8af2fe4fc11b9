"""Hazards: the few things that nobody should have to wait with, told by words of German and English.

The lists are small on purpose: a false alarm at night costs more trust than a cue that is missing here, and whoever
needs another word states it in config.yaml. What is denied ("kein Gasgeruch") or said laughing is none.
"""

import re
from collections.abc import Sequence
from functools import lru_cache
from typing import Literal, NamedTuple, get_args

from app.domain.folding import fold

HazardKind = Literal["safety", "harm", "violence", "legal", "word"]
HAZARDS: tuple[HazardKind, ...] = get_args(HazardKind)
"""Danger to people or things, to oneself, a threat of violence, of law, and a word of the configuration."""

LONGEST = 5_000
"""Characters of a text that are looked at: nobody cries for help after them."""

_CUES: dict[HazardKind, tuple[str, ...]] = {
    "safety": (
        r"gasgeruch|gasleck|gasaustritt|gasexplosion|explosionsgefahr|lebensgefaehrlich\w*|(?:in|akute) lebensgefahr",
        r"(?:riecht|stinkt|geruch)\b.{0,25}\bnach (?:gas|rauch|verschmort\w*)",
        r"stromschlag|stromschlaege|kohlenmonoxid\w*|lebensmittelvergiftung|rauchvergiftung|allergischer schock",
        r"(?:feuer gefangen|in brand geraten|in flammen (?:aufgegangen|gestanden|steht)|brennt lichterloh)",
        r"(?:akku|batterie|geraet|kessel|zaehler|trafo|wallbox|ladegeraet|therme|handy)\w*\b.{0,25}\b(?:explodiert|brennt|qualmt)",
        r"(?:akku|batterie|wallbox|ladegeraet|stecker|kabel|zaehler|sicherung)\w*\b.{0,25}\b(?:gebrannt|ge?schm[oi]lz\w*)",
        r"(?:kind|sohn|tochter|frau|mann|oma|opa|mutter|vater|kollegin?)\b.{0,25}\bverletzt(?! (?:den|die|das|\w+e) )",
        r"(?:ins|im) krankenhaus (?:gelandet|eingeliefert|musste|muessen|behandelt)|notarzt (?:gerufen|rufen|musste)",
        r"gas leak|leaking gas|smell(?:s|ed|ing)? (?:of |like )?gas|electric shock|electrocuted|carbon monoxide",
        r"caught fire|burst into flames|food poisoning|life.threatening|anaphyla\w+",
        r"(?:house|home|car|phone|battery|charger|meter|boiler|device|kitchen) (?:is|was) on fire",
        r"(?:battery|charger|phone|boiler|meter|device)\b.{0,25}\b(?:exploded|blew up|melted|is smoking)",
        r"(?:son|daughter|child|kid|wife|husband|mother|father|mum|mom)\b.{0,25}\b(?:injured|(?:badly|got) burn\w+)",
        r"ended up in (?:the )?(?:hospital|er)|rushed to (?:the )?hospital",
    ),
    "harm": (
        r"(?:ich |werde )(?:mich |mir )(?:noch )?(?:umbringen|das leben nehmen)",
        r"ich bringe? mich (?:noch |jetzt |heute )?um",
        r"(?:will|moechte|mag|kann) (?:ich )?nicht mehr (?:weiter)?leben|ich (?:will|moechte) (?:nur noch )?sterben",
        r"suizidgedanken|selbstmordgedanken|suizidal\w*",
        r"(?:want to|going to|gonna|will|'ll|should just) (?:kill myself|end my life|end it all)",
        r"i(?:.m| am| feel) suicidal",
        r"(?:don.?t|do not) want to (?:live|be alive)(?: any ?more)?|no reason to live",
    ),
    "violence": (
        r"bombendrohung|bomb threat",
        r"ich (?:bringe? (?:euch|sie|dich|ihn) (?:\w+ ){0,2}um(?=\s*(?:[.!?,]|$))|mache? (?:euch|dich) kalt)",
        r"ich (?:stech\w*|schlag\w*|knall\w*) (?:euch|sie|dich|ihn) (?:\w+ ){0,2}(?:ab|tot|nieder)",
        r"(?:komme?|kommen|stehe) .{0,25}\bmit (?:dem |einem |einer |der )?(?:messer|waffe|axt|benzin|pistole|knarre)",
        r"(?:zuende|fackle?|fackele) (?:ich )?(?:euch|euer\w*|eure\w*|den laden|die bude)\b.{0,25}\b(?:an|ab)",
        r"(?:i.ll|i will|i am going to|i.m going to|i.m gonna|gonna) (?:kill|stab) (?:you|him|her|them)",
        r"(?:i.ll|i will|i am going to|i.m going to|i.m gonna|gonna) shoot (?:you|him|her|them)(?! (?:an?|the|some) )",
        r"burn (?:your|the|this|that)\b.{0,25}\bdown",
        r"(?:come|coming|be) (?:to|at|there|over)\b.{0,25}\bwith a (?:gun|knife|weapon)",
    ),
    "legal": (
        r"(?:mein\w*|unser\w*|zum) (?:rechts)?anw(?:alt|aelt\w*)",
        r"anw(?:alt|aeltin)\b.{0,20}\b(?:eingeschaltet|einschalten|nehmen|uebergeben|beauftrag\w*)",
        r"(?:straf)?anzeige (?:ist |wird |werde ich |habe ich )?(?:erstatt\w*|gestellt|raus|stellen)|strafanzeige",
        r"rechtliche\w* schritte|(?:sehen|treffen) uns (?:dann )?vor gericht|einstweilige verfuegung|sammelklage",
        r"(?:ich|wir|werde|werden|euch|sie) (?:euch |sie |jetzt )?verklag\w*|klage (?:einreichen|eingereicht)",
        r"(?:schlichtungsstelle|bundesnetzagentur|verbraucherzentrale|bafin)\b.{0,12}\b(?:gemeldet|meld\w+|\w*ruf\w*)",
        r"(?:schlichtungsstelle|bundesnetzagentur|verbraucherzentrale|bafin)\b.{0,12}\bein(?:ge)?schalt\w*",
        r"(?:my|our) (?:lawyer|attorney|solicitor)s?\b|(?:taking|take|pursue|considering) (?:\w+ )?legal action",
        r"(?:i.m|i am|we.re|we are) suing|(?:i|we)(?:.ll| will|.m gonna| are going to) sue|sue you|suing you",
        r"see you in court|small claims|class action",
        r"(?:take|taking) (?:you|them|this|it) to (?:the )?(?:court|ombudsman)",
    ),
}
_STEMS = (
    "gas", "rauch", "verschmort", "stromschl", "monoxid", "vergiftung", "allergisch", "feuer", "in brand",
    "flam", "lichterloh", "explo", "brennt", "gebrannt", "qualm", "schmolz", "schmilz", "verletzt", "lebensgef",
    "krankenhaus", "notarzt", "electr", "fire", "poison", "threatening", "anaphyla", "blew up", "melted",
    "smoking", "injured", "burn", "hospital", "ended up", "umbringen", "leben", "bring mich", "bringe mich",
    "sterben", "suizid", "selbstmord", "myself", "my life", "end it", "suicidal", "to live", "be alive", "bomb",
    "ich bring", " kalt", "stech", "schlag", "knall", "messer", "waffe", "axt", "benzin", "pistole", "knarre",
    "zuend", "fackel", "kill", "stab", "shoot", "a gun", "knife", "weapon", "anw", "anzeige", "rechtlich",
    "gericht", "verfuegung", "klag", "schlichtung", "bundesnetz", "verbraucherz", "bafin", "lawyer", "attorney",
    "solicitor", "legal", "sue", "suing", "court", "claims", "class action", "ombudsman",
)  # fmt: skip
"""One of them is in everything that a cue finds: most texts are done with in microseconds."""
_DENIED = re.compile(r"\b(?:kein\w*|nicht|ohne|nie|niemand|weder|no|not|without|never|nobody|isn.?t|wasn.?t|didn.?t)$")
_LAUGHING = re.compile("[\U0001f602\U0001f923\U0001f606\U0001f61c\U0001f61d]|\\b(?:haha\\w*|lol|lmao|rofl|hihi\\w*)\\b")
_WORDS_BEFORE = 3
_PATTERNS: dict[HazardKind, re.Pattern[str]] = {
    kind: re.compile(rf"(?<!\w)(?:{'|'.join(cues)})(?!\w)") for kind, cues in _CUES.items()
}
_JOKED = frozenset({"harm", "violence", "legal"})
"""What is often said and not meant; nobody jokes about the smell of gas."""


class Hazard(NamedTuple):
    """What makes it urgent, and the words that say so, folded."""

    kind: HazardKind
    words: str


def hazard(text: str, words: Sequence[str] = ()) -> Hazard | None:
    """Return the gravest hazard a text tells of, None for most; `words` are those of the configuration."""
    folded = fold(text[:LONGEST])
    if not (words or any(stem in folded for stem in _STEMS)):
        return None
    laughing = _LAUGHING.search(folded) is not None
    for kind, pattern in _PATTERNS.items():
        if laughing and kind in _JOKED:
            continue
        if found := _meant(pattern, folded):
            return Hazard(kind, found)
    found = _meant(_own(tuple(words)), folded) if words else None
    return Hazard("word", found) if found else None


def _meant(pattern: re.Pattern[str], folded: str) -> str | None:
    """Return the first finding that is not denied by one of the words right before it."""
    for found in pattern.finditer(folded):
        clause = re.split(r"[,.;:!?]", folded[max(0, found.start() - 40) : found.start()])[-1]
        before = re.findall(r"[\w']+", clause)[-_WORDS_BEFORE:]
        if not any(_DENIED.search(word) for word in before):
            return found[0]
    return None


@lru_cache(maxsize=16)
def _own(words: tuple[str, ...]) -> re.Pattern[str]:
    said = (r"\W+".join(re.escape(part) for part in re.findall(r"\w+", fold(word))) for word in words)
    return re.compile(rf"(?<!\w)(?:{'|'.join(one for one in said if one)})(?!\w)")
