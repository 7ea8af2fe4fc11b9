"""A made-up crowd: hundreds of brands with the queries people write for them, and posts in several languages."""

import random
import re
from collections.abc import Iterator, Sequence

from msgspec.structs import replace

from app.domain.brand import Brand, Topic, Watched
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
CHANNELS = {"bluesky": 85, "mastodon": 8, "forum": 4, "news": 3}
LENGTH = (60, 290)
SIGNED = 0.02
"""Share of words that are none, but a sign, a tag or a handle."""


TOPICS = (
    "~preis OR ~tarif OR teuer",
    "~rechnung OR invoice OR abschlag*",
    "hotline NEAR/8 (erreich* OR reachable OR niemand OR nobody)",
    "(~vertrag OR contract) NEAR/5 (gekündigt OR cancelled OR kündig*)",
    "techniker OR technician OR anschluss",
    "lang:en (customer OR angry OR annoying)",
)
SPAM = (
    "gewinnspiel #ad",
    '"jetzt gewinnen"',
    "#giveaway OR casino*",
    "author:gewinn* link",
    "bitcoin NEAR/3 (free OR gratis)",
)
EXCLUDED = ("wetter NEAR/4 sonntag", "fußball", "#jobs OR hiring", "kind:repost")


def watched(count: int, seed: int = 1) -> Watched:
    """Return what is watched with so many queries: of brands mostly, and topics, other senses and spam."""
    chance = random.Random(seed)
    topics = tuple(Topic(f"t{number}", "", query) for number, query in enumerate(TOPICS))
    made = brands(count * 96 // 100 - len(TOPICS) - len(SPAM), chance)
    left = count - len(made) - len(TOPICS) - len(SPAM)
    for number in range(left):
        place = number * len(made) // left
        made[place] = replace(made[place], exclude=(EXCLUDED[number % len(EXCLUDED)],))
    return Watched(tuple(made), topics, (), SPAM)


def brands(count: int, chance: random.Random) -> list[Brand]:
    """Return brands with an account each, and queries of every kind the language has."""
    names = [first + last for first in FIRST.split() for last in LAST.split()]
    chance.shuffle(names)
    made = []
    for number in range(count):
        name = names[number % len(names)].capitalize() + ("" if number < len(names) else f"-{number // len(names)}")
        query = _query(name, chance.choice(FIELDS.split()), number, chance)
        account = f"@{name.lower()}.example"
        made.append(Brand(f"b{number}", name, query, (account,)))
    return made


def _query(name: str, field: str, number: int, chance: random.Random) -> str:
    tag = f"{name}{field}".lower().replace("-", "")
    away = chance.choice(("Gewinnspiel", "werbung", "#ad", "Fußball", "hiring"))
    about = chance.choice(
        ("Preis OR price OR ~rechnung OR invoice", "Kunde* OR customer*", "App OR Hotline OR ~störung")
    )
    kinds = (
        f'"{name} {field}" OR #{tag} OR @{tag}',
        f"{name} AND ({about}) NOT {away}",
        f'"{name} {field}*" OR "{field} {name}" OR (#{tag}* NOT {away})',
        f"@{tag} OR @{tag}.bsky.social OR #{tag} OR ({name} NEAR/5 {field})",
        f'({name} OR #{tag}) NOT ({away} OR "{name} Allee" OR author:{tag}*)',
        f'"{name} {field} GmbH" OR "{name} {field} Ltd" OR ({name} NEAR/10 ({about.replace(" OR ~rechnung", "")}))',
        f"{name}* (~{field.lower()} OR {about}) (lang:de OR lang:en)",
        f"({name} OR @{tag}) (followers:>1000 OR kind:review OR {about}) NOT (channel:news place:{name})",
        f"url:{tag}.example {name} OR #{tag} OR ({name} ~{field.lower()})",
        f'"{name}" (~{field.lower()} NEAR/6 (Kunde* OR Vertrag OR ~preis) OR #{tag}*) NOT {away}',
    )
    return kinds[number % len(kinds)] if number % 300 else f"channel:forum author:{tag}*"


def posts(count: int, known: Sequence[Brand], hits: float, seed: int = 2) -> Iterator[Mention]:
    """Yield posts of 60 to 290 characters; a share `hits` speaks of a brand, as many nearly do."""
    chance = random.Random(seed)
    vocabulary = {tongue: words.split() for tongue, words in TONGUES.items()}
    tongues, shares = list(SHARES), list(SHARES.values())
    for number in range(count):
        tongue = chance.choices(tongues, shares)[0]
        words = list(_babble(vocabulary[tongue], chance))
        if chance.random() < hits:
            words.insert(chance.randrange(len(words)), _spoken(chance.choice(known), chance))
        elif chance.random() < hits:
            words.insert(chance.randrange(len(words)), chance.choice(known).name.split("-")[0].upper())
        text = ("、" if tongue == "ja" else " ").join(words)
        yield _post(number, text[0].upper() + text[1:], tongue, chance)


def _babble(vocabulary: Sequence[str], chance: random.Random) -> Iterator[str]:
    length, said = chance.randint(*LENGTH), 0
    while said < length:
        word = chance.choice(SIGNS) if chance.random() < SIGNED else chance.choice(vocabulary)
        yield word
        said += len(word) + 1


def _post(number: int, text: str, tongue: str, chance: random.Random) -> Mention:
    who, channel = number % 9973, chance.choices(list(CHANNELS), list(CHANNELS.values()))[0]
    handle = f"leser{who}.bsky.social"
    return Mention(
        channel=channel,
        id=str(number),
        published_at=0.0,
        text=text,
        author=Author(f"did:plc:{who:024d}", handle, f"Leser {who}", None if channel == "bluesky" else who),
        kind="reply" if number % 3 == 0 else "review" if number % 100 == 1 else "post",
        url=f"https://bsky.app/profile/{handle}/post/{number}",
        language=tongue if number % 4 else None,
        place="Kiel" if number % 20 == 0 else None,
    )


def _spoken(brand: Brand, chance: random.Random) -> str:
    """Return words with which the brand's query holds, mostly: its first alternative, as somebody may type it."""
    first = re.split(r" OR | NOT |\) \(", brand.query)[0]
    said = re.sub(r'NEAR/\d+|AND|\w+:\S+|[()"~*]', "", first) or brand.name
    return chance.choice((str, str.lower, str.upper))(said)
