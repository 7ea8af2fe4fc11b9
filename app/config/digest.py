"""A short word for what machines have to agree on, so that it shows when they do not."""

from hashlib import blake2b

from app.config.model import Config


def digest(config: Config) -> str:
    """Return 8 letters that differ where what is watched, rules, sources, partitions, analysis or time zone do.

    Options of sources may differ.
    """
    sources = [(source.id, source.connector, source.brand) for source in config.sources]
    agreed = (config.watched, sources, config.bus.partitions, config.analysis, config.site.zone, config.rules)
    return blake2b(repr(agreed).encode(), digest_size=4).hexdigest()
