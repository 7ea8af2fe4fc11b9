"""What a message says, in plain lines and in short: pure, from facts to the texts of every way."""

from collections.abc import Iterator

import msgspec

from alerts.notification.words import WORDS, clean, clock_time, cut
from app.domain.channel_words import channel_name
from app.domain.delivery import Occasion
from app.domain.drill import STAMP
from app.domain.incident import Incident, Severity
from app.domain.level_words import name
from app.domain.reasoning import checks
from app.domain.spoken import Language, number

SHORT, TINY, SUBJECT = 400, 150, 120
"""Letters that fit a push message, an SMS of one part, and the line of a subject."""


class Quote(msgspec.Struct, frozen=True):
    """One post as evidence, with what it was chosen for."""

    text: str
    who: str
    channel: str
    why: str
    at: float
    url: str | None = None


class Facts(msgspec.Struct, frozen=True):
    """All that is known when a message is written."""

    occasion: Occasion
    language: Language
    zone: str
    at: float
    severity: Severity
    brand: str = ""
    """Its name."""
    house: str = ""
    """The name of this installation."""
    drill: bool = False
    """Whether all of this is the space of a drill."""
    incident: Incident | None = None
    compared: str = ""
    confident: str = ""
    drivers: tuple[str, ...] = ()
    quotes: tuple[Quote, ...] = ()
    objections: tuple[tuple[bool | None, str], ...] = ()
    """What was tried against it: whether it holds all the same, and the sentence."""
    copied: str = ""
    missing: str = ""
    """What the next level takes."""
    owner: str = ""
    step: str = ""
    """The next step of the playbook; "" for the common one."""
    link: str = ""
    acknowledge: str = ""
    """The address of the page that acknowledges in the reader's name."""
    stalls: tuple[str, ...] = ()
    """Sentences on what of ours stands still, or stood."""
    reason: str = ""
    """Why this person is told beside the occasion."""


def clock(at: float, facts: Facts) -> str:
    """Return a time of day as the reader has it."""
    return clock_time(at, facts.at, facts.language, facts.zone)


def stamp(facts: Facts) -> str:
    """Return what every text begins with where it is no real alarm, with a dot behind it."""
    if facts.drill or (facts.incident is not None and facts.incident.drill is not None):
        return f"{STAMP} · "
    if facts.occasion == "test":
        return WORDS[facts.language]["test_stamp"] + " · "
    return "DEMO · " if facts.incident is not None and facts.incident.demo else ""


def subject(facts: Facts) -> str:
    """Return the subject: mark, how severe, which brand, what happens; one line."""
    say = WORDS[facts.language]
    if facts.occasion == "test":
        return cut(f"{stamp(facts)}{say['test_subject']} {facts.house}", SUBJECT)
    if facts.incident is None:
        return cut(
            f"{stamp(facts)}{facts.house}: {say['system_over' if facts.occasion == 'over' else 'system']}", SUBJECT
        )
    head = say["over"] if facts.incident.state == "resolved" else say[facts.severity]
    level = f" · {say['level']} {facts.incident.level.value}" if facts.incident.level else ""
    terms = f": {', '.join(facts.incident.terms[:3])}" if facts.incident.terms else ""
    again = f"{say['again']} · " if facts.occasion == "escalated" and facts.incident.state != "resolved" else ""
    return cut(clean(f"{stamp(facts)}{head} · {again}{facts.brand}{level}{terms}"), SUBJECT)


def short(facts: Facts) -> str:
    """Return what fits a phone, without its link."""
    return cut(f"{stamp(facts)}{' '.join(_summary(facts))}", SHORT)


def tiny(facts: Facts) -> str:
    """Return what fits an SMS of one part together with its link, where that is short."""
    return cut(subject(facts), max(40, TINY - len(facts.link) - 1))


def text(facts: Facts) -> str:
    """Return everything in plain lines."""
    return "\n".join(_lines(facts)).rstrip() + "\n"


def sentence(facts: Facts) -> str:
    """Return what it is about in one sentence."""
    say = WORDS[facts.language]
    if facts.occasion == "test":
        return say["test"].format(house=facts.house)
    if facts.incident is None:
        return " ".join(facts.stalls)
    one = facts.incident
    if one.state == "resolved":
        return say["ended"].format(brand=facts.brand, at=clock(one.resolved_at or facts.at, facts))
    return clean(one.reason.get(facts.language, "")) or say["unknown"].format(brand=facts.brand)


def why(facts: Facts) -> str:
    """Return why this person hears of it, "" where that is plain."""
    return WORDS[facts.language].get(f"why_{facts.occasion}", "")


def next_step(facts: Facts) -> str:
    """Return what is to be done first."""
    say = WORDS[facts.language]
    if facts.incident is None:
        return say["step_system"] if facts.occasion == "system" else ""
    if facts.incident.state == "resolved":
        return say["step_over"]
    if facts.incident.state == "firing" or facts.incident.worse:
        return say["step_firing"].format(facts.step or say["step_owned"])
    return facts.step or say["step_owned"]


def rows(facts: Facts) -> Iterator[tuple[str, str]]:
    """Yield the figures as (what, value)."""
    one, say = facts.incident, WORDS[facts.language]
    if one is None:
        return
    if one.since:
        yield say["since"], clock(one.since, facts)
    if one.level is not None:
        yield say["level"], f"{one.level.value} {say['of']} 6, {name(one.level.value, facts.language)}"
    yield say["severity"], say[one.severity]
    if facts.confident:
        yield say["sure"], facts.confident
    if facts.compared:
        yield say["compared"], facts.compared
    if one.peak:
        yield say["peak"], say["a_minute"].format(number(one.peak, facts.language))
    terms = facts.drivers or one.terms
    if terms:
        yield say["drivers"], clean(", ".join(terms))
    if facts.copied:
        yield say["copied"], facts.copied
    yield say["owner"], facts.owner or say["nobody"]


def _summary(facts: Facts) -> Iterator[str]:
    yield sentence(facts)
    if facts.incident is not None and facts.incident.state != "resolved":
        say = WORDS[facts.language]
        if facts.incident.level is not None:
            yield f"{say['level']} {facts.incident.level.value}."
        yield f"{say['owner']}: {facts.owner or say['nobody']}."


def _lines(facts: Facts) -> Iterator[str]:
    say = WORDS[facts.language]
    yield stamp(facts) + sentence(facts)
    if why(facts):
        yield why(facts)
    yield ""
    yield from (f"{what}: {value}" for what, value in rows(facts))
    if next_step(facts):
        yield f"{say['step']}: {next_step(facts)}"
    yield ""
    if facts.acknowledge:
        yield f"{say['acknowledge']}: {facts.acknowledge}"
    if facts.link:
        yield f"{say['open']}: {facts.link}"
    if facts.quotes:
        yield from ("", f"{say['evidence']}:")
        yield from (f"- {quoted(quote, facts)}" for quote in facts.quotes)
    if facts.objections:
        yield from ("", f"{checks((holds for holds, _ in facts.objections), facts.language)}:")
        yield from (f"- {said}" for _, said in facts.objections)
    yield from ("", f"-- {facts.house}, {clock(facts.at, facts)}")


def quoted(quote: Quote, facts: Facts) -> str:
    """Return a post as a line: what was said, by whom, where, when, and what it was chosen for."""
    said = cut(clean(quote.text), 280)
    who = f"{clean(quote.who)}, " if quote.who else ""
    said = f"„{said}“" if facts.language == "de" else f"“{said}”"
    return f"{said} ({who}{channel_name(quote.channel, facts.language)}, {clock(quote.at, facts)}; {quote.why})"
