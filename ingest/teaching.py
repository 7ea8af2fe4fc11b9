"""What brands teach the sentiment model: a training run from the archive, and what of it is in force."""

from collections.abc import Mapping, Sequence

import structlog
from msgspec.structs import replace

from app.clock import Clock
from app.domain.actor import Actor, authorise
from app.domain.audit import AuditEntry
from app.domain.schooling import EVEN, Schooling
from app.errors import WrongInput
from app.store.brand_models import Run
from app.store.corrections import Lesson
from app.store.engine import Store
from ingest.learning import prior
from ingest.learning.brand import BrandModel
from ingest.learning.examples import corpus
from ingest.learning.metrics import CLASSES
from ingest.learning.schooling import Taught, Told, pack, school, unpack
from ingest.learning.verdicts import SentimentModel, shipped

VERB = "model.train"
DRAWN = 2_000
"""Mentions drawn at random to estimate the prior."""
LATELY = 28 * 86_400
"""Seconds of the past they are drawn from: one storm is a small part of it."""
MOVED = 0.05
"""By how much a share has to move before another prior is put in force."""

_log = structlog.get_logger("teaching")


class Teaching:
    """Reads and writes what brands have taught; synchronous, so never on the event loop."""

    def __init__(self, store: Store, clock: Clock) -> None:
        self._store, self._clock = store, clock
        self._numbers: dict[str, int] = {}
        self.taught: dict[str, tuple[str, Taught]] = {}
        """By brand the name of what is in force (`nordlicht-3`) and what it is; as of the last `look`."""

    def look(self) -> bool:
        """Read what is in force; return whether it has changed. What cannot be read is left out and said in the log."""
        with self._store.reading() as tx:
            numbers = tx.brand_models.in_force()
            changed = {brand: number for brand, number in numbers.items() if self._numbers.get(brand) != number}
            weights = {brand: tx.brand_models.weights(brand, number) for brand, number in changed.items()}
        for brand, data in weights.items():
            self.taught.pop(brand, None)
            if data is not None and (read := _read(brand, data)) is not None:
                self.taught[brand] = (f"{brand}-{numbers[brand]}", read)
        self._numbers = numbers
        return bool(changed)

    def train(self, actor: Actor, brand: str) -> Run:
        """Learn from what persons said of a brand's mentions, and keep it if it is better; one audit row.

        Raises `WrongInput` if nobody has said anything of that brand, or there is no such brand.
        """
        authorise(actor, VERB, brand)
        self.look()
        model = shipped()
        with self._store.reading() as tx:
            lessons = [one for one in tx.corrections.of(brand) if one.sentiment is not None]
            drawn = [one.mention for one in tx.corrections.drawn(brand, self._clock.now() - LATELY, DRAWN)]
            learned = max(
                (run.at for run in tx.brand_models.runs(brand) if run.schooling.outcome == "learned"), default=0.0
            )
        if not lessons and not drawn:
            raise WrongInput(f"There is no mention of `{brand}` to learn from; name a brand by its id in config.yaml.")
        _, before = self.taught.get(brand, ("", Taught()))
        found, correction = school(model, told(lessons, learned), corpus(), before.correction)
        correction = correction or before.correction
        texts = [mention.text for mention in drawn]
        shares, mentions = _shares(model, correction, lessons, texts)
        moved = max(abs(new - old) for new, old in zip(shares, before.prior, strict=True)) > MOVED
        used = shares if moved else before.prior
        found = replace(found, prior=used, mentions=mentions, shares=moved)
        return self._keep(actor, brand, found, pack(Taught(correction, used)) if found.in_force else None)

    def forget(self, actor: Actor, brand: str) -> Run:
        """Judge a brand by the shipped model alone again; one audit row."""
        authorise(actor, VERB, brand)
        return self._keep(actor, brand, Schooling("forgotten"), None)

    def _keep(self, actor: Actor, brand: str, found: Schooling, weights: bytes | None) -> Run:
        now = self._clock.now()
        with self._store.transaction() as tx:
            number = tx.brand_models.add(brand, found, weights, actor, now)
            detail: dict[str, str | int | float | bool | None] = {"number": number, "outcome": found.outcome}
            tx.audit.append(AuditEntry(now, actor.kind, actor.id, VERB, brand, brand, detail))
        return Run(brand, number, now, actor.id, found)


def told(lessons: Sequence[Lesson], learned: float = 0.0) -> list[Told]:
    """Return lessons with their class numbers; those said after the instant `learned` are fresh."""
    return [Told(one.text, one.language, CLASSES.index(str(one.sentiment)), fresh=one.at > learned) for one in lessons]


def _shares(
    model: SentimentModel, correction: BrandModel | None, lessons: Sequence[Lesson], texts: Sequence[str]
) -> tuple[tuple[float, float, float], int]:
    """Return the prior and how many mentions it rests on: those drawn and judged by people, else those drawn lately."""
    judged = [CLASSES.index(str(one.sentiment)) for one in lessons if one.chosen == "random"]
    if (found := prior.counted(judged)) != EVEN:
        return found, len(judged)
    unknown = ["unknown"] * len(texts)
    scored = (
        correction.probabilities(model, texts, unknown) if correction else model.judge(texts, unknown).probabilities
    )
    return prior.estimated(scored), len(texts)


def _read(brand: str, data: bytes) -> Taught | None:
    try:
        return unpack(data)
    except WrongInput as error:
        _log.error("what a brand taught is left out", brand=brand, reason=str(error))
        return None


Known = Mapping[str, tuple[str, Taught]]
"""By brand the name of what is in force and what it is."""
