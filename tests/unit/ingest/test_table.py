import csv
import sys

import pyarrow as pa
import pytest
from pyarrow import parquet

from app.errors import WrongInput
from ingest import table
from ingest.table import delimiter_of, encoding_of, opened


def written(tmp_path, content):
    path = tmp_path / "table.csv"
    path.write_bytes(content if isinstance(content, bytes) else content.encode())
    return path


def cells(found, after=1):
    return [(row.number, row.cells, bool(row.fault)) for row, _ in found.rows(after)]


@pytest.mark.parametrize(
    ("content", "made"),
    [
        ("a,b\n1,2\n", "CSV, utf-8, separated by ,"),
        ("\ufeffa;b\n1,5;2\n", "CSV, utf-8-sig, separated by ;"),
        ("a\tb\n1\t2,3\n", "CSV, utf-8, separated by tabs"),
        ("a|b\n1|2,3;4\n".encode("utf-16"), "CSV, utf-16, separated by |"),
        ("Straße;Größe\nÄrger;ößü größer für Ärger\n".encode("cp1252"), "CSV, cp125"),
    ],
)
def test_how_a_table_is_written_is_found_out(tmp_path, content, made):
    found = opened(written(tmp_path, content))
    assert found.made.startswith(made)
    assert len(found.columns) == 2
    assert len(list(found.rows())) == 1


def test_rows_have_the_numbers_of_a_spreadsheet(tmp_path):
    found = opened(written(tmp_path, 'a,b\n1,"x\ny"\n\n2,z\n3,a,b\n4\n'))
    assert cells(found) == [
        (2, {"a": "1", "b": "x\ny"}, False),
        (4, {"a": "2", "b": "z"}, False),
        (5, {"a": "3", "b": "a"}, True),
        (6, {"a": "4"}, False),
    ]
    assert [number for number, _, _ in cells(found, after=4)] == [5, 6]
    assert [place for _, place in found.rows()][-1] == found.total


def test_a_cell_too_large_is_a_fault_of_its_row(tmp_path, monkeypatch):
    monkeypatch.setattr(table, "LARGEST_CELL", 10)
    found = opened(written(tmp_path, "a,b\n1,2\n1," + "x" * 20 + "\n3,4\n"))
    assert [fault for _, _, fault in cells(found)] == [False, True, False]
    csv.field_size_limit(table.LARGEST_CELL)


def test_what_is_no_table_is_refused(tmp_path):
    for content, word in (
        (b"", "empty"),
        ("a,a\n1,2", "two columns"),
        (",\n1,2", "names no columns"),
        (b"\x00\x01\x02\x00", "no text"),
        (b"PAR1 broken", "no whole Parquet"),
    ):
        with pytest.raises(WrongInput, match=word):
            opened(written(tmp_path, content))
    for encoding in ("klingon", "base64"):
        with pytest.raises(WrongInput, match="utf-8, cp1252"):
            opened(written(tmp_path, "a,b\n"), encoding=encoding)
    with pytest.raises(WrongInput, match="name a CSV"):
        opened(tmp_path / "nowhere")


def test_parquet_is_read_with_its_types(tmp_path, monkeypatch):
    path = tmp_path / "t.parquet"
    made = pa.table({"text": [f"t{n}" for n in range(2_500)], "likes": list(range(2_500))})
    parquet.write_table(made, path)
    found = opened(path)
    assert (found.columns, found.total) == (("text", "likes"), 2_500)
    rows = list(found.rows(after=2_001))
    assert (rows[0][0].number, rows[0][0].cells, rows[-1][1]) == (2_002, {"text": "t2000", "likes": 2_000}, 2_500)
    monkeypatch.setitem(sys.modules, "pyarrow", None)
    with pytest.raises(WrongInput, match=r"emberwatch\[parquet\]"):
        opened(path)


def test_the_beginning_may_end_within_a_letter():
    assert encoding_of("ä".encode()[:1] + b"") != "utf-8" or encoding_of("aä".encode()[:2]) == "utf-8"
    assert delimiter_of("a") in table.DELIMITERS
