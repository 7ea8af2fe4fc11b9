"""Queries and mentions of every kind, for property tests: few words, so that they meet."""

from hypothesis import strategies as st

from app.domain import wording
from app.domain.clause import And, Near, Node, Not, Or, nearable
from app.domain.mention import Author, Mention

WORDS = ["Strom", "Tarif", "Stromtarif", "Größe", "groessen", "weg", "E.ON", "und", "AT&T", "NORD*", "str*", "Über*"]
PHRASES = ['"Strom weg"', '"weg und Strom"', '"AND"', '"Tarif str*"', '"(weg) OR lang:de"', '"Größe"']
TAGS = ["#weg", "#Strom_Tarif", "#nord*", "@nord.licht.de", "@nord", "@no*", "@ute@ort.social"]
COMPOUNDS = ["~tarif", "~Strom", "~größe", "~東京"]
FIELDS = [
    *("channel:forum", "channel:blue*", "lang:de", "lang:de-at", "LANG:en", "kind:reply", "kind:post"),
    *("author:nord", "author:@nord", 'author:"Ute Süd"', "author:nor*", "author:did:plc:7", "author:sued"),
    *("followers:>1000", "followers:>=1000", "followers:<10", "followers:<=10", "followers:=1000"),
    *("url:nordlicht.de", "url:https://www.nordlicht.de/preise", "url:nordlicht.de/pr*", "url:de", "url:licht.de"),
    *("place:kiel", 'place:"Bad Hom*"', 'place:"bad homburg"'),
]


def leaf(written: str) -> Node:
    """Return the node of something written without operators."""
    if written.startswith('"'):
        return wording.phrase(written, 0)
    marks = {"#": wording.tag, "@": wording.handle, "~": wording.compound}
    if written[0] in marks:
        return marks[written[0]](written, 0)
    return wording.field(written, 0) if ":" in written else wording.word(written, 0)


def _flat(kind):
    def made(parts):
        found = [node for part in parts for node in (part.parts if isinstance(part, kind) else [part])]
        return kind(tuple(found))

    return made


_places = st.sampled_from([leaf(one) for one in (*WORDS, *PHRASES, *COMPOUNDS)])
_nearable = _places | st.lists(_places, min_size=2, max_size=3).map(_flat(Or))
NEARS = st.builds(Near, _nearable, _nearable, st.sampled_from([1, 2, 3, 100]))
LEAVES = _places | st.sampled_from([leaf(one) for one in (*TAGS, *FIELDS)]) | NEARS
NODES = st.recursive(
    LEAVES,
    lambda inner: (
        st.lists(inner, min_size=2, max_size=4).map(_flat(Or))
        | st.lists(inner, min_size=2, max_size=4).map(_flat(And))
        | inner.map(Not)
    ),
    max_leaves=8,
)
"""Trees as the parser makes them; some say only what is not wanted."""

_SAID = (
    "Strom Tarif Stromtarif STROMTARIFE Tariferhöhung Karat Größe GROESSEN Übergröße weg und E.ON eon at&t Nordlicht "
    "#weg #Strom_Tarif #Nordlicht x#weg @nord.licht.de @nordlicht @Nord. @ute@ort.social me@nord.de 東京都 , . "
    "Gro\u0308\u00dfe Str\u00f3m \uff33trom St\u00adrom \U0001d412trom Überg Tarif-Strom AND OR lang de "
    "https://www.nordlicht.de/preise nordlicht.de/preiswert (shop.nordlicht.de) http://böse.de/nordlicht.de licht.de."
)
SAID = _SAID.split()
_JOINED = [one for one in SAID if "/" not in one]
TEXTS = st.lists(st.sampled_from(SAID), max_size=9).map(" ".join)
TEXTS |= st.lists(st.sampled_from(_JOINED), max_size=4).map("-".join)
AUTHORS = st.builds(
    Author,
    st.sampled_from(["did:plc:7", "nord", "x"]),
    st.sampled_from([None, "nord", "@Nord.licht.de", "ute@ort.social", "Sued.bsky.social"]),
    st.sampled_from([None, "Ute Süd", "UTE SUED 🌊 Kiel", "Nordlicht"]),
    st.sampled_from([None, 0, 10, 1000, 1001]),
)
MENTIONS = st.builds(
    Mention,
    channel=st.sampled_from(["forum", "bluesky"]),
    id=st.just("1"),
    published_at=st.just(0.0),
    text=TEXTS,
    author=AUTHORS,
    kind=st.sampled_from(["post", "reply"]),
    url=st.sampled_from(
        [None, "https://nordlicht.de/preise?x=1", "https://www.shop.nordlicht.de/", "https://licht.dev/de"]
    ),
    language=st.sampled_from([None, "de", "de-AT", "DE_at", "en", "den"]),
    place=st.sampled_from([None, "Kiel", "Bad Homburg v. d. Höhe"]),
)


def wants_something(node: Node, *, wanted: bool = True) -> bool:
    """Tell whether a tree asks for something that has to be there."""
    match node:
        case Not():
            return wants_something(node.part, wanted=not wanted)
        case And() | Or():
            found = [wants_something(part, wanted=wanted) for part in node.parts]
            return any(found) if isinstance(node, And) is wanted else all(found)
        case _:
            return wanted


QUERIES = NODES.filter(wants_something)
"""Trees that are queries."""

assert all(nearable(leaf(one)) for one in (*WORDS, *PHRASES, *COMPOUNDS))
