"""Rules as screens and the API tell of them: in force, where they are stated, and what came of them."""

from typing import Any

from app.config.merged import row_of
from app.domain.condition_reading import parse
from app.domain.condition_sentence import sentence
from app.domain.rule import Rule
from app.errors import NotFound
from app.service import Context
from app.store.rules import RuleRecord


def rule_of(context: Context, name: str) -> Rule:
    """Return a rule in force; raise `NotFound` with the choices."""
    found = row_of(context.config, "rules", name)
    if not isinstance(found, Rule):
        names = ", ".join(rule.id for rule in context.config.rules) or "none"
        raise NotFound(f"There is no rule {name[:80]!r}. Rules in force: {names}.")
    return found


def over_file(context: Context, rule: Rule) -> bool:
    """Tell whether a rule was saved over one of config.yaml that reads otherwise."""
    stated = context.watchlist.stated("rules", rule.id)
    return stated is not None and stated != rule


def saved(context: Context, rule: Rule) -> bool:
    """Tell whether a rule was saved on screen or by the API, not stated in config.yaml."""
    return ("rules", rule.id) in context.watchlist.in_force.saved


def said(when: str) -> dict[str, str]:
    """Return a condition as a sentence by language."""
    condition = parse(when)
    return {"de": sentence(condition, "de"), "en": sentence(condition, "en")}


def records(context: Context, names: list[str]) -> dict[str, list[RuleRecord]]:
    """Return by rule what came of it, one record for each scope; blocks, so never on the event loop."""
    with context.store.reading() as tx:
        found: dict[str, list[Any]] = {name: tx.rules.of(name) for name in names}
    return found
