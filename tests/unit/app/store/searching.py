"""Searching an archive in tests."""


def index_all(store):
    steps = 0
    while True:
        with store.transaction() as tx:
            looked = tx.index.advance()
        if not looked:
            return steps
        steps += 1


def found(store, wanted, limit=3):
    cursor, keys = None, []
    while True:
        with store.reading() as tx:
            page = tx.mentions.find(wanted, cursor, limit)
        keys += [one.mention.key for one in page.items]
        if page.next is None:
            return keys
        cursor = page.next
