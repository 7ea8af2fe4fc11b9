"""From rows to what is watched: brands, competitors, topics and campaigns with every default filled in."""

from app.config import period
from app.config.rows import BrandRow, CampaignRow, CompetitorRow, TopicRow
from app.domain.brand import EVERY, Brand, Campaign, Topic


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
