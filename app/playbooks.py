"""Use cases of playbooks: read them, change one, take the change back. One transaction, one audit row."""

from functools import cache
from pathlib import Path

import msgspec
import yaml
from msgspec.structs import replace

from app.domain.actor import Actor, authorise
from app.domain.audit import AuditEntry
from app.domain.level import HIGHEST
from app.domain.playbook import Playbook, Step, checked, checklist
from app.domain.spoken import LANGUAGES, Language, language_of
from app.errors import NotFound
from app.store.engine import Store, Transaction

SHIPPED = Path(__file__).parents[1] / "assets" / "playbooks"
VERB = "playbook.change"


class _Shipped(msgspec.Struct, forbid_unknown_fields=True):
    level: int
    aim: str
    steps: tuple[Step, ...]


@cache
def shipped(language: Language) -> tuple[Playbook, ...]:
    """Return the playbooks of a language as they are shipped, lowest level first."""
    found = msgspec.convert(yaml.safe_load((SHIPPED / f"{language}.yaml").read_text(encoding="utf-8")), list[_Shipped])
    return tuple(Playbook(one.level, language, one.aim, one.steps) for one in found)


def playbooks(store: Store, language: str = "de") -> list[Playbook]:
    """Return the playbooks in force of the nearest language we have, lowest level first."""
    say = language_of(language)
    with store.reading() as tx:
        changed = {one.level: one for one in tx.playbooks.find(say)}
    return [changed.get(one.level, one) for one in shipped(say)]


def playbook(store: Store, level: int, language: str = "de") -> Playbook:
    """Return the playbook of a level; raise `NotFound` if there is no such level."""
    if not 0 <= level <= HIGHEST:
        raise NotFound(f"There is no level {level}; levels are 0 to {HIGHEST}.")
    return playbooks(store, language)[level]


def to_do(store: Store, level: int, language: str = "de") -> tuple[Step, ...]:
    """Return all that is to be done at a level, its own steps before those of the levels below."""
    return checklist(playbooks(store, language), level)


def is_step(tx: Transaction, name: str) -> bool:
    """Tell whether a step of this id is in a playbook in force, in any language."""
    for say in LANGUAGES:
        changed = {one.level: one for one in tx.playbooks.find(say)}
        books = (changed.get(one.level, one) for one in shipped(say))
        if any(step.id == name for book in books for step in book.steps):
            return True
    return False


def change(store: Store, actor: Actor, wanted: Playbook, at: float) -> Playbook:
    """Put a playbook in force; raise `WrongInput` if it may not be kept, `NotAllowed` for who may not."""
    authorise(actor, VERB)
    kept = replace(checked(wanted), changed_at=at, changed_by=actor.id)

    with store.transaction() as tx:
        tx.playbooks.save(kept)
        tx.audit.append(_entry(actor, kept, at, shipped=False))
    return kept


def restore(store: Store, actor: Actor, level: int, language: str, at: float) -> Playbook:
    """Put a playbook back to what is shipped; raise `NotFound` if there is no such level."""
    authorise(actor, VERB)
    kept = shipped(language_of(language))[playbook(store, level, language).level]

    with store.transaction() as tx:
        tx.playbooks.drop(kept.level, kept.language)
        tx.audit.append(_entry(actor, kept, at, shipped=True))
    return kept


def _entry(actor: Actor, kept: Playbook, at: float, *, shipped: bool) -> AuditEntry:
    detail: dict[str, str | int | float | bool | None] = {
        "language": kept.language,
        "steps": len(kept.steps),
        "shipped": shipped,
    }
    return AuditEntry(at, actor.kind, actor.id, VERB, subject=f"level {kept.level}", detail=detail)
