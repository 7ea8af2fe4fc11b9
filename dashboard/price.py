"""The price of a budget of false alarms in plain sentences, German and English."""

from collections.abc import Mapping

from app.domain.incident import Severity
from app.domain.threshold import Price, Threshold

NAMES: Mapping[str, Mapping[Severity, str]] = {
    "de": {"note": "Hinweis", "warning": "Warnung", "crisis": "Krise"},
    "en": {"note": "note", "warning": "warning", "crisis": "crisis"},
}
SAME = 1e-3
"""Budgets that differ by less are one: they are kept rounded."""
THIN = 7.0
"""Days of history below which a sentence says that it rests on what is usual for any brand."""


def sentence(budget: float, severity: Severity, known: Threshold | None, language: str) -> str:
    """Return what a budget means and costs."""
    often = _often(budget, language)
    name = NAMES[language][severity]
    if known is None or (mine := own(known)) is None:
        if language == "de":
            return f"{name}: {often}. Was das kostet, wird binnen einer Minute nach dem Start ausgerechnet."
        return f"{name}: {often}. What that costs is worked out within a minute of the start."
    return f"{name}: {often}. {_seen(mine, language)}{_basis(known, language)}"


def compared(price: Price, mine: Price, language: str) -> str:
    """Return what another budget would cost beside the present one."""
    often = _often(price.budget, language)
    if price.delay is None or mine.delay is None:
        return f"{often}: {_seen(price, language)}"
    if abs(price.budget - mine.budget) < SAME:
        return (
            f"{often} ({'das jetzige Budget' if language == 'de' else 'the present budget'}): {_seen(price, language)}"
        )
    minutes = round((price.delay - mine.delay) / 60)
    missed = round(100 * (mine.found - price.found))
    if language == "de":
        when = f"{abs(minutes)} Minuten {'später' if minutes > 0 else 'früher'} als" if minutes else "so früh wie"
        more = f", {abs(missed)} % der Stürme {'mehr' if missed > 0 else 'weniger'} übersehen" if missed else ""
        return f"{often}: Stürme werden {when} mit dem jetzigen Budget gesehen{more}."
    when = f"{abs(minutes)} minutes {'later than' if minutes > 0 else 'sooner than'}" if minutes else "as soon as"
    more = f", {abs(missed)}% {'more' if missed > 0 else 'fewer'} storms missed" if missed else ""
    return f"{often}: storms are seen {when} with the present budget{more}."


def own(known: Threshold) -> Price | None:
    """Return the price of the budget in force."""
    return next((one for one in known.prices if abs(one.budget - known.budget) < SAME), None)


def _seen(price: Price, language: str) -> str:
    missed = round(100 * (1 - price.found))
    if price.delay is None:
        return (
            "Kein Sturm von denen, die probiert wurden, wäre gesehen worden."
            if language == "de"
            else ("None of the storms that were tried would have been seen.")
        )
    minutes = round(price.delay / 60)
    if language == "de":
        left = f", {missed} % gar nicht binnen sechs Stunden" if missed else ""
        return f"Probierte Stürme werden im Mittel nach {minutes} Minuten gesehen{left}."
    left = f", {missed}% not within six hours" if missed else ""
    return f"Storms that were tried are seen after {minutes} minutes at the median{left}."


def _basis(known: Threshold, language: str) -> str:
    days = round(known.days)
    if language == "de":
        thin = "; bis dahin zählt, was bei Marken üblich ist" if known.days < THIN else ""
        return f" (Basis: {days} {'Tag' if days == 1 else 'Tage'} eigener Vergangenheit{thin})"
    thin = "; until there are more, what is usual for brands counts" if known.days < THIN else ""
    return f" (basis: {days} {'day' if days == 1 else 'days'} of its own past{thin})"


def _often(budget: float, language: str) -> str:
    """Return a budget as people say it: one in so many days, or so many in thirty."""
    german = language == "de"
    if budget < 1:
        days = f"{30 / budget:,.0f}"
        return (
            f"höchstens ein falscher Alarm in {days.replace(',', '.')} Tagen"
            if german
            else (f"at most one false alarm in {days} days")
        )
    number = f"{budget:g}"
    if number == "1":
        return "höchstens ein falscher Alarm in 30 Tagen" if german else "at most one false alarm in 30 days"
    if german:
        return f"höchstens {number.replace('.', ',')} falsche Alarme in 30 Tagen"
    return f"at most {number} false alarms in 30 days"
