from itertools import pairwise
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest

from alerts.counts import checked, grid, read, step_of, write
from app.errors import EmberwatchError, WrongInput

UTC, BERLIN = ZoneInfo("UTC"), ZoneInfo("Europe/Berlin")


def file(folder: Path, *rows: str, head: str = "timestamp,value") -> Path:
    path = folder / "counts.csv"
    path.write_text("\n".join([head, *rows, ""]), encoding="utf-8")
    return path


@pytest.mark.parametrize(
    "moment",
    [
        "2026-03-01 12:00:00",
        "2026-03-01T12:00:00Z",
        "2026-03-01T13:00:00+01:00",
        "2026-03-01 12:00",
        "1772366400",
        "1772366400.0",
        "1772366400000",
    ],
)
def test_moments_in_every_spelling(tmp_path, moment):
    assert read(file(tmp_path, f"{moment},7"), UTC).at == [1_772_366_400.0]


def test_moments_without_a_zone_are_local(tmp_path):
    assert read(file(tmp_path, "2026-03-01 13:00:00,7"), BERLIN).at == [1_772_366_400.0]


def test_local_time_through_both_changes_of_the_clock(tmp_path):
    autumn = [f"2026-10-25 {hour:02}:{minute:02}:00,1" for hour in (1, 2, 2, 3) for minute in (0, 30)]
    at = read(file(tmp_path, *autumn), BERLIN).at
    assert [later - earlier for earlier, later in pairwise(at)] == [1800.0] * 7
    spring = ["2026-03-29 01:30:00,1", "2026-03-29 03:00:00,1"]
    first, second = read(file(tmp_path, *spring), BERLIN).at
    assert second - first == 1800


def test_other_names_order_columns_and_delimiter(tmp_path):
    counts = read(file(tmp_path, "x;3;2026-03-01 12:00:00", head="\ufeffnote;count;time_utc"), UTC)
    assert (counts.at, counts.values, counts.delimiter) == ([1_772_366_400.0], [3.0], ";")


@pytest.mark.parametrize(
    ("row", "says"),
    [
        ("yesterday,3", "timestamp 'yesterday' is no moment"),
        ("2026-02-30 12:00:00,3", "is no moment"),
        ("2026-03-01 12:05:00,many", "value 'many' is no number"),
        ("2026-03-01 12:05:00,", "value '' is no number"),
        ("2026-03-01 12:05:00,-1", "value '-1' is no count"),
        ("2026-03-01 12:05:00,nan", "value 'nan' is no count"),
        ("2026-03-01 12:05:00,1e300", "value '1e300' is no count"),
        ("99999999999999999999,3", "is no moment"),
        ("2026-03-01 12:05:00", "has 1 cells, the first line 2"),
    ],
)
def test_a_bad_row_is_named_with_its_line_and_the_others_are_kept(tmp_path, row, says):
    counts = read(file(tmp_path, "2026-03-01 12:00:00,3", row, "2026-03-01 12:10:00,4"), UTC)
    assert [mistake.line for mistake in counts.bad] == [3]
    assert says in counts.bad[0].sentence
    assert [at is None for at in counts.at] == [False, True, False]
    assert len(counts.rows) == 3


@pytest.mark.parametrize("head", ["a,b", "", "timestamp", "value"])
def test_a_file_without_the_columns_is_refused_with_what_to_write(tmp_path, head):
    with pytest.raises(WrongInput, match="timestamp,value"):
        read(file(tmp_path, "1,2", head=head), UTC)


def test_a_file_that_is_no_text_is_refused(tmp_path):
    path = tmp_path / "counts.csv"
    path.write_bytes(b"timestamp,value\n\xff\xfe\x00,1\n")
    with pytest.raises(WrongInput, match="UTF-8"):
        read(path, UTC)
    with pytest.raises(WrongInput):
        read(tmp_path / "none.csv", UTC)


def seconds(folder: Path, *at: int) -> Path:
    return file(folder, *(f"{1_772_366_400 + second},{second % 7}" for second in at))


def test_the_step_is_the_most_frequent_distance(tmp_path):
    counts = read(seconds(tmp_path, 0, 300, 600, 900, 2400, 2700, 2700), UTC)
    assert step_of(counts) == 300


@pytest.mark.parametrize("step", [0, 3601, 86_400])
def test_steps_beyond_what_can_be_judged_are_refused(step):
    with pytest.raises(WrongInput, match="1 s to 1 h"):
        checked(step, "x.csv")


def test_rows_with_the_newest_first_are_to_be_sorted(tmp_path):
    with pytest.raises(WrongInput, match="sort them by time, oldest first"):
        step_of(read(seconds(tmp_path, 1200, 900, 600, 300, 0), UTC))


def test_one_row_has_no_step(tmp_path):
    with pytest.raises(WrongInput, match="--step"):
        step_of(read(seconds(tmp_path, 0), UTC))


def test_gaps_and_rows_that_come_again_or_late_are_named_with_their_line(tmp_path):
    found = grid(read(seconds(tmp_path, 0, 300, 300, 1200, 600, 1500), UTC), 300)
    assert [start - found.starts[0] for start in found.starts] == [0, 300, 1200, 1500]
    assert [(one.line, one.sentence) for one in found.gaps] == [(5, "2 rows are missing before this one")]
    assert [one.line for one in found.doubles] == [4, 6]
    assert found.place == [0, 1, 1, 2, -1, 3]
    assert found.first == [True, True, False, True, False, True]


def test_rows_a_little_off_the_grid_are_no_gaps(tmp_path):
    found = grid(read(seconds(tmp_path, 0, 302, 597, 905), UTC), 300)
    assert (len(found.starts), found.gaps, found.doubles) == (4, [], [])


def test_lines_count_also_where_a_cell_spans_two(tmp_path):
    rows = ['2026-03-01 12:00:00,3,"a', 'b"', "nonsense,1,c", "", "nonsense,1,d"]
    counts = read(file(tmp_path, *rows, head="timestamp,value,note"), UTC)
    assert counts.lines == [2, 4, 6]
    assert [one.line for one in counts.bad] == [4, 6]


def test_what_is_written_is_what_was_read_and_the_verdicts(tmp_path):
    counts = read(file(tmp_path, "2026-03-01 12:00:00,3", "nonsense,x"), UTC)
    write(tmp_path / "out" / "said.csv", counts, [("1", "0.5", "0"), ("", "0", "0")])
    assert (tmp_path / "out" / "said.csv").read_text() == (
        "timestamp,value,expected,risk,alarm\n2026-03-01 12:00:00,3,1,0.5,0\nnonsense,x,,0,0\n"
    )
    assert [one.name for one in (tmp_path / "out").iterdir()] == ["said.csv"]


def test_what_cannot_be_written_says_so_and_leaves_nothing(tmp_path):
    counts = read(file(tmp_path, "2026-03-01 12:00:00,3"), UTC)
    (tmp_path / "said.csv").mkdir()
    (tmp_path / "said.csv" / "full").touch()
    with pytest.raises(EmberwatchError, match="choose another --out"):
        write(tmp_path / "said.csv", counts, [("1", "0.5", "0")])
    with pytest.raises(EmberwatchError, match="cannot be written"):
        write(tmp_path / "counts.csv" / "below" / "said.csv", counts, [("1", "0.5", "0")])
