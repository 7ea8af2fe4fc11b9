"""What is known when a message is written: read at that moment, so that deletions count."""

from collections.abc import Mapping
from functools import partial
from typing import NamedTuple

import msgspec
from anyio import to_thread

from alerts.notification.chart import Curve, chart
from alerts.notification.letter import CHART, html
from alerts.notification.message import Facts, Quote, short, subject, text, tiny
from alerts.notification.payload import payload
from alerts.notification.words import WORDS, clock_time
from alerts.notifier import Message
from alerts.watching.learning import apart
from app.crisis.record import ticked
from app.domain import ticket
from app.domain.delivery import Delivery, Occasion, Stall
from app.domain.incident import Incident
from app.domain.person import Person
from app.domain.tally import MinuteTally, minutes
from app.errors import Unavailable
from app.explained import Explained, explained
from app.playbooks import to_do
from app.service import Context

BACK = 6 * 3600.0
"""Seconds the chart reaches back before the onset."""


class Letterhead(NamedTuple):
    """What a message is about, and for whom."""

    delivery: Delivery
    incident: Incident | None
    person: Person
    people: Mapping[str, Person]
    stalls: Mapping[str, Stall]


class Writer:
    """Writes messages; texts of mentions are looked up each time and kept nowhere."""

    def __init__(self, context: Context) -> None:
        self._context = context

    async def message(self, head: Letterhead, *, plain: bool = False) -> Message:
        """Return the message of a delivery in the language of its person.

        A `plain` one says only what the incident itself knows: an alarm must go out even if something about it cannot
        be told.
        """
        facts = await to_thread.run_sync(partial(self._facts, plain=plain), head)
        one = head.delivery
        pictures: tuple[tuple[str, bytes], ...] = ()
        if one.kind == "mail" and head.incident is not None and not plain:
            pictures = await self._chart(head.incident, head.person)
        return Message(
            key=one.id,
            subject=subject(facts),
            text=text(facts),
            short=short(facts),
            tiny=tiny(facts),
            link=facts.acknowledge or facts.link,
            html=html(facts, chart=bool(pictures)) if one.kind == "mail" else "",
            pictures=pictures,
            thread=one.incident,
            language=facts.language,
            urgent=one.severity == "crisis" and one.occasion != "test",
            body=payload(facts, one) if one.kind == "webhook" else b"",
        )

    def _facts(self, head: Letterhead, *, plain: bool) -> Facts:
        context, one, incident, person = self._context, head.delivery, head.incident, head.person
        address = context.config.alerts.address
        facts = Facts(
            occasion=one.occasion,
            language=person.language,
            zone=person.zone,
            at=context.clock.now(),
            severity=incident.severity if incident else one.severity,
            house=context.config.site.name,
            drill=context.drill is not None,
            link=f"{address}/incident/{incident.id}"
            if address and incident
            else f"{address}/admin/sources"
            if address
            else "",
            stalls=tuple(
                _stalled(name, head.stalls[name], one.occasion, person) for name in one.about if name in head.stalls
            ),
        )
        if incident is None:
            return facts
        owner = head.people.get(incident.owner or "")
        facts = msgspec.structs.replace(
            facts,
            incident=incident,
            brand=self._name(incident.brand),
            owner=owner.name if owner else incident.owner or "",
            acknowledge=self._ticket(address, incident, person),
        )
        if plain:
            return facts
        facts = msgspec.structs.replace(facts, step=self._step(incident, person))
        told = explained(context.store, incident, person.language)
        return _with(facts, told) if told is not None else facts

    def _ticket(self, address: str | None, incident: Incident, person: Person) -> str:
        if not address or not (incident.state == "firing" or incident.worse):
            return ""
        made = ticket.Ticket(incident.id, person.id, self._context.clock.now() + ticket.LASTS)
        return f"{address}/acknowledge/{ticket.issued(self._context.store.secret(), made)}"

    def _step(self, incident: Incident, person: Person) -> str:
        """Return the first step of the playbook that nobody has ticked off; "" without any."""
        if incident.level is None:
            return ""
        steps = to_do(self._context.store, incident.level.value, person.language)
        with self._context.store.reading() as tx:
            done = ticked(tx.events.of(incident.id))
        return next((step.text for step in steps if step.id not in done), "")

    def _name(self, brand: str) -> str:
        return next((one.name for one in self._context.config.watched.brands if one.id == brand), brand)

    async def _chart(self, incident: Incident, person: Person) -> tuple[tuple[str, bytes], ...]:
        now = self._context.clock.now()
        since = (incident.since or incident.opened_at) - BACK
        try:
            tally = await self._context.bus.minutes([incident.brand], since, now)
        except Unavailable:
            return ()
        whole = int(now) // 60 * 60  # the minute that runs would look like the end of the storm
        known = minutes(apart(tally).get(incident.brand, {}), incident.brand)
        wanted = [known.get(start, MinuteTally(start)) for start in range(int(since) // 60 * 60, whole, 60)]
        told = incident.explanation
        low, high = (told.low, told.high) if told and not told.negative else (0.0, 0.0)
        curve = Curve(wanted, low, high, incident.since, person.zone, person.language)
        return ((CHART, await to_thread.run_sync(chart, curve, self._context.data)),)


def _stalled(name: str, stall: Stall, occasion: Occasion, person: Person) -> str:
    """Return what stands still as a sentence, or that it does no more."""
    if occasion != "over":
        return stall.reason.get(person.language, name)
    times = (clock_time(at, at, person.language, person.zone) for at in (stall.since, stall.until or stall.since))
    return WORDS[person.language]["works_again"].format(name.partition(":")[2] or name, *times)


def _with(facts: Facts, told: Explained) -> Facts:
    return msgspec.structs.replace(
        facts,
        compared=told.compared if told.ratio >= 1 else "",  # what raised it counts something else
        confident=told.confident,
        drivers=tuple(driver.term for driver in told.drivers),
        copied=told.copied,
        missing=told.level.missing if told.level else "",
        objections=tuple((one.holds, one.reason) for one in told.counters),
        quotes=tuple(
            Quote(post.text, post.author or "", post.channel, post.reason, post.published_at, post.url)
            for post in told.evidence
        ),
    )
