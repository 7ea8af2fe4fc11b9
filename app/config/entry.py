"""From rows to what is watched: brands, competitors, topics and campaigns with every default filled in."""

from collections.abc import Mapping
from typing import Any

from pydantic import ValidationError

from app.config import period
from app.config.fit import assert_queries
from app.config.rows import BrandRow, CampaignRow, CompetitorRow, RuleRow, SpamRow, TopicRow
from app.config.sentence import mistakes_of
from app.domain.brand import EVERY, Brand, Campaign, Topic
from app.domain.rule import Rule
from app.domain.saved import Kind, Row
from app.errors import WrongInput

_ROWS: dict[Kind, type[BrandRow | CompetitorRow | TopicRow | CampaignRow | RuleRow | SpamRow]] = {
    "brands": BrandRow, "competitors": CompetitorRow, "topics": TopicRow, "campaigns": CampaignRow,
    "rules": RuleRow, "spam": SpamRow,
}  # fmt: skip


def stated(kind: Kind, data: Mapping[str, Any], zone: str) -> Row:
    """Return a row of the watchlist as somebody states it, with the keys of config.yaml; days are those of `zone`.

    Raises `QueryError` for the first query that cannot be read, else `WrongInput` with every mistake.
    """
    model = _ROWS[kind]
    try:
        row = model.model_validate(dict(data))
    except ValidationError as error:
        assert_queries(data)
        told = (
            "".join(f"[{step}]" if isinstance(step, int) else step for step in path) + f": {sentence}"
            for path, sentence in mistakes_of(error, model)
        )
        raise WrongInput("; ".join(told)) from None
    if isinstance(row, BrandRow):
        return brand(row)
    if isinstance(row, CompetitorRow):
        return competitor(row)
    if isinstance(row, TopicRow):
        return topic(row)
    if isinstance(row, RuleRow):
        return rule(row)
    return campaign(row, zone) if isinstance(row, CampaignRow) else row.queries


def brand(row: BrandRow) -> Brand:
    """Return the brand of a row."""
    return Brand(row.id, row.name, row.query, row.accounts, row.demo, row.exclude)


def competitor(row: CompetitorRow) -> Brand:
    """Return the competitor of a row: a rival of every brand of ours if it does not say of which."""
    return Brand(row.id, row.name, row.query, row.accounts, row.demo, row.exclude, row.of or (EVERY,))


def topic(row: TopicRow) -> Topic:
    """Return the topic of a row."""
    return Topic(row.id, row.name, row.query, row.brands or ())


def campaign(row: CampaignRow, zone: str) -> Campaign:
    """Return the campaign of a row; its days are those of that time zone."""
    return Campaign(row.id, row.name, row.brand, row.query, period.begin(row.start, zone), period.end(row.end, zone))


def rule(row: RuleRow) -> Rule:
    """Return the rule of a row."""
    return Rule(**{**row.model_dump(), "brands": row.brands or ()})
