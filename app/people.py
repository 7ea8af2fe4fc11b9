"""Use cases of persons, shifts and chains: one transaction and one audit row each, which holds no address."""

import re
import secrets
from collections.abc import Callable, Collection
from typing import NamedTuple, TypeVar

from anyio import to_thread
from msgspec.structs import replace

from app.clock import Clock
from app.domain.actor import Actor, authorise
from app.domain.audit import AuditEntry
from app.domain.brand import EVERY
from app.domain.folding import fold
from app.domain.person import RESERVED, Person, Way, assert_person
from app.domain.roster import Chain, Shift, assert_chain, assert_shift
from app.errors import Conflict, NotFound, WrongInput
from app.store.audit import Detail
from app.store.engine import Store, Transaction

Kept = TypeVar("Kept")


class Roster(NamedTuple):
    """Everybody, when they are on duty, and the chains that were saved."""

    persons: tuple[Person, ...]
    shifts: tuple[Shift, ...]
    chains: tuple[Chain, ...]


def roster(tx: Transaction) -> Roster:
    """Read everything of people."""
    return Roster(tuple(tx.people.all()), tuple(tx.people.shifts()), tuple(tx.people.chains()))


class People:
    """Saves and removes persons, shifts and chains."""

    def __init__(self, store: Store, clock: Clock) -> None:
        self._store, self._clock = store, clock

    async def roster(self, actor: Actor) -> Roster:
        """Return everything of people; raises `NotAllowed`."""
        authorise(actor, "person.read")

        def read() -> Roster:
            with self._store.reading() as tx:
                return roster(tx)

        return await to_thread.run_sync(read)

    async def add(self, actor: Actor, person: Person) -> Person:
        """Keep somebody new, under an id made from the name if there is none; raises `Conflict` if it is taken."""

        def save(tx: Transaction) -> Person:
            taken = {one.id for one in tx.people.all()}
            if person.id in taken:
                raise Conflict(f"There is a person {person.id!r} already; PUT /api/v1/people/{person.id} changes them.")
            return _put(tx, replace(person, id=person.id or _named(person.name, taken)), None)

        return await self._write(actor, "person.write", save, lambda one: (one.id, _figures(one)))

    async def save(self, actor: Actor, person: Person) -> Person:
        """Keep somebody as they are now, new or not.

        A way without address, or with the one that is shown, keeps the address it had. Raises `WrongInput`.
        """

        def save(tx: Transaction) -> Person:
            return _put(tx, person, next((one for one in tx.people.all() if one.id == person.id), None))

        return await self._write(actor, "person.write", save, lambda one: (one.id, _figures(one)))

    async def remove(self, actor: Actor, person_id: str) -> None:
        """Forget a person and their shifts; raises `NotFound`, and `Conflict` while a chain names them."""

        def save(tx: Transaction) -> int:
            tx.people.get(person_id)
            naming = [one.brand for one in tx.people.chains() if any(step.who == person_id for step in one.steps)]
            if naming:
                raise Conflict(f"The chain of {', '.join(naming)} names {person_id}; let it name somebody else first.")
            return tx.people.remove(person_id)

        await self._write(actor, "person.remove", save, lambda shifts: (person_id, {"shifts": shifts}))

    async def add_shift(self, actor: Actor, shift: Shift) -> Shift:
        """Keep a shift under a new id; raises `WrongInput` if it could never be, or is of nobody."""
        assert_shift(shift)
        kept = replace(shift, id=secrets.token_hex(4))

        def save(tx: Transaction) -> Shift:
            _assert_known(tx, kept.person)
            tx.people.put_shift(kept)
            return kept

        detail: Detail = {"person": kept.person, "role": kept.role}
        return await self._write(actor, "shift.write", save, lambda one: (one.id, detail))

    async def remove_shift(self, actor: Actor, shift_id: str) -> None:
        """Forget a shift; raises `NotFound`."""

        def save(tx: Transaction) -> None:
            if not tx.people.remove_shift(shift_id):
                raise NotFound(f"There is no shift {shift_id[:80]!r}; GET /api/v1/shifts lists them.")

        await self._write(actor, "shift.remove", save, lambda _: (shift_id, {}))

    async def save_chain(self, actor: Actor, chain: Chain) -> Chain:
        """Keep the chain of a brand, its steps by time; raises `WrongInput` if a step tells nobody there is."""
        assert_chain(chain)
        kept = replace(chain, steps=tuple(sorted(chain.steps, key=lambda step: step.after)))

        def save(tx: Transaction) -> Chain:
            for step in kept.steps:
                if step.who not in RESERVED:
                    _assert_known(tx, step.who)
            tx.people.put_chain(kept)
            return kept

        scope = "" if chain.brand == EVERY else chain.brand
        detail: Detail = {"steps": len(kept.steps)}
        return await self._write(actor, "chain.write", save, lambda one: (one.brand, detail), scope)

    async def remove_chain(self, actor: Actor, brand: str) -> None:
        """Let the common chain count for a brand again; raises `NotFound` if it has none of its own."""

        def save(tx: Transaction) -> None:
            if not tx.people.remove_chain(brand):
                raise NotFound(f"{brand[:80]} has no chain of its own; the common one counts already.")

        await self._write(actor, "chain.remove", save, lambda _: (brand, {}), "" if brand == EVERY else brand)

    async def _write(
        self,
        actor: Actor,
        verb: str,
        save: Callable[[Transaction], Kept],
        told: Callable[[Kept], tuple[str, Detail]],
        scope: str = "",
    ) -> Kept:
        authorise(actor, verb, scope)

        def transact() -> Kept:
            with self._store.transaction() as tx:
                tx.people.alone()
                kept = save(tx)
                subject, detail = told(kept)
                at = self._clock.now()
                tx.audit.append(AuditEntry(at, actor.kind, actor.id, verb, scope, subject, detail))
            return kept

        return await to_thread.run_sync(transact)


def _put(tx: Transaction, person: Person, before: Person | None) -> Person:
    """Keep a person with every address filled in and every way named."""
    known = {way.id: way for way in before.ways} if before else {}
    kept = replace(person, ways=tuple(_filled(way, known.get(way.id)) for way in person.ways))
    assert_person(kept)
    tx.people.put(kept)
    return kept


def _filled(way: Way, before: Way | None) -> Way:
    address = way.address
    if before and before.kind == way.kind and address in {"", before.shown}:
        address = before.address
    return replace(way, id=way.id or secrets.token_hex(4), address=address)


def _named(name: str, taken: Collection[str]) -> str:
    """Return an id nobody has, made from a name."""
    plain = re.sub(r"[^a-z0-9]+", "-", fold(name)).strip("-")[:50] or "person"
    numbers = (f"{plain}-{number}" for number in range(2, len(taken) + 3 + len(RESERVED)))
    return next(one for one in (plain, *numbers) if one not in taken and one not in RESERVED)


def _figures(person: Person) -> Detail:
    return {"ways": len(person.ways), "quiet": len(person.quiet), "active": person.active}


def _assert_known(tx: Transaction, person_id: str) -> None:
    known = [one.id for one in tx.people.all()]
    if person_id not in known:
        choices = f"choose one of: {', '.join(known[:50])}" if known else "add persons first"
        raise WrongInput(f"There is no person {person_id[:80]!r}; {choices}.")
