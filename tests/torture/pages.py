"""Pages of SQLite: what belongs to them, and the gap between cell pointers and cells, which belongs to nothing.

`secure_delete` overwrites what is freed, but when SQLite spreads the rows of full pages anew, it leaves copies of rows
in the gap of the page they came from (`rebuildPage` in btree.c), and who deletes the row later does not know of them.
Only rewriting the page takes them away. https://www.sqlite.org/fileformat2.html#b_tree_pages
"""

TABLES_AND_INDEXES = {2: 12, 5: 12, 10: 8, 13: 8}
"""Kind of page → bytes of its header."""
FILE_HEADER, LOG_HEADER, FRAME_HEADER = 100, 32, 24


def parted(blob: bytes, *, log: bool = False) -> tuple[bytes, bytes]:
    """Return a database (or its write-ahead log) with all gaps blanked, and what lay in them."""
    size = int.from_bytes(blob[8:12] if log else blob[16:18], "big")
    size = 65_536 if size == 1 else max(size, 512)
    kept, gaps = bytearray(blob), bytearray()
    first, step, skip = (LOG_HEADER, size + FRAME_HEADER, FRAME_HEADER) if log else (0, size, 0)
    for place in range(first, len(blob), step):
        page = place + skip
        header = page + (FILE_HEADER if page == 0 and not log else 0)
        begin, end = _gap(blob[page : page + size], header - page)
        gaps += blob[page + begin : page + end] + b" "
        kept[page + begin : page + end] = bytes(max(0, end - begin))
    return bytes(kept), bytes(gaps)


def _gap(page: bytes, header: int) -> tuple[int, int]:
    kind = page[header] if len(page) > header + 8 else 0
    if kind not in TABLES_AND_INDEXES:
        return 0, 0
    cells, content = (int.from_bytes(page[header + at : header + at + 2], "big") for at in (3, 5))
    begin = header + TABLES_AND_INDEXES[kind] + 2 * cells
    end = content or 65_536
    return (begin, end) if begin <= end <= len(page) else (0, 0)
