"""A made-up crowd: a thousand brands with the queries people write for them, and posts in several languages."""

import random
from collections.abc import Iterator

from app.domain.brand import Brand
from app.domain.mention import Author, Mention

FIRST = "nord sued ost west see berg tal stern silber gold alt neu hoch licht blau rot gruen wald fluss stein sonn wind"
LAST = "hafen land feld quell brueck markt werk haus bach stadt mark brand tor kamm furt horn wald ried au rode wiek"
FIELDS = "Strom Energie Bank Versicherung Reisen Airlines Mobil Logistics Foods Pharma Bräu Möbel Water Fashion Größe"
TONGUES = {
    "de": "der die das und nicht ich ist ein auf mit für schön über groß weiß könnte zurück während Straße Grüße mal "
    "wieder seit heute früh niemand zuständig Hotline erreichbar Rechnung gekündigt Anschluss Techniker pünktlich "
    "Kunde Preis Vertrag Öffnungszeiten ärgerlich endlich wirklich Bahn Bus Wetter Sonntag Fußball gewonnen",
    "en": "the and not I is a on with for nice about great white could back while street greetings again since today "
    "early nobody in charge hotline reachable invoice cancelled line technician punctual customer price contract "
    "opening hours annoying finally really train bus weather Sunday football won that's we've going never always",
    "fr": "le la les et ne pas je suis très déjà été où façon élève français après même chose quelqu'un là voilà "
    "année première équipe journée contrôle prêt café nouveau maison toujours jamais rien encore pourquoi",
    "es": "el la los y no yo es muy año mañana qué también según aquí está señor niño corazón canción después "
    "nunca siempre gracias trabajo ciudad noche tiempo mundo gente cosa porque bueno mejor",
    "ja": "今日は とても 楽しい 一日でした 天気がいい ので 散歩に 行きました"
    " カメラ ありがとう 新しい ゲーム 東京 駅前 最高",
    "ru": "сегодня очень хороший день мы были в городе и видели новый фильм спасибо всем друзья почему никто не знает",
}
SHARES = {"de": 0.36, "en": 0.42, "fr": 0.05, "es": 0.06, "ja": 0.07, "ru": 0.04}
SIGNS = (
    "😡",
    "👍",
    "❤️",
    "😂😂",
    "🤷‍♀️",
    "…",
    "\u2013",
    "„so“",
    "“quoted”",
    "🇩🇪",
    "✨",
    "#fail",
    "#Montag",
    "@someone.bsky.social",
)
LENGTH = (60, 290)
SIGNED = 0.02
"""Share of words that are none, but a sign, a tag or a handle."""


def brands(count: int, seed: int = 1) -> list[Brand]:
    """Return brands with boolean queries: names, phrases, tags, handles, AND, OR, NOT, brackets."""
    chance = random.Random(seed)
    names = [first + last for first in FIRST.split() for last in LAST.split()]
    chance.shuffle(names)
    made = []
    for number in range(count):
        name = names[number % len(names)].capitalize() + ("" if number < len(names) else f"-{number // len(names)}")
        made.append(Brand(f"b{number}", name, _query(name, chance.choice(FIELDS.split()), number % 6, chance)))
    return made


def _query(name: str, field: str, kind: int, chance: random.Random) -> str:
    tag = f"{name}{field}".lower().replace("-", "")
    away = chance.choice(("Gewinnspiel", "werbung", "#ad", "Fußball", "hiring"))
    about = chance.choice(("Preis OR price OR Rechnung OR invoice", "Kunde OR customer", "App OR Hotline OR Störung"))
    return (
        f'"{name} {field}" OR #{tag} OR @{tag}',
        f"{name} AND ({about}) NOT {away}",
        f'"{name} {field}" OR "{field} {name}" OR (#{tag} NOT {away})',
        f"@{tag} OR @{tag}.bsky.social OR #{tag} OR ({name} AND {field})",
        f'({name} OR #{tag}) NOT ({away} OR "{name} Allee")',
        f'"{name} {field} GmbH" OR "{name} {field} Ltd" OR ({name} {field} ({about}))',
    )[kind]


def posts(count: int, known: list[Brand], hits: float, seed: int = 2) -> Iterator[Mention]:
    """Yield posts of 60 to 290 characters; a share `hits` speaks of a brand, as many nearly do."""
    chance = random.Random(seed)
    vocabulary = {tongue: words.split() for tongue, words in TONGUES.items()}
    tongues, shares = list(SHARES), list(SHARES.values())
    for number in range(count):
        tongue = chance.choices(tongues, shares)[0]
        length, said, words = chance.randint(*LENGTH), 0, list[str]()
        while said < length:
            word = chance.choice(SIGNS) if chance.random() < SIGNED else chance.choice(vocabulary[tongue])
            words.append(word)
            said += len(word) + 1
        if chance.random() < hits:
            words.insert(chance.randrange(len(words)), _spoken(chance.choice(known), chance))
        elif chance.random() < hits:
            words.insert(chance.randrange(len(words)), chance.choice(known).name.split("-")[0].upper())
        text = ("、" if tongue == "ja" else " ").join(words)
        author = Author(f"did:plc:{number % 9973:024d}", f"leser{number % 9973}.bsky.social")
        yield Mention("bluesky", str(number), 0.0, text[0].upper() + text[1:], author)


def _spoken(brand: Brand, chance: random.Random) -> str:
    """Return words with which the brand's query holds, mostly: its first alternative, as somebody may type it."""
    written = brand.query.split(" OR ")[0].replace('"', "").replace("(", "").replace(")", "").split(" NOT ")[0]
    return chance.choice((str, str.lower, str.upper))(written.replace(" AND ", " "))
