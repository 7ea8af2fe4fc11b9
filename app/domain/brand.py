"""What is watched: brands and the queries that say what counts as a mention of them."""

import msgspec


class Brand(msgspec.Struct, frozen=True):
    """A brand as config.yaml states it; `accounts` are our own handles, whose posts are always mentions."""

    id: str
    name: str
    query: str
    accounts: tuple[str, ...] = ()
    demo: bool = False
