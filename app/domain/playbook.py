"""Playbooks: what is to be done at a level of a storm, as steps to tick off."""

import re
from collections.abc import Iterable

import msgspec

from app.domain.level import HIGHEST
from app.domain.spoken import Language
from app.errors import WrongInput

MOST = 30
"""Steps of one level."""
LONGEST = 500
"""Characters of a step, an aim or a role."""
LATEST = 14 * 1440
_ID = re.compile(r"[a-z0-9][a-z0-9_-]{0,39}")


class Step(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """One thing to do; its id stays when its text changes, for ticks name it."""

    id: str
    text: str
    role: str = ""
    """Who does it."""
    within: int | None = None
    """Minutes from the beginning of the storm in which it should be done."""


class Playbook(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """What is to be done at one level, beside what the levels below it ask for."""

    level: int
    language: Language
    aim: str
    steps: tuple[Step, ...]
    changed_at: float | None = None
    """None: as it is shipped."""
    changed_by: str | None = None


def checked(playbook: Playbook) -> Playbook:
    """Return a playbook that may be kept; raise `WrongInput` with a sentence that says what to change."""
    if not 0 <= playbook.level <= HIGHEST:
        raise WrongInput(f"`level` is a number from 0 to {HIGHEST}.")
    if len(playbook.steps) > MOST:
        raise WrongInput(f"A level has at most {MOST} steps; leave out what nobody would do in a storm.")
    seen: set[str] = set()
    for step in playbook.steps:
        if not _ID.fullmatch(step.id):
            raise WrongInput(
                f"`id` {step.id[:40]!r} of a step: use at most 40 lower-case letters, digits, _ and -, such as holding."
            )
        if step.id in seen:
            raise WrongInput(f"Two steps have the id {step.id!r}; each tick has to name one.")
        seen.add(step.id)
        if not step.text.strip():
            raise WrongInput(f"The step {step.id!r} has no `text`; say what is to be done.")
        if step.within is not None and not 0 < step.within <= LATEST:
            raise WrongInput(f"`within` of {step.id!r} is a number of minutes from 1 to {LATEST}, or left out.")
    if any(
        len(said) > LONGEST for said in (playbook.aim, *(part for s in playbook.steps for part in (s.text, s.role)))
    ):
        raise WrongInput(f"A text has more than {LONGEST} characters; nobody reads that in a storm.")
    return playbook


def checklist(playbooks: Iterable[Playbook], level: int) -> tuple[Step, ...]:
    """Return what is to be done at a level: its own steps first, then those of lower ones, without what is for calm."""
    found: dict[str, Step] = {}
    for playbook in sorted(playbooks, key=lambda one: -one.level):
        if playbook.level == level or 0 < playbook.level < level:
            for step in playbook.steps:
                found.setdefault(step.id, step)
    return tuple(found.values())
