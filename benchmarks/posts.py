"""Mentions like real ones: German and English texts of about 200 characters, all fields filled."""

import random
from collections.abc import Iterator

from app.domain.mention import Author, Engagement, Mention

BRANDS = ("nordlicht", "seewind", "talbahn")
NAMES = {"nordlicht": "Nordlicht Strom", "seewind": "Seewind Energie", "talbahn": "Talbahn"}
CHANNEL = "bluesky"
AUTHORS = 20_000
CONFIG = """
site: {{name: Bench, zone: Europe/Berlin, language: en}}
bus: {{lag_limit: {lag_limit}}}
analysis: {{analyzers: [{analyzers}]}}
brands:
  - {{id: nordlicht, name: Nordlicht Strom, query: '"Nordlicht Strom" OR #nordlicht'}}
  - {{id: seewind, name: Seewind Energie, query: '"Seewind Energie" OR #seewind'}}
  - {{id: talbahn, name: Talbahn, query: 'talbahn OR #talbahn'}}
"""

TEXTS = """
Seit heute früh ist bei {brand} die Hotline nicht erreichbar, und die App zeigt nur einen Fehler. Vorgang {n} liegt
jetzt seit drei Wochen herum, niemand fühlt sich zuständig. So geht man nicht mit Kunden um. 😡

Muss auch mal gesagt werden: {brand} hat meinen Anschluss ({n}) innerhalb von zwei Tagen umgestellt, der Techniker
war pünktlich, freundlich und hat alles erklärt. Gerne wieder, vielen Dank an das ganze Team! 👍

Anyone else still waiting for {brand} to answer? Ticket {n} has been open since Monday, the chat bot keeps sending
me in circles and the invoice is wrong again. I would really like to talk to a human being.

Switched to {brand} last month, reference {n}. So far so good: the price is fair, the website is easy to use and
support replied within the hour. Let us see how it goes once the first bill arrives. #{tag}

{brand} kündigt neue Preise an: ab Januar steigt der Abschlag um elf Prozent. Wer widersprechen will, hat dafür
vier Wochen Zeit, schreibt die Verbraucherzentrale. Meldung {n}, mehr dazu im Artikel unten. #{tag}
""".strip().split("\n\n")


def posts(count: int, run: str, seed: int = 1) -> Iterator[Mention]:
    """Yield mentions 0 … count-1 of a run, each of exactly one brand and published at 0: who sends them knows when."""
    chance = random.Random(seed)
    for number in range(count):
        brand = chance.choice(BRANDS)
        text = chance.choice(TEXTS).format(brand=NAMES[brand], tag=brand, n=f"{run}-{number}")
        author = int(AUTHORS * chance.random() ** 2)
        native = f"at://did:plc:{author:024d}/app.bsky.feed.post/{run}{number:010d}"
        handle = f"leser{author}.bsky.social"
        yield Mention(
            channel=CHANNEL,
            id=native,
            published_at=0.0,
            text=text,
            author=Author(
                id=f"did:plc:{author:024d}",
                handle=handle,
                name=f"Leserin Nummer {author}",
                followers=author % 977,
                url=f"https://bsky.app/profile/{handle}",
            ),
            kind="reply" if number % 5 == 0 else "post",
            url=f"https://bsky.app/profile/{handle}/post/{run}{number:010d}",
            language="en" if " the " in text else "de",
            in_reply_to=f"at://did:plc:{author:024d}/app.bsky.feed.post/parent{number:08d}"
            if number % 5 == 0
            else None,
            engagement=Engagement(number % 7, number % 3, number % 2, None),
            place="Kiel" if number % 4 == 0 else None,
        )
