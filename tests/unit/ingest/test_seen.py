from ingest.seen import Seen


def test_an_item_is_new_once_and_changed_when_it_says_something_else():
    seen = Seen()
    assert [seen.look("a", "x"), seen.look("a", "x"), seen.look("a", "y"), seen.look("a", "y")] == [
        "new",
        "",
        "changed",
        "",
    ]


def test_what_was_seen_survives_packing_in_sixteen_letters_an_item():
    seen = Seen()
    for number in range(40):
        seen.look(str(number), "x")
    again = Seen(seen.packed)
    assert len(seen.packed) == 40 * 16
    assert len(again) == 40
    assert "7" in again
    assert again.look("7", "x") == ""


def test_the_one_looked_at_longest_ago_is_forgotten_first():
    seen = Seen(limit=2)
    for name in ("a", "b", "a", "c"):
        seen.look(name, "x")
    assert ("a" in seen, "b" in seen, "c" in seen) == (True, False, True)


def test_what_cannot_be_read_is_forgotten():
    assert len(Seen("no base64 at all")) == 0
    assert len(Seen("QUJD")) == 0
    assert Seen().look("\ud800", "\ud800") == "new"
